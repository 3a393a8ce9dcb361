"""Which version of HTTP a connection speaks: what TLS has agreed on, or its first bytes."""

from collections.abc import Callable
from typing import Any, Final

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.serving import Serving
from caddylite.wire.http2_frames import PREFACE

#: The protocols of ``protocols`` that bring HTTP/2; Caddy takes each for both ways to begin it.
HTTP2: Final = frozenset(("h2", "h2c"))


def load_http2() -> Callable[[Serving], Protocol]:
    """Return what makes the protocols of HTTP/2 connections; its library loads slowly."""
    from caddylite.http.live.http2_server import Http2Connection

    return Http2Connection


@implementer(IHalfCloseableProtocol)
class Choosing(Protocol):
    """Begins as HTTP/1, and becomes HTTP/2 if it turns out to be that.

    ``old``: is HTTP/1 spoken at all?
    """

    transport: Any

    def __init__(self, server: Serving, old: bool = True) -> None:
        self._server, self._old = server, old
        self._early = b""
        self._chosen: Any = None

    def connectionMade(self) -> None:
        """Ask TLS, if there is any."""
        tls = self._server.tls_state(self.transport)
        if tls is not None and tls.alpn == "h2":
            self._become(load_http2()(self._server))
            return
        self._chosen = Http1Connection(self._server)
        self._chosen.makeConnection(self.transport)
        if tls is not None:
            self.dataReceived = self._chosen.dataReceived  # type: ignore[method-assign]

    def dataReceived(self, data: bytes) -> None:
        """Compare the first bytes with what an HTTP/2 client begins with."""
        early = self._early = self._early + data if self._early else data
        if PREFACE.startswith(early[: len(PREFACE)]):
            if len(early) >= len(PREFACE):
                self._chosen.give_way()
                self._become(load_http2()(self._server))
                self._chosen.dataReceived(early)
            return
        if not self._old:
            self._chosen.abort()
            return
        chosen, self._early = self._chosen, b""
        self.dataReceived = chosen.dataReceived  # type: ignore[method-assign]
        chosen.dataReceived(early)

    def _become(self, chosen: Any) -> None:
        self._chosen = chosen
        self.dataReceived = chosen.dataReceived  # type: ignore[method-assign]
        chosen.makeConnection(self.transport)

    def readConnectionLost(self) -> None:
        """The client sends no more."""
        if IHalfCloseableProtocol.providedBy(self._chosen):
            self._chosen.readConnectionLost()
        else:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Our own half-close is through."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone."""
        self._chosen.connectionLost(reason)
