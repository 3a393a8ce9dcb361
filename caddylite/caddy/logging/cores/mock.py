"""The core ``mock``."""

from typing import Self

from caddylite.caddy.kinds import LogCore
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module


@module("caddy.logging.cores.mock")
class Mock(LogCore, frozen=True):
    """Takes records and does nothing with them.

    Syntax::

        core mock
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
