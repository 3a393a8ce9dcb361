"""Upstreams as they live: which of them are available, and how their addresses are found."""

import socket
from collections.abc import Callable
from typing import Any, Final

from caddylite import placeholders
from caddylite.errors import ConfigError
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.peers import Peer, Spot, literal, parse_dial, takes_datagrams
from caddylite.netaddr import NetworkAddress

_FAMILIES: Final = {
    "tcp4": socket.AF_INET,
    "tcp6": socket.AF_INET6,
    "udp4": socket.AF_INET,
    "udp6": socket.AF_INET6,
}
_PREFERENCES: Final = ("", "ipv4_only", "ipv6_only", "ipv4_first", "ipv6_first")

#: Called with the addresses of a peer, or with none and the reason.
Found = Callable[[list[Spot], str], None]


class Upstream:
    """Peers that are dialled together; ``max_connections`` 0 means any number.

    ``via`` is the Forwarder that knows how connections to it are made; ``named_by`` are the
    placeholders with which a client chooses the address of a peer at will.
    """

    __slots__ = (
        "_preference",
        "_resolver",
        "ir",
        "max_connections",
        "max_fails",
        "name",
        "named_by",
        "peers",
        "via",
        "weight",
    )

    def __init__(self, ir: Any, house: Any, max_fails: int = 0, max_connections: int = 0) -> None:
        self.ir = ir
        self.via: Any = None
        if ir.resolver_preference not in _PREFERENCES:
            raise ConfigError(
                f'resolver_preference: unknown value "{ir.resolver_preference}"; must be one of: '
                "ipv4_only, ipv6_only, ipv4_first, ipv6_first"
            )
        self._preference, self._resolver = ir.resolver_preference, house.resolver
        known = [placeholders.replace_known(dial, house.globals) for dial in ir.dial]
        self.peers: list[Peer] = [house.peers.at(dial) for dial in known]
        self.named_by: dict[Peer, list[str]] = {}
        self.name = ",".join(ir.dial)
        self.max_connections = ir.max_connections or max_connections
        self.max_fails = max_fails
        self.weight = ir.weight if ir.weight > 0 else 1

    @property
    def available(self) -> bool:
        """May it get a connection now?"""
        for peer in self.peers:
            if not peer.healthy:
                return False
            if self.max_fails > 0 and peer.fails >= self.max_fails:
                return False
            if self.max_connections > 0 and peer.conns >= self.max_connections:
                return False
        return True

    @property
    def conns(self) -> int:
        """The connections open to it."""
        return sum(peer.conns for peer in self.peers)

    def is_plain(self, peer: Peer) -> bool:
        """Is the address of a peer known, and of a family that is wanted?"""
        return peer.spot is not None and not self._unwanted(peer.network, peer.family)

    def find(self, peer: Peer, flow: Flow | None, then: Found) -> None:
        """Find the socket addresses of a peer, now or after asking the resolver."""
        network = peer.network
        if network is None:
            if peer.template is None or flow is None:
                then([], "the address has placeholders")
                return
            try:
                network = parse_dial(peer.template.expand(flow.cx.lookup))
            except ValueError as e:
                then([], str(e))
                return
        found = literal(network)
        if found is None:
            self._resolve(peer, network, then)
            return
        why = self._unwanted(network, found[0])
        then([] if why else [Spot(peer, *found, takes_datagrams(network))], why)

    def _unwanted(self, network: NetworkAddress | None, family: int) -> str:
        """Say why an address that is no name must not be dialled."""
        if network is None or network.is_unix:
            return ""
        if _FAMILIES.get(network.network, family) != family:
            return f"address {network.host}: no suitable address"
        if self._preference.endswith("_only") and family != self._first:
            kind = "IPv6" if family == socket.AF_INET6 else "IPv4"
            return (
                f"resolver_preference {self._preference} but destination is "
                f"{kind} literal ({network.host})"
            )
        return ""

    @property
    def _first(self) -> int:
        return socket.AF_INET6 if self._preference.startswith("ipv6") else socket.AF_INET

    def _resolve(self, peer: Peer, network: NetworkAddress, then: Found) -> None:
        """Look a name up; the preferred family comes first, or alone."""
        port = network.start_port
        wanted: int | None = _FAMILIES.get(network.network)
        datagrams = takes_datagrams(network)
        if self._preference.endswith("_only"):
            wanted = self._first if wanted in (None, self._first) else -1

        def answer(addresses: list[tuple[int, str]], why: str) -> None:
            if self._preference:
                addresses = sorted(addresses, key=lambda a: a[0] != self._first)
            spots = [
                Spot(peer, family, (host, port), datagrams)
                for family, host in addresses
                if wanted in (None, family)
            ]
            then(spots, why or ("" if spots else f"lookup {network.host}: no suitable address"))

        self._resolver.lookup(network.host, answer)
