"""Findings as GitHub Actions workflow commands, which become annotations of a pull request."""

from collections.abc import Sequence

from caddylite.testing.lint.finding import Finding

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def write(findings: Sequence[Finding]) -> str:
    """Return a line for each finding."""
    return "".join(f"{_line(f)}\n" for f in findings)


def _line(finding: Finding) -> str:
    file = finding.at.file if finding.at is not None else finding.file
    title = _property(f"{finding.code} {finding.title}")
    at = f"file={_property(file)},line={finding.line},col={finding.column},title={title}"
    return f"::{_COMMANDS[finding.severity]} {at}::{_data(f'{finding.why} → {finding.todo}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
