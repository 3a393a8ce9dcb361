"""A Twisted transport on a socket of ours.

Unlike Twisted's own it writes at once when it can, starts with bytes that were read before, and
can be given up again for the relay. It runs on any :class:`Watch`.
"""

import socket
from _socket import socket as Socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IConsumer,
    IProtocol,
    ITCPTransport,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.layer4.live.addresses import from_socket, to_twisted
from caddylite.layer4.live.half_close import understands
from caddylite.runtime.watch import BROKEN, IN, OUT, Watch, is_broken

_CHUNK: Final = 1 << 16
#: Unsent bytes beyond which a producer is paused.
_FULL: Final = 1 << 16
_DONTWAIT: Final = socket.MSG_DONTWAIT

#: Told at the end: bytes read, bytes written.
Ended = Callable[[int, int], None]


@implementer(ITCPTransport, IConsumer)
class SocketTransport:
    """A connected stream socket as a Twisted transport.

    ``count_read`` and ``count_written`` count bytes. ``ended(read, written)`` is called once,
    after the protocol's ``connectionLost``.
    """

    TLS = False

    def __init__(
        self,
        sock: Socket,
        watch: Watch,
        reactor: Any,
        *,
        remote: tuple[str, int] | str = "",
        local: tuple[str, int] | str = "",
        ended: Ended | None = None,
    ) -> None:
        self.socket, self.reactor = sock, reactor
        self.protocol: IProtocol | None = None
        self.count_read = self.count_written = 0
        self.disconnected = self.disconnecting = False
        self.connected = 1
        self._fd, self._watch, self._ended = sock.fileno(), watch, ended
        self._remote, self._local = remote, local
        self._out = bytearray()
        self._mask = 0
        self._watched = False
        self._reading = True
        self._read_over = self._write_over = self._half_closing = False
        self._producer: Any = None
        self._streaming = False
        self._producer_paused = False

    def watched(self, mask: int) -> None:
        """Take over the watch that somebody has had on the socket, instead of a new one."""
        self._watch.replace(self._fd, mask, self)
        self._watched, self._mask = True, mask

    def start(self, protocol: IProtocol, data: bytes = b"") -> None:
        """Connect a protocol, give it what has been read already, and begin to read."""
        self.protocol = protocol
        protocol.makeConnection(self)
        if data and self.protocol is not None:
            self.protocol.dataReceived(data)
        self._update()

    # Reading.

    def ready(self, event: int) -> None:
        """Take an event of the socket."""
        if event & OUT and self._mask & OUT:
            self._flush()
        if self.fileno() < 0:
            return
        if event & IN and self._mask & IN:
            if self._reading:
                self._read()
            else:  # paused for longer than it takes until more comes
                self._update()
        elif event & BROKEN and not (self._reading and self._mask & IN):
            self._hung()

    def _read(self) -> None:
        try:
            data = self.socket.recv(_CHUNK, _DONTWAIT)
        except BlockingIOError:
            return
        except OSError as e:
            self._lose(ConnectionLost(str(e)))
            return
        if not data:
            self._read_ended()
            return
        self.count_read += len(data)
        if self.protocol is not None:
            self.protocol.dataReceived(data)

    def _read_ended(self) -> None:
        self._read_over = True
        protocol: Any = self.protocol
        if understands(protocol) and not self._write_over:
            self._update()
            protocol.readConnectionLost()
        else:
            self._lose(ConnectionDone())

    def _hung(self) -> None:
        """The peer is gone while we do not read (paused, or after its end of stream)."""
        if not is_broken(self._fd):
            return  # a stale event
        if self._read_over:
            self._lose(ConnectionLost("the peer is gone"))
        else:
            # What it sent before is still to be read; until then it would report for ever.
            self._unwatch()

    # Writing.

    def write(self, data: bytes) -> None:
        """Send now what the socket takes and keep the rest."""
        if self.disconnected or self._write_over or not data:
            return
        if self._out:
            self._out += data
        else:
            try:
                sent = self.socket.send(data, _DONTWAIT)
            except BlockingIOError:
                sent = 0
            except OSError as e:
                self._write_failed(e)
                return
            self.count_written += sent
            if sent < len(data):
                self._out += memoryview(data)[sent:]
                self._update()
            elif self._producer is not None and not self._streaming:
                self._update()  # it is asked for more when the socket takes more
        if len(self._out) > _FULL and self._producer is not None and not self._producer_paused:
            self._producer_paused = True
            self._producer.pauseProducing()

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Send several pieces as one."""
        self.write(b"".join(data))

    def _write_failed(self, error: OSError) -> None:
        # Not from within write(): the protocol is in the middle of something.
        self._out.clear()
        self._write_over = True
        self._watch.soon(self._lose, ConnectionLost(str(error)))

    def _flush(self) -> None:
        out = self._out
        if out:
            try:
                sent = self.socket.send(memoryview(out)[: _CHUNK * 4], _DONTWAIT)
            except BlockingIOError:
                return
            except OSError as e:
                self._lose(ConnectionLost(str(e)))
                return
            self.count_written += sent
            del out[:sent]
        if len(out) <= _FULL and self._producer is not None and self._asks_more():
            self._producer_paused = False
            self._producer.resumeProducing()
        if out or self.fileno() < 0:
            return
        if self._producer is None:
            if self.disconnecting:
                self._lose(ConnectionDone())
                return
            if self._half_closing:
                self._shut_down()
        self._update()

    def _asks_more(self) -> bool:
        return self._producer_paused if self._streaming else not self._out

    def _shut_down(self) -> None:
        if self._write_over:
            return
        self._write_over = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        protocol: Any = self.protocol
        if understands(protocol):
            protocol.writeConnectionLost()
        if self._read_over:
            self._lose(ConnectionDone())

    # Closing.

    def loseConnection(self, _reason: Any = None) -> None:
        """Close once everything has been written (and a producer has finished)."""
        if self.disconnected or self.disconnecting:
            return
        self.disconnecting = True
        if not self._out and self._producer is None:
            self._watch.soon(self._lose, ConnectionDone())
        else:
            self._update()

    def loseWriteConnection(self) -> None:
        """End our side once everything has been written."""
        self._half_closing = True
        if not self._out and self._producer is None:
            self._shut_down()

    def abortConnection(self) -> None:
        """Close now; what has not been written is dropped."""
        if not self.disconnected:
            self._out.clear()
            self.disconnecting = True
            self._watch.soon(self._lose, ConnectionAborted())

    def _lose(self, reason: Exception) -> None:
        if self.disconnected:
            return
        self.disconnected, self.connected = True, 0
        self._watch.forget(self._fd)
        self._watched = False
        self.socket.close()
        self._out.clear()
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.stopProducing()
        protocol, self.protocol = self.protocol, None
        try:
            if protocol is not None:
                protocol.connectionLost(Failure(reason))  # type: ignore[no-untyped-call]
        finally:
            ended, self._ended = self._ended, None
            if ended is not None:
                ended(self.count_read, self.count_written)

    def broken(self) -> None:
        """End it after an unhandled error."""
        self._lose(ConnectionAborted())

    def detach(self) -> Socket | None:
        """Give the socket up for a relay; None while something is unwritten or it is closing."""
        if self._out or self.disconnecting or self.disconnected or self._write_over:
            return None
        self.unregisterProducer()
        self._unwatch()
        self.disconnected, self.connected = True, 0
        self.protocol = None
        return self.socket

    @property
    def ended(self) -> Ended | None:
        """Who is told at the end (for the one who detaches it)."""
        return self._ended

    # The watch.

    def _update(self) -> None:
        if self.disconnected:
            return
        mask = OUT if self._out or (self._producer is not None and not self._streaming) else 0
        if self._reading and not self._read_over:
            mask |= IN
        if not self._watched:
            if mask:
                self._watch.add(self._fd, mask, self)
                self._watched = True
        elif mask != self._mask:
            self._watch.change(self._fd, mask)
        self._mask = mask

    def _unwatch(self) -> None:
        if self._watched:
            self._watch.remove(self._fd)
            self._watched = False
            self._mask = 0

    # As a producer of what it reads.

    def pauseProducing(self) -> None:
        """Read no more for now; often that is over before anything comes (see ``ready``)."""
        self._reading = False

    def resumeProducing(self) -> None:
        """Read again."""
        self._reading = True
        self._update()

    def stopProducing(self) -> None:
        """Close."""
        self.loseConnection()

    # As a consumer of what it writes.

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Let a producer be paused while the peer does not read."""
        if self._producer is not None:
            raise RuntimeError(f"a producer is registered already: {self._producer!r}")
        if self.disconnected:
            producer.stopProducing()
            return
        self._producer, self._streaming = producer, streaming
        self._producer_paused = False
        if not streaming:
            self._update()
        elif len(self._out) > _FULL:
            self._producer_paused = True
            producer.pauseProducing()

    def unregisterProducer(self) -> None:
        """It has finished."""
        self._producer = None
        if self._out or self.disconnected:
            return
        if self.disconnecting:
            self._watch.soon(self._lose, ConnectionDone())
        elif self._half_closing:
            self._shut_down()

    # What is known of it.

    def getPeer(self) -> Any:
        """The other end's address."""
        return to_twisted(self._remote or _name(self.socket.getpeername))

    def getHost(self) -> Any:
        """Our end's address."""
        return to_twisted(self._local or _name(self.socket.getsockname))

    def getHandle(self) -> Socket:
        """The socket."""
        return self.socket

    def fileno(self) -> int:
        """The socket's descriptor."""
        return -1 if self.disconnected else self._fd

    def logPrefix(self) -> str:
        """Twisted's word for it in its log."""
        return type(self.protocol).__name__

    def getTcpNoDelay(self) -> bool:
        """Is Nagle's algorithm off?"""
        return bool(self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Turn Nagle's algorithm off or on; nothing happens on a Unix socket."""
        with suppress(OSError):
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, enabled)

    def getTcpKeepAlive(self) -> bool:
        """Are keep-alive probes sent?"""
        return bool(self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    def setTcpKeepAlive(self, enabled: bool) -> None:
        """Turn keep-alive probes on or off."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, enabled)


def _name(ask: Callable[[], Any]) -> tuple[str, int] | str:
    try:
        return from_socket(ask())
    except OSError:
        return ("", 0)
