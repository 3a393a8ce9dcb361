"""The authorities that the system trusts."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import no_arguments
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.system")
class System(CAPool, frozen=True):
    """Trusts what the system trusts.

    Syntax::

        trust_pool system
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing; complain if there is something."""
        no_arguments(d)
        if d.next_block():
            raise d.err("system trust pool does not support any configuration")
        return cls()
