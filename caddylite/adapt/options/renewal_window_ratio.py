"""The ``renewal_window_ratio`` option."""

from typing import Any

from caddylite.adapt.options._readers import read_number
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import parse_float


def parse(d: Dispenser, existing: Any) -> float:
    """Say what part of a certificate's life must be left for it not to be renewed yet.

    Syntax::

        renewal_window_ratio <ratio>
    """
    d.next()
    if not d.next():
        raise d.arg_err()
    ratio: float = read_number(d, d.val, parse_float, "parsing renewal_window_ratio: {1}")
    if ratio <= 0 or ratio >= 1:
        raise d.err("renewal_window_ratio must be between 0 and 1 (exclusive)")
    if d.next():
        raise d.arg_err()
    return ratio
