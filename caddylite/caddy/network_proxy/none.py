"""No proxy, whatever the environment says."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import NetworkProxy
from caddylite.registry import module


@module("caddy.network_proxy.none")
class NoProxy(NetworkProxy, frozen=True):
    """Goes straight to the server.

    Syntax::

        network_proxy none
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
