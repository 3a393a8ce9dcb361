"""The ``remote_ip`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.addresses import address_test, take_ranges
from caddylite.layer4.matching import Match, Matcher, Peek, host_text
from caddylite.registry import module


@module("layer4.matchers.remote_ip")
class RemoteIP(Matcher, frozen=True):
    """Matches the peer's address. No byte is waited for.

    Syntax::

        remote_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges."""
        d.next()
        ranges = take_ranges(d)
        cls.no_block(d)
        return cls(tuple(ranges))

    def prepare(self, house: Any) -> Match:
        """Parse the ranges."""
        inside = address_test(self.ranges, house)

        def match(p: Peek) -> bool:
            host = host_text(p.cx.remote)
            return inside(host) or p.no(f"{host or 'the remote address'} is in none of the ranges")

        return match
