"""A client's datagrams as a flow: from the first one until it has been silent for long enough."""

import os
import socket
from _socket import socket as Socket
from collections.abc import Callable
from errno import EMSGSIZE, ENOBUFS
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.interfaces import IProtocol

from caddylite.layer4.live.addresses import from_socket
from caddylite.layer4.live.crossing import cross
from caddylite.layer4.live.flow import Flow, Forwarder, Reader, Target
from caddylite.layer4.matching import Connection
from caddylite.runtime.udp.sockets import DATAGRAM, LONGEST
from caddylite.runtime.udp.transport import DatagramTransport
from caddylite.runtime.watch import IN

if TYPE_CHECKING:
    from caddylite.runtime.udp.listener import DatagramListener

#: Datagrams, and bytes of them, that are kept while nobody can take them yet; the rest is lost,
#: as datagrams may be.
MOST_WAITING: Final = 64
MOST_BYTES: Final = 64 * 1024

#: Errors that say something of one datagram only: it is too long, or there is no room for it.
_OF_ONE: Final = (EMSGSIZE, ENOBUFS)
_NOTHING: Final[dict[str, Any]] = {}
_UNIX: Final = getattr(socket, "AF_UNIX", -1)


class Association(Flow):
    """All datagrams from one client address to one listening socket.

    ``deliver(datagram)`` is where the listener brings what has come; it may raise BlockingIOError
    (the datagram is lost) and OSError (the association is over). ``heard`` is when the last came:
    only what the client sends keeps an association alive, as in caddy-l4. ``peer`` is what
    ``answer`` wants to know to send a datagram back.
    """

    __slots__ = (
        "_reader",
        "_receive",
        "_stage",
        "answer",
        "datagrams",
        "deliver",
        "heard",
        "hops",
        "key",
        "listener",
        "peer",
        "strips",
        "up",
    )

    def __init__(
        self, listener: "DatagramListener", key: Any, peer: Any, cx: Connection, now: float
    ) -> None:
        self.listener, self.key, self.peer, self.cx = listener, key, peer, cx
        self.answer = listener.answer
        self.owner = listener.owner
        self.heard = now
        self.hops = 0
        self.data = b""
        self.datagrams: tuple[bytes, ...] = ()
        self.ended = self.strips = False
        self.memo = {}
        self.route = self.why = ""
        self.read = self.written = 0
        self.target: Target | None = None
        self.retry = None
        self.up: Socket | None = None
        self._receive: Callable[[int], bytes] | None = None
        self._reader: Reader | None = None
        self._stage: DatagramTransport | None = None
        self.deliver: Callable[[bytes], object] = self._wait

    # What comes from the client.

    def _wait(self, data: bytes) -> None:
        """Keep a datagram until somebody wants it."""
        if len(self.datagrams) >= MOST_WAITING or len(self.data) + len(data) > MOST_BYTES:
            raise BlockingIOError
        self.datagrams += (data,)
        self.data += data
        if self._reader is not None:
            self._reader.more()

    def _deliver_to(self, taker: Callable[[bytes], object]) -> None:
        if not self.strips:
            self.deliver = taker
            return

        def stripped(data: bytes) -> None:
            taker(without_header(data))

        self.deliver = stripped

    def strip_headers(self) -> None:
        """Take PROXY headers off the datagrams to come as well: each carries its own."""
        if not self.strips:
            self.strips = True
            self._deliver_to(self.deliver)

    def take(self, size: int) -> bytes:
        """Consume bytes from the front; what is left of a datagram stays one."""
        taken, self.data = self.data[:size], self.data[size:]
        rest = list(self.datagrams)
        while rest and size >= len(rest[0]) and (size or not rest[0]):
            size -= len(rest.pop(0))
        if size and rest:
            rest[0] = rest[0][size:]
        self.datagrams = tuple(rest)
        self.memo = {}
        return taken

    def watch(self, reader: Reader) -> None:
        """Tell the reader of what comes."""
        self._reader = reader

    def unwatch(self) -> None:
        """Stop telling; what comes is kept."""
        self._reader = None

    # To a target.

    def forward(self, target: Target, preface: bytes, forwarder: Forwarder) -> None:
        """Connect a socket for this association; every datagram is sent behind ``preface``."""
        self._reader = None
        if not target.datagrams or forwarder.wrap is not None:
            cross(self, target, preface, forwarder, self.listener.house)
            return
        up = None
        try:
            up = Socket(target.family, DATAGRAM, 0)
            if target.family == _UNIX:
                up.bind("")  # any abstract name: without one there is no answering
            elif forwarder.bind is not None:
                forwarder.bind(up, self)
            up.connect(target.address)
        except OSError as e:
            if up is not None:
                up.close()
            forwarder.failed(self, target, (e.strerror or str(e)).lower())
            return
        self._join(up, target, preface)
        if forwarder.joined is not None:
            forwarder.joined(self, from_socket(up.getsockname()))

    def _join(self, up: Socket, target: Target, preface: bytes) -> None:
        target.conns += 1
        self.target, self.up, self._receive = target, up, up.recv
        self.listener.bounds.hops[from_socket(up.getsockname())] = self.hops + 1
        waiting, self.datagrams = self.datagrams, ()
        # From here on only the ends and the counts are wanted: let the rest go.
        self.data, self.memo = b"", _NOTHING
        self.cx.placeholders = self.cx.vars = _NOTHING
        send = up.send
        if preface:

            def behind(data: bytes) -> None:
                send(preface + data)

            self._deliver_to(behind)
        else:
            self._deliver_to(send)
        self.listener.add(up.fileno(), IN, self)
        deliver = behind if preface else send
        for data in waiting:
            try:
                deliver(data)
            except BlockingIOError:
                self.listener.lost += 1
            except OSError as e:
                self.failed(e)
                if self.owner is None:
                    return

    def ready(self, event: int) -> None:
        """Send one datagram of the upstream back to the client."""
        try:
            data = self._receive(LONGEST)  # type: ignore[misc]  # set with ``up``
        except BlockingIOError:
            return
        except OSError as e:
            self.failed(e)
            return
        try:
            self.answer(data, self.peer)
        except OSError:  # full, or this client cannot be reached now
            self.listener.lost += 1
            return
        self.written += len(data)

    def failed(self, error: OSError) -> None:
        """The upstream cannot be reached: the client's next datagram begins anew."""
        if error.errno in _OF_ONE:
            self.listener.lost += 1
            return
        self.close(f"upstream: {os.strerror(error.errno or 0).lower()}")

    def broken(self) -> None:
        """End it after an unhandled error."""
        self.abort("internal error")

    # To a protocol.

    def serve(self, protocol: IProtocol) -> None:
        """Give a protocol every datagram as one ``dataReceived``; each ``write`` sends one."""
        self._reader = None
        transport = self._stage = DatagramTransport(self, self.listener.house)
        waiting, self.datagrams, self.data = self.datagrams, (), b""
        self._deliver_to(transport.received)
        transport.start(protocol, waiting)

    def send(self, data: bytes) -> None:
        """Send one datagram to the client, or lose it."""
        try:
            self.answer(data, self.peer)
        except OSError:
            self.listener.lost += 1
            return
        self.written += len(data)

    # To nobody.

    def close(self, why: str = "") -> None:
        """Forget the association."""
        if self.owner is None:
            return
        self.why = self.why or why
        self._reader = None
        self.deliver = _drop
        self.listener.forget(self)
        up, self.up = self.up, None
        if up is not None:
            self.listener.unwatch(up.fileno())
            self.listener.bounds.hops.pop(from_socket(up.getsockname()), None)
            up.close()
        stage, self._stage = self._stage, None
        if stage is not None:
            stage.lose()
        self._over()

    def abort(self, why: str = "") -> None:
        """End it, whoever has it."""
        reader = self._reader
        self.close(why)
        if reader is not None:
            reader.lost()


def _drop(data: bytes) -> None:
    """Lose a datagram."""


def without_header(data: bytes) -> bytes:
    """Return a datagram without the PROXY header it may begin with."""
    from caddylite.wire import proxy_header

    found = proxy_header.read(data)
    return data[found.size :] if isinstance(found, proxy_header.ProxyHeader) else data
