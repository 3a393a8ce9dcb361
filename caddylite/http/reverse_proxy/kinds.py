"""The kinds of module that a reverse proxy holds; each is a namespace of Caddy's."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node


class SelectionPolicy(Node, frozen=True):
    """Chooses one of several upstreams (``http/reverse_proxy/selection_policies``)."""

    namespace: ClassVar[str | None] = "http.reverse_proxy.selection_policies"
    inline_key: ClassVar[str | None] = "policy"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the policy's words; unless a policy says otherwise it has none but its name."""
        d.next()
        d.no_more_args()
        return cls()


class Transport(Node, frozen=True):
    """Carries a request to an upstream (``http/reverse_proxy/transport``)."""

    namespace: ClassVar[str | None] = "http.reverse_proxy.transport"
    inline_key: ClassVar[str | None] = "protocol"


class UpstreamSource(Node, frozen=True):
    """Finds upstreams while requests come in (``http/reverse_proxy/upstreams``)."""

    namespace: ClassVar[str | None] = "http.reverse_proxy.upstreams"
    inline_key: ClassVar[str | None] = "source"


class CircuitBreaker(Node, frozen=True):
    """Takes an upstream out of service (``circuit_breakers``; the standard build has none)."""

    namespace: ClassVar[str | None] = "http.reverse_proxy.circuit_breakers"
    inline_key: ClassVar[str | None] = "type"


class Resolver(Node, frozen=True):
    """Which DNS servers are asked."""

    addresses: tuple[str, ...] = ()
