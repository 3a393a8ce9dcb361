"""Which version of HTTP a connection speaks: what TLS has agreed on, or its first bytes."""

from collections.abc import Callable
from typing import Any, Final

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.deadline import Deadline
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.serving import Serving
from caddylite.wire.http2_frames import PREFACE

#: The protocols of ``protocols`` that bring HTTP/2; Caddy takes each for both ways to begin it.
HTTP2: Final = frozenset(("h2", "h2c"))


def http2(server: Serving) -> Protocol:
    """Make the protocol of an HTTP/2 connection."""
    from caddylite.http.live.http2_server import Http2Connection

    return Http2Connection(server)


@implementer(IHalfCloseableProtocol)
class Choosing(Protocol):
    """Becomes the one or the other as soon as it is known which.

    ``old``: is HTTP/1 spoken at all?
    """

    transport: Any

    def __init__(self, server: Serving, old: bool = True) -> None:
        self._server, self._old = server, old
        self._early = b""
        self._chosen: Any = None
        self._deadline: Deadline | None = None

    def connectionMade(self) -> None:
        """Ask TLS, if there is any."""
        tls = self._server.tls_state(self.transport)
        if tls is None:
            self._wait()
        else:
            self._become(http2 if tls.alpn == "h2" else Http1Connection)

    def _wait(self) -> None:
        limits = self._server.limits
        self._server.connections.add(self)
        self._deadline = Deadline(self._server.house, self.abort)
        self._deadline.expect(limits.read_header or limits.read)

    def dataReceived(self, data: bytes) -> None:
        """Compare the first bytes with what an HTTP/2 client begins with."""
        early = self._early = self._early + data
        if early.startswith(PREFACE):
            self._become(http2)
        elif not PREFACE.startswith(early):
            if self._old:
                self._become(Http1Connection)
            else:
                self.transport.loseConnection()

    def _become(self, make: Callable[[Serving], Any]) -> None:
        self._forget()
        chosen = self._chosen = make(self._server)
        self.dataReceived = chosen.dataReceived  # type: ignore[method-assign]
        chosen.makeConnection(self.transport)
        early, self._early = self._early, b""
        if early:
            chosen.dataReceived(early)

    def _forget(self) -> None:
        self._server.connections.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()

    def readConnectionLost(self) -> None:
        """The client sends no more."""
        chosen = self._chosen
        if chosen is not None and IHalfCloseableProtocol.providedBy(chosen):
            chosen.readConnectionLost()
        else:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Our own half-close is through."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone."""
        self._forget()
        if self._chosen is not None:
            self._chosen.connectionLost(reason)

    # While nothing is known, for the server that stops.

    def drain_idle(self) -> None:
        """Give a client that has just connected the time to ask."""
        if self._old:
            self._become(Http1Connection)
            self._chosen.drain_idle()

    def abort(self) -> None:
        """End the connection at once."""
        self.transport.abortConnection()
