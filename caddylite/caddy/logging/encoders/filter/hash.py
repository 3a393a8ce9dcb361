"""The filter ``hash``."""

from typing import Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.encoders.filter.hash")
class Hash(LogFilter, frozen=True):
    """Puts the first bytes of a SHA-256 sum in the value's place.

    Syntax::

        <field> hash
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
