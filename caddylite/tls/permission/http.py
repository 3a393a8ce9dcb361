"""Permission asked of an HTTP endpoint."""

from typing import Annotated, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import ALWAYS
from caddylite.registry import module
from caddylite.tls.kinds import Permission


@module("tls.permission.http")
class HTTPPermission(Permission, frozen=True):
    """Asks a URL, with ``?domain=NAME`` added; the answer 200 allows a certificate.

    Syntax::

        http <url>
    """

    endpoint: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the URL."""
        d.next()
        (endpoint,) = d.exactly()
        return cls(endpoint)
