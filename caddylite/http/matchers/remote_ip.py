"""The ``remote_ip`` matcher."""

from typing import TYPE_CHECKING, Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.ip_ranges import parse_ranges, ranges_test
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.remote_ip")
class RemoteIp(RequestMatcher, frozen=True):
    """Matches the address of the peer, be it the client or a proxy.

    Syntax::

        remote_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges; several ``remote_ip`` lines of one set are one list."""
        ranges: list[str] = []
        while d.next():
            ranges += parse_ranges(d, _refuse_forwarded)
            no_block(d, "remote_ip")
        return cls(tuple(ranges))

    def prepare(self, cx: Any) -> Test:
        """Parse the ranges."""
        test = ranges_test(self.ranges)

        def match(request: "Request") -> bool:
            remote = request.remote
            return test(remote if isinstance(remote, str) else remote[0])

        return match


def _refuse_forwarded(d: Dispenser) -> None:
    if d.val == "forwarded":
        raise d.err(
            "the 'forwarded' option is no longer supported; use the 'client_ip' matcher instead"
        )
