"""Writing fixes into a text: only those that are certain have edits."""

import re
from collections.abc import Iterable

from caddylite.testing.lint.finding import Edit, Finding


def apply(text: str, findings: Iterable[Finding], file: str) -> tuple[str, int]:
    """Return the text with the fixes in it, and how many findings were fixed.

    A fix is left out if one of its words is not found once on its line (it came from an import or
    a snippet, or another fix has changed it).
    """
    lines, fixed = text.split("\n"), 0
    for finding in findings:
        if not finding.fix or (finding.at is not None and finding.at.file != file):
            continue
        after = _edited(lines, finding.fix)
        if after is not None:
            lines, fixed = after, fixed + 1
    return "\n".join(lines), fixed


def _edited(lines: list[str], edits: tuple[Edit, ...]) -> list[str] | None:
    out = list(lines)
    for edit in edits:
        if not 1 <= edit.line <= len(out):
            return None
        pattern = rf"(?<!\S){re.escape(edit.old)}(?!\S)"
        new = edit.new.replace("\\", r"\\")
        changed, count = re.subn(pattern, new, out[edit.line - 1])
        if count != 1:
            return None
        out[edit.line - 1] = changed
    return out
