"""The ``client_ip`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.ip_ranges import parse_ranges, ranges_test
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module


@module("http.matchers.client_ip")
class ClientIp(RequestMatcher, frozen=True):
    """Matches the client's address, as trusted proxies tell it.

    Syntax::

        client_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges; several ``client_ip`` lines of one set are one list."""
        ranges: list[str] = []
        while d.next():
            ranges += parse_ranges(d)
            no_block(d, "client_ip")
        return cls(tuple(ranges))

    def prepare(self, cx: Any) -> Test:
        """Parse the ranges."""
        test = ranges_test(self.ranges)
        return lambda request: test(request.client_ip)
