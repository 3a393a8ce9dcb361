"""Where in the Caddyfile a part of the IR was written: for traces, coverage and lint.

The IR knows nothing of places (it is a value, the same from a Caddyfile and from JSON). Whoever
runs the compiler and wants them says::

    with collect() as sources:
        config = compile(...)
    sources.at(route)  # a Span, or None
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from caddylite.errors import Span


class Sources:
    """Remembers places by identity; what it has noted it keeps alive."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Span]] = {}

    def note(self, value: Any, at: Span) -> None:
        """Remember where a value was written; its first place counts."""
        self._known.setdefault(id(value), (value, at))

    def at(self, value: Any) -> Span | None:
        """Return where a value was written, if that is known."""
        found = self._known.get(id(value))
        return found[1] if found is not None else None


_collected: ContextVar[Sources | None] = ContextVar("sources", default=None)


@contextmanager
def collect() -> Iterator[Sources]:
    """Remember the places of what is compiled inside; outside of this nothing is remembered."""
    sources = Sources()
    token = _collected.set(sources)
    try:
        yield sources
    finally:
        _collected.reset(token)


def collecting() -> bool:
    """Does anybody want to know? (Spans cost time.)"""
    return _collected.get() is not None


def note(value: Any, at: Span) -> None:
    """Remember where a value was written, if anybody wants to know."""
    sources = _collected.get()
    if sources is not None:
        sources.note(value, at)
