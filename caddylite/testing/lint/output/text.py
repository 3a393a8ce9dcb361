"""Findings for people: place, severity and code, the line itself, why, and what to do."""

from collections.abc import Sequence

from caddylite.testing.lint.finding import SEVERITIES, Finding

_COLOURS = {"error": "31;1", "warning": "33;1", "info": "36;1"}


def write(findings: Sequence[Finding], text: str, file: str, colour: bool = False) -> str:
    """Return the findings as text, with a line of totals at the end."""
    lines = text.split("\n")
    out: list[str] = []
    for f in findings:
        mark = _paint(f"{f.severity} {f.code}", _COLOURS[f.severity], colour)
        out.append(f"{_paint(f.where, '1', colour)}: {mark} {f.title}")
        if f.at is not None and f.at.file == file and f.line <= len(lines):
            source = lines[f.line - 1].strip()
            if source:
                out.append(_paint(f"    {f.line} | {source}", "2", colour))
        out += [*(f"    {line}" for line in f.why.splitlines()), f"    → {f.todo}", ""]
    out.append(totals(findings))
    return "\n".join(out) + "\n"


def totals(findings: Sequence[Finding]) -> str:
    """Return ``1 error, 2 warnings, 0 infos``, or that there is nothing to say."""
    if not findings:
        return "nothing to say"
    counts = [(s, sum(f.severity == s for f in findings)) for s in SEVERITIES]
    return ", ".join(f"{n} {s}{'s' * (n != 1)}" for s, n in counts)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
