"""The running HTTP app: one protocol factory a server, and where each is to listen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from zope.interface import implementer

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.config import HTTP
from caddylite.http.config import Server as ServerIR
from caddylite.http.live.choosing import HTTP2, Choosing, load_http2
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.server import Server
from caddylite.kinds import ListenerWrapper
from caddylite.tls.policy import ConnectionPolicy

#: Where a server listens if its config names no address.
DEFAULT_PORTS: Final = (80, 443)
#: What a server speaks if its config does not say (HTTP/3 is not built yet).
DEFAULT_PROTOCOLS: Final = ("h1", "h2", "h3")
_ALPN: Final = (("h2", "h2"), ("h1", "http/1.1"))


@implementer(IProtocolFactory)
class ServerFactory:
    """Makes the connections of one server; whatever brings them is the runtime's affair."""

    noisy = False

    def __init__(self, server: Server, protocols: Sequence[str] = DEFAULT_PROTOCOLS) -> None:
        self.server = server
        self._old = "h1" in protocols
        #: Is HTTP/2 spoken?
        self.new = not HTTP2.isdisjoint(protocols)

    def doStart(self) -> None:
        """A port begins to listen."""

    def doStop(self) -> None:
        """A port stops listening."""

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:
        """Make the protocol for a connection that was accepted (and decrypted, if need be)."""
        if self.new:
            choosing: IProtocol = Choosing(self.server, self._old)
            return choosing
        connection: IProtocol = Http1Connection(self.server)
        return connection


@dataclass(frozen=True, slots=True)
class Listen:
    """One listening address of a server, as the config names it (``tcp/:443``).

    ``wrappers`` stand in front of the factory in this order; ``policies`` say how TLS is
    terminated: with none, the server speaks plain HTTP there. ``alpn`` is what may be agreed on.
    """

    server: str
    address: str
    factory: ServerFactory
    wrappers: tuple[ListenerWrapper, ...]
    policies: tuple[ConnectionPolicy, ...]
    alpn: tuple[str, ...] = ("h2", "http/1.1")


def listen_protocols(ir: ServerIR, position: int) -> tuple[str, ...]:
    """Return the protocols of an address: its own, where ``""`` stands for the server's."""
    general = ir.protocols or DEFAULT_PROTOCOLS
    own = ir.listen_protocols[position] if position < len(ir.listen_protocols) else None
    if not own:
        return general
    return tuple(p for named in own for p in ((named,) if named else general))


def alpn_of(protocols: Sequence[str]) -> tuple[str, ...]:
    """Return what TLS may agree on where these protocols are spoken."""
    return tuple(name for protocol, name in _ALPN if protocol in protocols)


class HttpApp:
    """All the servers. ``ir`` is the app after automatic HTTPS has been worked into it."""

    def __init__(self, ir: HTTP, house: House) -> None:
        self.ir, self._house = ir, house
        self.servers: dict[str, Server] = {}
        for name, server in ir.servers.items():
            try:
                self.servers[name] = Server(name, server, house)
            except ConfigError as error:
                raise error.wrap(f"server {name}: ") from None
        self.factories = {
            name: ServerFactory(s, s.ir.protocols or DEFAULT_PROTOCOLS)
            for name, s in self.servers.items()
        }

        if any(factory.new for factory in self.factories.values()):
            house.later(0.0, load_http2)  # not while the first such client waits

    def listens(self) -> Iterator[Listen]:
        """Yield every address to listen on."""
        for name, server in self.ir.servers.items():
            for position, address in enumerate(server.listen):
                yield Listen(
                    name,
                    address,
                    self._factory(name, position),
                    server.listener_wrappers,
                    self._policies(server, address),
                    alpn_of(listen_protocols(server, position)),
                )

    def _factory(self, name: str, position: int) -> ServerFactory:
        """Return the factory for an address, which may have protocols of its own."""
        server = self.servers[name]
        own = server.ir.listen_protocols
        if position >= len(own) or own[position] is None:
            return self.factories[name]
        return ServerFactory(server, listen_protocols(server.ir, position))

    def _policies(self, server: ServerIR, address: str) -> tuple[ConnectionPolicy, ...]:
        """TLS is spoken where a server has policies, but never on the HTTP port."""
        http_port = self.ir.http_port or DEFAULT_PORTS[0]
        _, _, port = address.rpartition(":")
        return () if port == str(http_port) else server.tls_connection_policies

    def drain(self) -> None:
        """Stop politely: answer what is being asked, close what is idle."""
        for server in self.servers.values():
            server.closing = True
            for connection in tuple(server.connections):
                connection.drain_idle()

    def abort(self) -> None:
        """Stop now: end every connection."""
        for server in self.servers.values():
            for connection in tuple(server.connections):
                connection.abort()

    @property
    def active(self) -> int:
        """How many connections are open."""
        return sum(len(s.connections) for s in self.servers.values())
