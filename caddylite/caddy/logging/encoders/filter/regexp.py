"""The filter ``regexp``."""

from typing import Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.encoders.filter.regexp")
class Regexp(LogFilter, frozen=True):
    """Replaces what a regular expression finds.

    Syntax::

        <field> regexp <pattern> <replacement>
    """

    regexp: str = ""
    value: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read pattern and replacement; Caddy does not mind if they are missing."""
        d.next()
        return cls(d.opt_arg() or "", d.opt_arg() or "")
