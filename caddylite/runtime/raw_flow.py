"""A flow over a bare socket: the quick way from ``accept`` to the relay."""

import os
import socket
from _socket import socket as Socket
from contextlib import suppress
from errno import EINPROGRESS
from typing import Any, Final

from twisted.internet.interfaces import IProtocol

from caddylite.layer4.live.addresses import from_socket
from caddylite.layer4.live.crossing import cross
from caddylite.layer4.live.flow import NOBODY, Flow, Forwarder, Owner, Reader, Target
from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import LIMIT
from caddylite.runtime.adopt import SocketTransport
from caddylite.runtime.relay import Side, join
from caddylite.runtime.watch import BROKEN, IN, OUT

_DONTWAIT: Final = socket.MSG_DONTWAIT
_STREAM: Final = (
    socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0)
)
_NOTHING: Final[dict[str, Any]] = {}
_UNIX: Final = getattr(socket, "AF_UNIX", -1)


class RawFlow(Flow):
    """A flow that has its socket to itself; the watch hears of it only when it must wait."""

    __slots__ = ("_reader", "_stage", "fd", "house", "sock", "watched")

    def __init__(self, sock: Socket, fd: int, cx: Connection, owner: Owner, house: Any) -> None:
        self.sock, self.fd, self.house = sock, fd, house
        self.cx, self.owner = cx, owner
        self.data = b""
        self.ended = self.watched = False
        self.memo = {}
        self.route = self.why = ""
        self.read = self.written = 0
        self.target = None
        self.retry = None
        self._reader: Reader | None = None
        self._stage: Any = None  # who has the socket now, if not this flow

    # Waiting for bytes.

    def watch(self, reader: Reader) -> None:
        """Read on."""
        self._reader = reader
        if not self.watched:
            self.watched = True
            self.house.watch.add(self.fd, IN, self)

    def unwatch(self) -> None:
        """Read no more for now."""
        self._reader = None
        if self.watched:
            self.watched = False
            self.house.watch.remove(self.fd)

    def ready(self, event: int) -> None:
        """Read what there is."""
        reader = self._reader
        if reader is None:
            return
        try:
            data = self.sock.recv(LIMIT, _DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            self._lost(reader)
            return
        if data:
            self.data += data
            self.read += len(data)
            reader.more()
        else:
            self.ended = True
            reader.ended()

    def _lost(self, reader: Reader) -> None:
        self.unwatch()
        self._shut()
        reader.lost()
        self._over()

    def broken(self) -> None:
        """End it after an unhandled error."""
        self.abort("internal error")

    # To a target.

    def forward(self, target: Target, preface: bytes, forwarder: Forwarder) -> None:
        """Connect, send, and let the relay take over."""
        self._reader = None
        if target.datagrams or forwarder.wrap is not None:
            cross(self, target, preface, forwarder, self.house)
            return
        family = target.family
        try:
            up = Socket(family, _STREAM, 0)
        except OSError as e:
            forwarder.failed(self, target, _words(e))
            return
        try:
            if family != _UNIX:
                up.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if forwarder.bind is not None:
                forwarder.bind(up, self)
            error = up.connect_ex(target.address)
        except OSError as e:
            up.close()
            forwarder.failed(self, target, _words(e))
            return
        if error not in (0, EINPROGRESS):
            up.close()
            forwarder.failed(self, target, _reason(error))
            return
        dialled = getattr(forwarder, "dialled", None)
        if dialled is not None:
            dialled(up)
        data = preface + self.data if preface else self.data
        if data:
            try:
                sent = up.send(data, _DONTWAIT)  # at once, where the connection is made at once
            except BlockingIOError:
                _Dial(self, up, target, preface, forwarder)
                return
            except OSError as e:
                up.close()
                forwarder.failed(self, target, _words(e))
                return
            self._join(up, target, data[sent:], False, forwarder)
        elif error:
            _Dial(self, up, target, preface, forwarder)
        else:
            self._join(up, target, b"", False, forwarder)

    def _join(
        self, up: Socket, target: Target, left: bytes, watched: bool, forwarder: Forwarder
    ) -> None:
        target.conns += 1
        self.target = target
        if forwarder.joined is not None:
            forwarder.joined(self, from_socket(up.getsockname()))
        # Ten thousand idle relays are many: let go what nobody will ask for.
        self.data, self.memo = b"", _NOTHING
        if not self.owner.remembers:  # type: ignore[union-attr]
            self.cx = NOBODY
        if self.watched:
            self.watched = False
            self.house.watch.remove(self.fd)
        self._stage = join(
            self.sock, self.fd, up, self.house.watch, self, left=left, second_watched=watched
        )

    def relayed(self, first: int, second: int) -> None:
        """The relay is over."""
        self.read += first
        self.written += second
        self._stage = None
        owner, self.owner = self.owner, None
        if self.target is not None:
            self.target.conns -= 1
            self.target = None
        if owner is not None:
            owner.closed(self)

    @property
    def relay(self) -> Side | None:
        """The client's side of the relay, while there is one."""
        stage = self._stage
        return stage if isinstance(stage, Side) else None

    # To a protocol.

    def serve(self, protocol: IProtocol) -> None:
        """Adopt the socket into a transport."""
        self.unwatch()
        cx = self.cx
        with suppress(OSError):
            os.set_blocking(self.fd, False)
        transport = self._stage = SocketTransport(
            self.sock,
            self.house.watch,
            self.house.reactor,
            remote=cx.remote,
            local=cx.local,
            ended=self._served,
        )
        data, self.data = self.data, b""
        transport.start(protocol, data)

    def _served(self, read: int, written: int) -> None:
        self.read += read
        self.written += written
        self._stage = None
        self._over()

    # To nobody.

    def send(self, data: bytes) -> None:
        """Send what the socket takes; the few bytes this is for always fit."""
        with suppress(OSError):
            self.written += self.sock.send(data, _DONTWAIT)

    def close(self, why: str = "") -> None:
        """Close in order."""
        self.why = self.why or why
        self.unwatch()
        self._shut()
        self._over()

    def abort(self, why: str = "") -> None:
        """End it, whoever has it."""
        stage = self._stage
        self.why = self.why or why
        if isinstance(stage, Side):
            stage.finish()
        elif isinstance(stage, SocketTransport):
            stage.broken()
        elif isinstance(stage, _Dial):
            stage.cancel()
            self.close(why)
        else:
            reader = self._reader
            self.close(why)
            if reader is not None:
                reader.lost()

    def _shut(self) -> None:
        self.sock.close()


class _Dial:
    """A connection to a target that is not made at once."""

    __slots__ = ("flow", "forwarder", "preface", "target", "timeout", "up")

    def __init__(
        self, flow: RawFlow, up: Socket, target: Target, preface: bytes, forwarder: Forwarder
    ) -> None:
        self.flow, self.up, self.target = flow, up, target
        self.preface, self.forwarder = preface, forwarder
        flow._stage = self
        target.conns += 1  # from now on: many may be begun before the first is made
        house = flow.house
        self.timeout = house.timeouts(forwarder.connect_timeout).add(self._late)
        house.watch.add(up.fileno(), OUT, self)

    def ready(self, event: int) -> None:
        """The target may be connected."""
        flow, up = self.flow, self.up
        error = up.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._fail(_reason(error))
            return
        data = self.preface + flow.data
        sent = 0
        try:
            if data:
                sent = up.send(data, _DONTWAIT)
            else:
                up.getpeername()
        except BlockingIOError:
            return
        except OSError as e:
            if event & BROKEN or data:
                self._fail(_words(e))
            return  # a stale event
        self.timeout[1] = None
        self.target.conns -= 1
        flow._join(up, self.target, data[sent:], True, self.forwarder)

    def _late(self) -> None:
        self._fail("i/o timeout")

    def _fail(self, why: str) -> None:
        self.cancel()
        self.forwarder.failed(self.flow, self.target, why)

    def cancel(self) -> None:
        """Give up."""
        self.timeout[1] = None
        self.target.conns -= 1
        self.flow._stage = None
        self.flow.house.watch.forget(self.up.fileno())
        self.up.close()

    def broken(self) -> None:
        """End it after an unhandled error."""
        self.cancel()
        self.flow.close("internal error")


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _reason(number: int) -> str:
    return os.strerror(number).lower()
