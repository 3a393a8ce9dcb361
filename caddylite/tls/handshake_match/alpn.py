"""The ``alpn`` handshake matcher (caddy-l4's)."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.placeholders import Template
from caddylite.registry import module
from caddylite.tls.handshake import ClientFacts, HandshakeTest, Peer
from caddylite.tls.kinds import HandshakeMatcher, no_block


@module("tls.handshake_match.alpn")
class ALPN(HandshakeMatcher, frozen=True):
    """Matches if the client offers one of these application protocols (RFC 7301).

    Syntax::

        alpn <protocols...>
    """

    transparent: ClassVar[bool] = True

    protocols: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the protocols."""
        protocols: list[str] = []
        while d.next():
            word = d.val
            protocols += d.some_args()
            no_block(d, word)
        return cls(tuple(protocols))

    def prepare(self, house: Any) -> HandshakeTest:
        """Put the protocols into a set; placeholders are those of the connection."""
        templates = [Template(name) for name in self.protocols or ()]
        fixed = frozenset(t.literal for t in templates if t.constant)
        varying = [t for t in templates if not t.constant]
        if not varying:
            return lambda hello, peer: not fixed.isdisjoint(hello.alpn)

        def match(hello: ClientFacts, peer: Peer) -> bool:
            offered = hello.alpn
            return not fixed.isdisjoint(offered) or any(
                t.expand(peer.lookup) in offered for t in varying
            )

        return match
