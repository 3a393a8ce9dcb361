"""Outgoing connections as transports (the relay makes its own, see ``raw_flow``)."""

import os
import socket
from _socket import socket as Socket
from collections.abc import Callable
from errno import EINPROGRESS, EINVAL
from typing import Any, Final

from twisted.internet.protocol import ClientFactory

from caddylite.layer4.live.flow import Target
from caddylite.runtime.adopt import SocketTransport
from caddylite.runtime.udp.transport import DatagramDialling
from caddylite.runtime.watch import BROKEN, IN, OUT

_STREAM: Final = (
    socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0)
)
#: Binds a socket before it connects; raises OSError.
Bind = Callable[[Socket], None]


class Dialer:
    """Connects sockets and adopts them into transports."""

    def __init__(self, house: Any) -> None:
        self._house = house

    def dial(
        self,
        target: Target,
        protocol: Any,
        timeout: float,
        bind: Bind | None = None,
        dialled: Bind | None = None,
    ) -> "Dialling | DatagramDialling":
        """Connect; ``protocol.makeConnection`` or ``protocol.connectionFailed(why)`` follows."""
        if target.datagrams:
            return DatagramDialling(self._house, target, protocol, bind)
        return Dialling(self._house, target, protocol, timeout, bind, dialled)


class TwistedDialer:
    """Connects with Twisted's own transports: for reactors without descriptors, and tests."""

    def __init__(self, house: Any) -> None:
        self._house = house

    def dial(
        self,
        target: Target,
        protocol: Any,
        timeout: float,
        bind: Bind | None = None,
        dialled: Bind | None = None,
    ) -> "_OneClient | Dialling | DatagramDialling":
        """Connect; ``protocol.makeConnection`` or ``protocol.connectionFailed(why)`` follows."""
        if target.datagrams:
            return DatagramDialling(self._house, target, protocol, bind)
        if bind is not None or dialled is not None:
            return Dialling(self._house, target, protocol, timeout, bind, dialled)
        reactor, client = self._house.reactor, _OneClient(protocol)
        if target.family == getattr(socket, "AF_UNIX", -1):
            client.connector = reactor.connectUNIX(target.address, client, timeout)
        else:
            host, port = target.address[0], target.address[1]
            client.connector = reactor.connectTCP(host, port, client, timeout)
        return client


class _OneClient(ClientFactory):
    """A factory for one connection; cancelling it is silent."""

    noisy = False

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self.connector: Any = None

    def buildProtocol(self, addr: Any) -> Any:
        return self._protocol

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            error = getattr(reason.value, "osError", None)
            protocol.connectionFailed(os.strerror(error).lower() if error else str(reason.value))

    def cancel(self) -> None:
        """Give up; nothing more is called."""
        self._protocol = None
        self.connector.disconnect()


class Dialling:
    """One attempt."""

    def __init__(
        self,
        house: Any,
        target: Target,
        protocol: Any,
        timeout: float,
        bind: Bind | None = None,
        dialled: Bind | None = None,
    ) -> None:
        self._house, self._target, self._protocol = house, target, protocol
        self._sock: Socket | None = None
        self._timeout = house.timeouts(timeout).add(self._late)
        try:
            sock = self._sock = Socket(target.family, _STREAM, 0)
            if target.family != getattr(socket, "AF_UNIX", -1):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if bind is not None:
                bind(sock)
            error = sock.connect_ex(target.address)
            if dialled is not None:
                dialled(sock)
        except OSError as e:
            error = e.errno or EINVAL  # a path that is too long has no number
        if error not in (0, EINPROGRESS) or self._sock is None:
            house.later(0, self._fail, os.strerror(error).lower())
            return
        house.watch.add(self._sock.fileno(), OUT, self)

    def ready(self, event: int) -> None:
        """The socket may be connected."""
        sock = self._sock
        if sock is None:
            return
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._fail(os.strerror(error).lower())
            return
        try:
            sock.getpeername()
        except OSError as e:
            if event & BROKEN:
                self._fail((e.strerror or "").lower())
            return  # a stale event
        self._timeout[1] = None
        self._sock = None
        transport = SocketTransport(sock, self._house.watch, self._house.reactor)
        transport.watched(IN)
        try:
            transport.start(self._protocol)
        except Exception:
            transport.broken()  # the protocol hears that it is gone
            raise

    def _late(self) -> None:
        self._fail("i/o timeout")

    def _fail(self, why: str) -> None:
        if self._timeout[1] is None and self._sock is None:
            return
        self.cancel()
        self._protocol.connectionFailed(why)

    def broken(self) -> None:
        """Give up after an unhandled error."""
        self._fail("internal error")

    def cancel(self) -> None:
        """Give up; nothing more is called."""
        self._timeout[1] = None
        sock, self._sock = self._sock, None
        if sock is not None:
            self._house.watch.forget(sock.fileno())
            sock.close()
