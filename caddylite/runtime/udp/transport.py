"""Datagrams as Twisted transports: one ``dataReceived`` and one ``write`` is one datagram."""

import os
import socket
from _socket import socket as Socket
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, IProtocol, ITransport
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.layer4.live.addresses import from_socket, to_twisted
from caddylite.layer4.live.flow import Flow, Target
from caddylite.runtime.udp.sockets import DATAGRAM, LONGEST
from caddylite.runtime.watch import IN

#: Binds a socket before it connects; raises OSError.
Bind = Callable[[Socket], None]
#: Datagrams, and bytes of them, kept for a protocol that is paused; the rest is lost.
_MOST_WAITING: Final = 64
_MOST_BYTES: Final = 64 * 1024
_UNIX: Final = getattr(socket, "AF_UNIX", -1)


@implementer(ITransport, IConsumer)
class _Datagrams:
    """What both ends have in common. ``_send`` and ``_finish`` are the subclass's."""

    def __init__(self, house: Any) -> None:
        self._house = house
        self._protocol: IProtocol | None = None
        self._paused = False
        self._waiting: deque[bytes] = deque()
        self._bytes = 0  # in ``_waiting``
        self.disconnecting = self.disconnected = False
        self.connected = 1

    def getPeer(self) -> Any:
        """The address of the other side."""
        raise NotImplementedError

    def getHost(self) -> Any:
        """The address of this side."""
        raise NotImplementedError

    def _send(self, data: bytes) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        raise NotImplementedError

    @property
    def protocol(self) -> IProtocol | None:
        """Who gets the datagrams; may be replaced."""
        return self._protocol

    @protocol.setter
    def protocol(self, protocol: IProtocol | None) -> None:
        self._protocol = protocol

    def start(self, protocol: IProtocol, waiting: Iterable[bytes] = ()) -> None:
        """Connect a protocol and give it the datagrams that have come already."""
        self._protocol = protocol
        protocol.makeConnection(self)
        for data in waiting:
            self.received(data)

    def received(self, data: bytes) -> None:
        """Take a datagram for the protocol."""
        if self._paused:
            size = self._bytes + len(data)
            if len(self._waiting) >= _MOST_WAITING or (size > _MOST_BYTES and self._waiting):
                raise BlockingIOError
            self._waiting.append(data)
            self._bytes = size
        elif self._protocol is not None:
            self._protocol.dataReceived(data)

    def write(self, data: bytes) -> None:
        """Send a datagram."""
        if not self.disconnected:
            self._send(data)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Send several pieces as one datagram."""
        self.write(b"".join(data))

    def loseConnection(self, _reason: Any = None) -> None:
        """End it; nothing is ever left to be written."""
        if not self.disconnecting:
            self.disconnecting = True
            self._house.later(0, self._finish)

    #: There is no half of it to be ended.
    abortConnection = loseWriteConnection = loseConnection

    def lose(self, reason: Exception | None = None) -> None:
        """Tell the protocol that it is over, once."""
        if self.disconnected:
            return
        self.disconnected = self.disconnecting = True
        self.connected = 0
        self._waiting.clear()
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.connectionLost(Failure(reason or ConnectionDone()))  # type: ignore[no-untyped-call]

    # As a producer of what comes, and a consumer that is never full.

    def pauseProducing(self) -> None:
        """Keep what comes."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Give it what was kept."""
        self._paused = False
        while self._waiting and not self._paused and not self.disconnected:
            data = self._waiting.popleft()
            self._bytes -= len(data)
            self.received(data)

    def stopProducing(self) -> None:
        """End it."""
        self.loseConnection()

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Nobody is ever asked to wait: a datagram that cannot be sent is lost."""

    def unregisterProducer(self) -> None:
        """Nothing was registered."""


class DatagramTransport(_Datagrams):
    """An association as a transport."""

    def __init__(self, flow: Flow, house: Any) -> None:
        super().__init__(house)
        self._flow = flow

    def _send(self, data: bytes) -> None:
        self._flow.send(data)

    def _finish(self) -> None:
        self._flow.close()

    def getPeer(self) -> Any:
        """The client's address."""
        return to_twisted(self._flow.cx.remote, "UDP")

    def getHost(self) -> Any:
        """Our address."""
        return to_twisted(self._flow.cx.local, "UDP")


class ConnectedDatagrams(_Datagrams):
    """A connected datagram socket to an upstream as a transport."""

    def __init__(self, target: Target, house: Any, bind: Bind | None = None) -> None:
        super().__init__(house)
        #: Written before every datagram.
        self.preface = b""
        sock = Socket(target.family, DATAGRAM, 0)
        self._sock: Socket | None = sock
        try:
            if target.family == _UNIX:
                sock.bind("")  # any abstract name: without one there is no answering
            elif bind is not None:
                bind(sock)
            sock.connect(target.address)
        except OSError:
            sock.close()
            raise
        self._watch = house.watch
        self._watch.add(sock.fileno(), IN, self)

    def ready(self, event: int) -> None:
        """Take one datagram."""
        sock = self._sock
        if sock is None:
            return
        try:
            data = sock.recv(LONGEST)
        except BlockingIOError:
            return
        except OSError as e:
            self._shut(ConnectionLost(str(e)))
            return
        with suppress(BlockingIOError):
            self.received(data)

    def broken(self) -> None:
        """End it after an unhandled error."""
        self._shut(ConnectionLost("internal error"))

    def _send(self, data: bytes) -> None:
        if self._sock is not None:
            try:
                self._sock.send(self.preface + data)
            except BlockingIOError:
                return  # lost
            except OSError as e:
                self.disconnecting = True
                self._house.later(0, self._shut, ConnectionLost(str(e)))

    def _finish(self) -> None:
        self._shut(None)

    def _shut(self, reason: Exception | None) -> None:
        sock, self._sock = self._sock, None
        if sock is not None:
            self._watch.forget(sock.fileno())
            sock.close()
        self.lose(reason)

    def getPeer(self) -> Any:
        """The upstream's address."""
        sock = self._sock
        return to_twisted(from_socket(sock.getpeername()) if sock else ("", 0), "UDP")

    def getHost(self) -> Any:
        """Our address."""
        sock = self._sock
        return to_twisted(from_socket(sock.getsockname()) if sock else ("", 0), "UDP")


class DatagramDialling:
    """Connecting a datagram socket: it is done at once, and told in the next round."""

    def __init__(
        self, house: Any, target: Target, protocol: Any, bind: Bind | None = None
    ) -> None:
        self._protocol = protocol
        self._transport: ConnectedDatagrams | None = None
        why = ""
        try:
            self._transport = ConnectedDatagrams(target, house, bind)
        except OSError as e:
            why = os.strerror(e.errno or 0).lower()
        house.later(0, self._tell, why)

    def _tell(self, why: str) -> None:
        protocol, self._protocol = self._protocol, None
        transport, self._transport = self._transport, None
        if protocol is None:
            return
        if transport is None:
            protocol.connectionFailed(why)
        else:
            transport.start(protocol)

    def cancel(self) -> None:
        """Give up; nothing more is called."""
        self._protocol = None
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.broken()
