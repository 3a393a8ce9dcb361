"""Remarks that Caddy writes to its log while it reads a config (deprecated words, needless ones).

They are not the adapter's warnings, which have a place in a file: they are log lines, with a
logger's name. Whoever runs the compiler and wants them says::

    with collect() as notices:
        compile(...)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """One log line: its logger's name (empty for the root), its level, its text, its fields."""

    message: str
    logger: str = ""
    level: str = "warn"
    fields: dict[str, Any] = {}


_collected: ContextVar[list[Notice] | None] = ContextVar("notices", default=None)


@contextmanager
def collect() -> Iterator[list[Notice]]:
    """Gather the notices of what runs inside; outside of this they are dropped.

    If it fails, they go to whoever gathers around this too.
    """
    notices: list[Notice] = []
    outer = _collected.get()
    token = _collected.set(notices)
    try:
        yield notices
    except BaseException:
        if outer is not None:
            outer += notices
        raise
    finally:
        _collected.reset(token)


def notice(message: str, logger: str = "", **fields: Any) -> None:
    """Make a remark; the fields follow the text in the log line."""
    notices = _collected.get()
    if notices is not None:
        notices.append(Notice(message, logger, fields=fields))
