"""The filter ``rename``."""

from typing import Self

from msgspec import field

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.encoders.filter.rename")
class Rename(LogFilter, frozen=True):
    """Gives the field another name.

    Syntax::

        <field> rename <name>
    """

    to: str = field(default="", name="name")

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name."""
        d.next()
        return cls(d.opt_arg() or "")
