"""The ``vars`` directive."""

from typing import Any

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.vars import Vars


def handler(h: Helper) -> Vars | None:
    """Set variables; what is not quoted and looks like a number or truth value is one.

    Syntax::

        vars [<matcher>] [<name> <value>] {
            <name> <value>
            ...
        }
    """
    h.next()
    values: dict[str, Any] = {}
    if h.next_arg():
        _read_pair(h, values)
    for _ in h.block():
        _read_pair(h, values)
    return Vars(values) if h.printable(values.values()) else None


def _read_pair(h: Helper, values: dict[str, Any]) -> None:
    name = h.val
    h.arg()
    values[name] = h.scalar()
    h.no_more_args()
