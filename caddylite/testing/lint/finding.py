"""What a rule has found: a code, a place, why it matters and what to do."""

from dataclasses import dataclass
from typing import Any, Final

from caddylite.errors import Span

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES: Final = (ERROR, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces a word on a line of the file; for fixes that are certain."""

    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says: about which part of the config (or which place), why, and what to do."""

    about: Any
    why: str
    todo: str
    fix: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with its rule's code and severity, and its place (None: the file as a whole)."""

    code: str
    severity: str
    title: str
    why: str
    todo: str
    file: str
    at: Span | None = None
    path: str = ""
    fix: tuple[Edit, ...] = ()

    @property
    def line(self) -> int:
        """The line, or 1 where no place is known."""
        return self.at.line if self.at is not None else 1

    @property
    def column(self) -> int:
        """The column, or 1 where it is not known."""
        return (self.at.column if self.at is not None else 0) or 1

    @property
    def where(self) -> str:
        """``file:line:column``; the file of the place may be an imported one."""
        file = self.at.file if self.at is not None else self.file
        return f"{file}:{self.line}:{self.column}"


def order(finding: Finding) -> tuple[Any, ...]:
    """Sort by place, then by code."""
    file = finding.at.file if finding.at is not None else finding.file
    return file, finding.line, finding.column, finding.code
