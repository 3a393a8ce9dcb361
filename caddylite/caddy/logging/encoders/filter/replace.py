"""The filter ``replace``."""

from typing import Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.encoders.filter.replace")
class Replace(LogFilter, frozen=True):
    """Puts a text in the value's place.

    Syntax::

        <field> replace <value>
    """

    value: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the value."""
        d.next()
        return cls(d.opt_arg() or "")
