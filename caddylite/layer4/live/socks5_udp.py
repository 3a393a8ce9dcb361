"""The datagrams of a SOCKS client (ASSOCIATE), as long as its connection is open."""

import socket
from typing import Any, Final

from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure

from caddylite.layer4.live.protocols import HalfCloseable
from caddylite.layer4.matching import Connection
from caddylite.wire import socks5 as wire

#: Destinations a client may have at once; with one more the oldest is given up.
MOST_DESTINATIONS: Final = 128
#: Datagrams, and bytes of them, kept for a destination whose name is being looked up.
_MOST_WAITING: Final = 16
_MOST_BYTES: Final = 16 * 1024

#: A client's socket and where it sends to.
_Key = tuple[Any, str, int]


class Relay(HalfCloseable):
    """The protocol on the client's connection: what it carries means nothing, its end does.

    Datagrams are taken from the client's own IP address only (and from the port it named, if it
    did), and each destination answers through a socket of its own.
    """

    def __init__(self, house: Any, cx: Connection, host: str, port: int) -> None:
        self._house, self._port = house, port
        self._client = "" if isinstance(cx.remote, str) else cx.remote[0]
        self._destinations: dict[_Key, _Destination] = {}
        self._socket = house.open_datagrams(host, self._received)
        self.address = self._socket.address
        if host in ("0.0.0.0", "::") and not isinstance(cx.local, str):
            self.address = cx.local[0], self.address[1]

    def dataReceived(self, data: bytes) -> None:
        """Nothing is expected here."""

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The client is gone, and so are its datagrams."""
        self._socket.close()
        while self._destinations:
            self._destinations.popitem()[1].close()

    def _received(self, data: bytes, sender: Any) -> None:
        if (self._client and sender[0] != self._client) or self._port not in (0, sender[1]):
            return
        found = wire.read_datagram(data)
        if isinstance(found, wire.Malformed):
            return
        key = (sender, found.host, found.port)
        destination = self._destinations.get(key)
        if destination is None:
            if len(self._destinations) >= MOST_DESTINATIONS:
                self._destinations.pop(next(iter(self._destinations))).close()
            destination = self._destinations[key] = _Destination(self, key, found.header)
            destination.find(self._house, found)
        destination.send(found.data)

    def answer(self, data: bytes, key: _Key) -> None:
        """Send a datagram to the client."""
        self._socket.send(data, key[0])

    def forget(self, key: _Key) -> None:
        """A destination is over."""
        self._destinations.pop(key, None)


class _Destination(Protocol):
    """One destination of one client's socket: a protocol on a connected socket."""

    def __init__(self, relay: Relay, key: _Key, header: bytes) -> None:
        self._relay, self._key, self._header = relay, key, header
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._dialling: Any = None
        self._closed = False

    def find(self, house: Any, wanted: wire.Datagram) -> None:
        """Look the name up, if it is one, and connect."""

        def found(addresses: list[tuple[int, str]], why: str) -> None:
            if self._closed:
                return
            if not addresses:
                self._relay.forget(self._key)
                return
            family, host = addresses[0]
            target = Place(family, (host, wanted.port), datagrams=True)
            self._dialling = house.dial(target, self, 1.0)

        if wanted.is_name:
            house.resolver.lookup(wanted.host, found)
        else:
            family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
            found([(family, wanted.host)], "")

    def send(self, data: bytes) -> None:
        """Send on, or keep until it is connected."""
        if self.transport is not None:
            self.transport.write(data)
        elif len(self._waiting) < _MOST_WAITING and self._bytes + len(data) <= _MOST_BYTES:
            self._waiting.append(data)
            self._bytes += len(data)

    def connectionMade(self) -> None:
        """Send what was kept."""
        self._dialling = None
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.send(data)

    def connectionFailed(self, why: str) -> None:
        """It cannot be reached."""
        self._relay.forget(self._key)

    def dataReceived(self, data: bytes) -> None:
        """Send an answer to the client."""
        self._relay.answer(self._header + data, self._key)

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The socket is gone."""
        if not self._closed:
            self._relay.forget(self._key)

    def close(self) -> None:
        """Give it up."""
        self._closed = True
        if self._dialling is not None:
            self._dialling.cancel()
        if self.transport is not None:
            self.transport.loseConnection()


class Place:
    """One socket address that a client asked for, to be forwarded or dialled to."""

    __slots__ = ("address", "conns", "datagrams", "family")

    def __init__(self, family: int, address: Any, datagrams: bool = False) -> None:
        self.family, self.address, self.datagrams = family, address, datagrams
        self.conns = 0
