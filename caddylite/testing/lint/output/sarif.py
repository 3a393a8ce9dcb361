"""Findings in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0)."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final

from caddylite.testing.lint.finding import Finding
from caddylite.testing.lint.rule import all_rules

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def write(findings: Sequence[Finding]) -> str:
    """Return one run, with all rules described in it."""
    rules = all_rules()
    numbers = {r.code: n for n, r in enumerate(rules)}
    driver = {
        "name": "caddylite",
        "rules": [
            {
                "id": r.code,
                "name": r.title,
                "shortDescription": {"text": r.title},
                "fullDescription": {"text": r.text},
                "defaultConfiguration": {"level": _LEVELS[r.severity]},
            }
            for r in rules
        ],
    }
    results = [_result(f, numbers[f.code]) for f in findings]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _uri(file: str) -> str:
    """Return a relative path as a reference, and an absolute one as a ``file:`` URI."""
    from urllib.parse import quote

    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    file = finding.at.file if finding.at is not None else finding.file
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.why}. What to do: {finding.todo}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(file)},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
    }
