"""The addresses that ``proxy`` dials, as they live: connection counts, health."""

import socket
from typing import Any, Final
from weakref import WeakValueDictionary

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress
from caddylite.placeholders import Template

_UNIX: Final = getattr(socket, "AF_UNIX", -1)


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
    """One address of an upstream's ``dial`` list, its connections and its health.

    Where it is an IP address or a path, ``spot`` is known from the start, and the peer itself can
    be forwarded to; a name is looked up when it is needed, a placeholder expanded per connection.
    A program has one peer for an address, whoever dials it: see :class:`Peers`.
    """

    __slots__ = (
        "__weakref__",
        "address",
        "conns",
        "datagrams",
        "dial",
        "failed_checks",
        "fails",
        "family",
        "healthy",
        "network",
        "passed_checks",
        "spot",
        "template",
    )

    def __init__(self, dial: str) -> None:
        self.dial = dial
        self.conns = self.fails = self.passed_checks = self.failed_checks = 0
        self.healthy = True
        self.template: Template | None = None
        self.network: NetworkAddress | None = None
        self.spot: Spot | None = None
        self.family, self.address = 0, None
        self.datagrams = False
        if "{" in dial and "}" in dial:
            self.template = Template(dial)
            return
        try:
            self.network = parse_dial(dial)
        except ValueError as e:
            raise ConfigError(str(e)) from None
        found = literal(self.network)
        if found is not None:
            self.family, self.address = found
            self.datagrams = takes_datagrams(self.network)
            self.spot = Spot(self, *found, self.datagrams)


class Peers:
    """The peers of a program by address: all handlers that dial one count and judge it together.

    What is known of a peer outlives a reload; a peer that no config names any more is forgotten.
    """

    def __init__(self) -> None:
        self._known: WeakValueDictionary[str, Peer] = WeakValueDictionary()

    def at(self, dial: str) -> Peer:
        """Return the peer of an address (placeholders of the environment are expanded already)."""
        found = self._known.get(dial)
        if found is None:
            found = self._known[dial] = Peer(dial)
        return found


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
