"""Findings as JSON, for editors and scripts: a list of objects."""

import json
from collections.abc import Sequence
from typing import Any

from caddylite.testing.lint.finding import Finding


def plain(finding: Finding) -> dict[str, Any]:
    """Return one finding as JSON values.

    ``line`` and ``column`` count from 1; both are null where no place is known. ``fix`` is a list
    of words to replace, each on its line.
    """
    known = finding.at is not None
    return {
        "code": finding.code,
        "severity": finding.severity,
        "title": finding.title,
        "why": finding.why,
        "do": finding.todo,
        "file": finding.at.file if finding.at is not None else finding.file,
        "line": finding.line if known else None,
        "column": finding.column if known else None,
        "path": finding.path or None,
        "fix": [{"line": e.line, "old": e.old, "new": e.new} for e in finding.fix],
    }


def write(findings: Sequence[Finding]) -> str:
    """Return all findings as one JSON list."""
    return json.dumps([plain(f) for f in findings], indent=2, ensure_ascii=False) + "\n"
