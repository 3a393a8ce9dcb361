"""The filter ``delete``."""

from typing import Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.encoders.filter.delete")
class Delete(LogFilter, frozen=True):
    """Leaves the field out.

    Syntax::

        <field> delete
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
