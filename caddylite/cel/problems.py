"""What is wrong with an expression, and how it is said."""

from dataclasses import dataclass, field
from typing import Final

#: The place of a problem that has none.
NOWHERE: Final = -1
_LIMIT: Final = 100
_MAX_LINE: Final = 16384


class EvalError(Exception):
    """An expression has no value (a key that is not there, an overflow, a wrong type at run time).

    ``&&``, ``||``, ``all`` and ``exists`` swallow it where their answer does not depend on it.
    """


class BadExpression(Exception):
    """An expression cannot be compiled; ``str()`` is what cel-go says of it."""


@dataclass(slots=True)
class Problems:
    """Collects what is wrong with ``source``; a place is an offset in characters."""

    source: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, at: int, message: str) -> None:
        """Note one problem."""
        self.found.append((at, message))

    def stop_if_any(self) -> None:
        """Raise BadExpression if there is a problem."""
        if not self.found:
            return
        said = [self._show(at, message) for at, message in sorted(self.found, key=_place)[:_LIMIT]]
        if len(self.found) > _LIMIT:
            said.append(f"{len(self.found) - _LIMIT} more errors were truncated")
        raise BadExpression("\n".join(said))

    def _show(self, at: int, message: str) -> str:
        """Write the place, the message, the line and a caret below it."""
        if at == NOWHERE:
            return f"ERROR: <input>:-1:0: {message}"
        before = self.source[:at]
        line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1)
        said = f"ERROR: <input>:{line}:{column + 1 if self.source else 0}: {message}"
        if not self.source:
            return said
        text = self.source.split("\n")[line - 1].replace("\t", " ")
        if len(text.encode("utf-8", "replace")) > _MAX_LINE:
            return said
        dots = "".join("." if c.isascii() else "\N{FULLWIDTH FULL STOP}" for c in text[:column])
        wide = column < len(text) and not text[column].isascii()
        caret = "\N{FULLWIDTH CIRCUMFLEX ACCENT}" if wide else "^"
        return f"{said}\n | {text}\n | {dots}{caret}"


def _place(problem: tuple[int, str]) -> int:
    return problem[0]


def shown(text: str) -> str:
    """Write a piece of source in a message, on one line."""
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
