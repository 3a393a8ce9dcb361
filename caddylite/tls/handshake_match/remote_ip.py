"""The ``remote_ip`` handshake matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.ip import PRIVATE_RANGES
from caddylite.registry import module
from caddylite.tls.handshake import ClientFacts, HandshakeTest, Peer, address_test, host, is_ip
from caddylite.tls.kinds import HandshakeMatcher, no_block


@module("tls.handshake_match.remote_ip")
class RemoteIP(HandshakeMatcher, frozen=True):
    """Matches the peer's address: in one of the ranges (if any), and in none with a ``!``.

    Syntax::

        remote_ip <addresses, CIDR ranges or "private_ranges", with or without "!"...>
    """

    ranges: tuple[str, ...] = ()
    not_ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges."""
        wanted: list[str] = []
        unwanted: list[str] = []
        while d.next():
            word = d.val
            for given in d.some_args():
                negated = len(given) > 1 and given[0] == "!"
                name = given[1:] if negated else given
                ranges = PRIVATE_RANGES if name == "private_ranges" else (name,)
                (unwanted if negated else wanted).extend(ranges)
            no_block(d, word)
        return cls(tuple(wanted), tuple(unwanted))

    def prepare(self, house: Any) -> HandshakeTest:
        """Parse the ranges."""
        wanted, anywhere = address_test(self.ranges, house), not self.ranges
        unwanted = address_test(self.not_ranges, house)

        def match(hello: ClientFacts, peer: Peer) -> bool:
            address = host(peer.remote)
            return (anywhere or wanted(address)) and is_ip(address) and not unwanted(address)

        return match
