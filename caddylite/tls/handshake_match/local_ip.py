"""The ``local_ip`` handshake matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.ip import PRIVATE_RANGES
from caddylite.registry import module
from caddylite.tls.handshake import HandshakeTest, address_test, host, is_ip
from caddylite.tls.kinds import HandshakeMatcher, no_block


@module("tls.handshake_match.local_ip")
class LocalIP(HandshakeMatcher, frozen=True):
    """Matches the address the connection came to; without ranges any address.

    Syntax::

        local_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges."""
        ranges: list[str] = []
        while d.next():
            word = d.val
            for given in d.some_args():
                ranges += PRIVATE_RANGES if given == "private_ranges" else (given,)
            no_block(d, word)
        return cls(tuple(ranges))

    def prepare(self, house: Any) -> HandshakeTest:
        """Parse the ranges."""
        inside = address_test(self.ranges, house)
        anywhere = not self.ranges
        return lambda hello, peer: (
            is_ip(host(peer.local)) and (anywhere or inside(host(peer.local)))
        )
