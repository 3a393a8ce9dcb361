"""HTTP requests on an HTTPS port are redirected."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import ListenerWrapper
from caddylite.registry import module


@module("caddy.listeners.http_redirect")
class HTTPRedirect(ListenerWrapper, frozen=True):
    """Answers an HTTP request with a redirect to HTTPS; it stands before ``tls``.

    Syntax::

        http_redirect
    """

    #: At most so many bytes of a request are read; 1 MiB if 0.
    max_header_bytes: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
