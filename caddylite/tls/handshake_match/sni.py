"""The ``sni`` handshake matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.placeholders import Template
from caddylite.registry import module
from caddylite.tls.handshake import ClientFacts, HandshakeTest, Peer, global_names
from caddylite.tls.kinds import HandshakeMatcher, no_block
from caddylite.tls.server_names import names_test


@module("tls.handshake_match.sni")
class SNI(HandshakeMatcher, frozen=True):
    """Matches the name in the ClientHello's server_name extension (RFC 6066, 3).

    ``*.example.com`` matches one label in the place of the star. Placeholders are the global ones
    (``{env.NAME}`` …): names of a connection are empty here, as in Caddy.

    Syntax::

        sni <names...>
    """

    transparent: ClassVar[bool] = True

    names: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names."""
        names: list[str] = []
        while d.next():
            word = d.val
            names += d.some_args()
            no_block(d, word)
        return cls(tuple(names))

    def prepare(self, house: Any) -> HandshakeTest:
        """Put the names into a set; those with placeholders are expanded for each handshake."""
        templates = [Template(name) for name in self.names or ()]
        fixed = names_test(t.literal for t in templates if t.constant)
        varying = [t for t in templates if not t.constant]
        known = global_names(house)
        if not varying:
            return lambda hello, peer: fixed(hello.server_name)

        def match(hello: ClientFacts, peer: Peer) -> bool:
            name = hello.server_name
            return fixed(name) or names_test(t.expand(known) for t in varying)(name)

        return match
