"""Upstreams as they live: addresses, connection counts, health."""

import socket
from collections.abc import Callable
from typing import Any, Final

from caddylite import placeholders
from caddylite.errors import ConfigError
from caddylite.layer4.live.flow import Flow
from caddylite.netaddr import NetworkAddress

_UNIX: Final = getattr(socket, "AF_UNIX", -1)
_FAMILIES: Final = {
    "tcp4": socket.AF_INET,
    "tcp6": socket.AF_INET6,
    "udp4": socket.AF_INET,
    "udp6": socket.AF_INET6,
}

#: Called with the addresses of a peer, or with none and the reason.
Found = Callable[[list["Spot"], str], None]


class Spot:
    """One socket address of a peer. It counts connections for its peer."""

    __slots__ = ("address", "datagrams", "family", "peer")

    def __init__(self, peer: "Peer", family: int, address: Any, datagrams: bool = False) -> None:
        self.peer, self.family, self.address = peer, family, address
        self.datagrams = datagrams

    @property
    def conns(self) -> int:
        """The connections open to the peer."""
        return self.peer.conns

    @conns.setter
    def conns(self, value: int) -> None:
        self.peer.conns = value

    def __str__(self) -> str:
        if isinstance(self.address, str):
            return self.address
        host, port = self.address[0], self.address[1]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Peer:
    """One address of an upstream's ``dial`` list.

    Where it is an IP address or a path, ``spot`` is known from the start, and the peer itself can
    be forwarded to; a name is looked up when it is needed, a placeholder expanded per connection.
    ``named_by`` are the placeholders with which a client chooses the address at will.
    """

    __slots__ = (
        "address",
        "conns",
        "datagrams",
        "dial",
        "failed_checks",
        "fails",
        "family",
        "healthy",
        "named_by",
        "network",
        "passed_checks",
        "resolver",
        "spot",
        "template",
    )

    def __init__(self, dial: str, house: Any, preference: str = "") -> None:
        known = placeholders.replace_known(dial, house.globals)
        self.dial = known
        self.resolver = _Preferring(house.resolver, preference)
        self.conns = self.fails = self.passed_checks = self.failed_checks = 0
        self.healthy = True
        self.named_by: list[str] = []
        self.template: placeholders.Template | None = None
        self.network: NetworkAddress | None = None
        self.spot: Spot | None = None
        self.family, self.address = 0, None
        self.datagrams = False
        if "{" in known and "}" in known:
            self.template = placeholders.Template(known)
            return
        try:
            self.network = parse_dial(known)
        except ValueError as e:
            raise ConfigError(str(e)) from None
        found = literal(self.network)
        if found is not None:
            self.family, self.address = found
            self.datagrams = takes_datagrams(self.network)
            self.spot = Spot(self, *found, self.datagrams)

    def find(self, flow: Flow | None, then: Found) -> None:
        """Find the socket addresses, now or after asking the resolver."""
        if self.spot is not None:
            then([self.spot], "")
            return
        network = self.network
        if network is None:
            if self.template is None or flow is None:
                then([], "the address has placeholders")
                return
            text = self.template.expand(flow.cx.lookup)
            try:
                network = parse_dial(text)
            except ValueError as e:
                then([], str(e))
                return
            found = literal(network)
            if found is not None:
                then([Spot(self, *found, takes_datagrams(network))], "")
                return
        self._resolve(network, then)

    def _resolve(self, network: NetworkAddress, then: Found) -> None:
        port, wanted = network.start_port, _FAMILIES.get(network.network)
        datagrams = takes_datagrams(network)

        def answer(addresses: list[tuple[int, str]], why: str) -> None:
            spots = [
                Spot(self, family, (host, port), datagrams)
                for family, host in addresses
                if wanted in (None, family)
            ]
            then(spots, why or ("" if spots else f"lookup {network.host}: no suitable address"))

        self.resolver.lookup(network.host, answer)


def parse_dial(text: str) -> NetworkAddress:
    """Read a dial address: exactly one socket. ValueError in Caddy's words."""
    address = NetworkAddress.parse(text)
    if address.end_port != address.start_port:
        raise ValueError(f"{text}: port ranges are currently not supported")
    return address


def takes_datagrams(address: NetworkAddress) -> bool:
    """Are datagrams sent there, and no stream?"""
    return address.network.startswith("udp") or address.network == "unixgram"


def literal(address: NetworkAddress) -> tuple[int, Any] | None:
    """Return family and socket address where nothing has to be looked up."""
    if address.is_unix:
        path = address.host
        return _UNIX, "\0" + path[1:] if path.startswith("@") else path
    host, port = address.host.strip("[]"), address.start_port
    if not host:
        return (
            (socket.AF_INET6, ("::1", port))
            if address.network.endswith("6")
            else (socket.AF_INET, ("127.0.0.1", port))
        )
    try:
        socket.inet_pton(socket.AF_INET, host)
        return socket.AF_INET, (host, port)
    except OSError:
        pass
    bare, _, zone = host.partition("%")
    try:
        socket.inet_pton(socket.AF_INET6, bare)
    except OSError:
        return None
    if not zone:
        return socket.AF_INET6, (host, port)
    return socket.AF_INET6, (bare, port, 0, _zone_number(zone))


def _zone_number(zone: str) -> int:
    try:
        return int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
    except OSError:
        return 0


class _Preferring:
    """A resolver that keeps to the family asked for (``resolver_preference``)."""

    __slots__ = ("_preference", "_resolver")

    def __init__(self, resolver: Any, preference: str) -> None:
        self._resolver, self._preference = resolver, preference

    def lookup(self, host: str, then: Callable[[list[tuple[int, str]], str], None]) -> None:
        """Look a name up; the preferred family comes first, or alone."""
        preference = self._preference
        if not preference:
            self._resolver.lookup(host, then)
            return
        first = socket.AF_INET6 if preference.startswith("ipv6") else socket.AF_INET

        def sort(addresses: list[tuple[int, str]], why: str) -> None:
            ranked = sorted(addresses, key=lambda a: a[0] != first)
            if preference.endswith("_only"):
                ranked = [a for a in ranked if a[0] == first]
            then(ranked, why)

        self._resolver.lookup(host, sort)


class Upstream:
    """Peers that are dialled together; ``max_connections`` 0 means any number.

    ``via`` is the Forwarder that knows how connections to it are made.
    """

    __slots__ = ("ir", "max_connections", "max_fails", "name", "peers", "via", "weight")

    def __init__(self, ir: Any, house: Any, max_fails: int = 0, max_connections: int = 0) -> None:
        self.ir = ir
        self.via: Any = None
        preference = ir.resolver_preference
        if preference not in ("", "ipv4_only", "ipv6_only", "ipv4_first", "ipv6_first"):
            raise ConfigError(
                f'resolver_preference: unknown value "{preference}"; must be one of: '
                "ipv4_only, ipv6_only, ipv4_first, ipv6_first"
            )
        self.peers = [Peer(dial, house, preference) for dial in ir.dial]
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
