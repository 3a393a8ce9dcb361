"""What both ends of an HTTP/2 connection have in common, over any Twisted transport."""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar
from typing import Protocol as Shape

from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.exchange import Stream
from caddylite.wire import http2
from caddylite.wire.http1 import Field
from caddylite.wire.http2_frames import (
    ENHANCE_YOUR_CALM,
    Body,
    Broken,
    GoAway,
    Opened,
    Reset,
    Trailers,
)
from caddylite.wire.http2_machine import Machine

#: What a peer that reads nothing may make us keep in answers (to pings, settings …), in bytes.
_MOST_ANSWERS: Final = 1 << 18


class Inflow(Stream):
    """A body that comes over an HTTP/2 stream: what is taken of it lets the peer send more."""

    __slots__ = ("_owed", "_taken")

    def __init__(self, length: int | None, taken: Callable[[int], object]) -> None:
        super().__init__(length)
        self._taken = taken
        self._owed = 0  # bytes that have come and have not been answered for

    async def read(self) -> bytes:
        """Return the next bytes; ``b""`` at the end."""
        data = await super().read()
        size = min(len(data), self._owed)
        self._owed -= size
        self._taken(size)
        return data

    def put_frame(self, data: bytes, size: int) -> None:
        """Take a frame's data in; ``size`` also counts what surrounds it."""
        if data:
            self._owed += len(data)
            self.put(data)
        if size > len(data):
            self._taken(size - len(data))

    def discard(self) -> None:
        """Forget what has come and has not been read."""
        super().discard()
        self.settle()

    def settle(self) -> None:
        """Answer for what has come, though it may never be read."""
        owed, self._owed = self._owed, 0
        if owed:
            self._taken(owed)


class Carried(Shape):
    """A request and its response on a stream, at either end."""

    body: Inflow

    def finished(self, trailers: list[Field]) -> None:
        """The body has come whole."""
        ...

    def malformed(self, error: http2.Malformed) -> None:
        """What has come breaks the rules: end the stream."""
        ...

    def room(self) -> None:
        """The peer takes more."""
        ...


C = TypeVar("C", bound=Carried)


@implementer(IPushProducer)
class Http2Link(Protocol, Generic[C]):
    """Carries a machine's bytes, and what its peer says to the ``streams`` that are open."""

    transport: Any

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.streams: dict[int, C] = {}
        self.writable = True
        self.lost = False
        self._flushing = False

    # Twisted's side.

    def connectionMade(self) -> None:
        """Introduce ourselves."""
        self.transport.registerProducer(self, True)
        self.flush()

    def dataReceived(self, data: bytes) -> None:
        """Read on; what is said in answer goes out in one piece."""
        if self.lost:
            return
        self._flushing = True
        try:
            for event in self.machine.receive(data):
                _HANDLERS[type(event)](self, event)
        finally:
            self._flushing = False
        if not self.writable and self.machine.answered > _MOST_ANSWERS:
            self.abort()
            return
        self.flush()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End what is going on."""
        self.lost = True
        self.writable = False

    def pauseProducing(self) -> None:
        """The peer does not take what is sent."""
        self.writable = False

    def resumeProducing(self) -> None:
        """The peer takes more."""
        self.writable = True
        self.machine.answered = 0
        self.flush()

    def stopProducing(self) -> None:
        """The transport wants nothing any more; connectionLost follows."""
        self.writable = False

    # Sending.

    def flush(self) -> None:
        """Send what can be sent; whoever waits to write goes on meanwhile."""
        if self._flushing or self.lost:
            return
        self._flushing = True
        try:
            while True:
                if data := self.machine.take(self.writable):
                    self.transport.write(data)
                relieved = self.machine.relieved()
                for stream in relieved:
                    self.room(stream)
                if not data and not relieved:
                    return
        finally:
            self._flushing = False

    def taken(self, stream: int, size: int) -> None:
        """So much of a stream's body has been used."""
        self.machine.taken(stream, size)
        self.flush()

    def finish(self) -> None:
        """Send what is ready and close."""
        self.flush()
        if not self.lost:
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    def calm(self) -> None:
        """End the connection of a peer that only makes work."""
        self.machine.quit(ENHANCE_YOUR_CALM)
        self._flushing = False
        self.finish()

    def abort(self) -> None:
        """End the connection at once."""
        if not self.lost:
            self.transport.abortConnection()

    # Events.

    def body(self, event: Body) -> None:
        """A piece of a body has come."""
        stream = self.streams.get(event.stream)
        if stream is None:
            self.machine.taken(event.stream, event.size)
            return
        stream.body.put_frame(event.data, event.size)
        if event.ended:
            stream.finished([])

    def trailers(self, event: Trailers) -> None:
        """A body has ended, with fields behind it."""
        stream = self.streams.get(event.stream)
        if stream is None:
            return
        try:
            stream.finished(http2.trailers(event.fields))
        except http2.Malformed as error:
            stream.malformed(error)

    def room(self, stream: int) -> None:
        """The writer of a stream's body may go on."""
        found = self.streams.get(stream)
        if found is not None:
            found.room()

    # Events, for subclasses.

    def opened(self, event: Opened) -> None:
        """A message begins."""
        raise NotImplementedError

    def was_reset(self, event: Reset) -> None:
        """A stream is over before its time."""
        raise NotImplementedError

    def leaving(self, event: GoAway) -> None:
        """The peer says good-bye."""
        raise NotImplementedError

    def broken(self, event: Broken) -> None:
        """The peer breaks the rules."""
        raise NotImplementedError


_HANDLERS: Final[dict[type[Any], Callable[[Any, Any], None]]] = {
    Opened: lambda link, event: link.opened(event),
    Body: lambda link, event: link.body(event),
    Trailers: lambda link, event: link.trailers(event),
    Reset: lambda link, event: link.was_reset(event),
    GoAway: lambda link, event: link.leaving(event),
    Broken: lambda link, event: link.broken(event),
}
