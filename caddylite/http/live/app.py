"""The running HTTP app: one protocol factory a server, and where each is to listen."""

from collections.abc import Iterator
from dataclasses import dataclass

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from zope.interface import implementer

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.config import HTTP
from caddylite.http.config import Server as ServerIR
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.server import Server
from caddylite.kinds import ListenerWrapper
from caddylite.tls.policy import ConnectionPolicy

#: Where a server listens if its config names no address.
DEFAULT_PORTS = (80, 443)


@implementer(IProtocolFactory)
class ServerFactory:
    """Makes the connections of one server; whatever brings them is the runtime's affair."""

    noisy = False

    def __init__(self, server: Server) -> None:
        self.server = server

    def doStart(self) -> None:
        """A port begins to listen."""

    def doStop(self) -> None:
        """A port stops listening."""

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:
        """Make the protocol for a connection that was accepted (and decrypted, if need be)."""
        connection: IProtocol = Http1Connection(self.server)
        return connection


@dataclass(frozen=True, slots=True)
class Listen:
    """One listening address of a server, as the config names it (``tcp/:443``).

    ``wrappers`` stand in front of the factory in this order; ``policies`` say how TLS is
    terminated: with none, the server speaks plain HTTP there.
    """

    server: str
    address: str
    factory: ServerFactory
    wrappers: tuple[ListenerWrapper, ...]
    policies: tuple[ConnectionPolicy, ...]


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
        self.factories = {name: ServerFactory(s) for name, s in self.servers.items()}

    def listens(self) -> Iterator[Listen]:
        """Yield every address to listen on."""
        for name, server in self.ir.servers.items():
            for address in server.listen:
                yield Listen(
                    name,
                    address,
                    self.factories[name],
                    server.listener_wrappers,
                    self._policies(server, address),
                )

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
