"""The ``tls`` matcher."""

from typing import TYPE_CHECKING, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.tls")
class TLS(RequestMatcher, frozen=True):
    """Matches requests that came over TLS, or only those sent before its handshake was complete.

    Such early data comes with QUIC alone, which this server does not speak: here every handshake
    is complete.

    Syntax::

        tls [early_data]
    """

    handshake_complete: bool | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the option."""
        complete: bool | None = None
        while d.next():
            if d.next_arg():
                if d.val != "early_data":
                    raise d.err(f"unrecognized option '{d.val}'")
                complete = False
            d.no_more_args()
            if d.next_block():
                raise d.err("malformed tls matcher: blocks are not supported yet")
        return cls(complete)

    def match(self, request: "Request") -> bool:
        """Look at the connection."""
        return request.tls is not None and self.handshake_complete is not False
