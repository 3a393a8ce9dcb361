"""A proxy named by its URL."""

from typing import Annotated, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import NetworkProxy
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("caddy.network_proxy.url")
class URL(NetworkProxy, frozen=True):
    """Goes through the proxy at a URL.

    Syntax::

        network_proxy url <url>
    """

    url: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the URL: whatever token comes second."""
        d.next()
        d.next()
        return cls(d.val)
