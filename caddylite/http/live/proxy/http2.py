"""One HTTP/2 connection to an upstream; its streams carry many requests at a time."""

from collections.abc import Callable
from typing import ClassVar, Final

from h2.errors import ErrorCodes
from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from caddylite.context import House
from caddylite.http.live.deadline import Deadline
from caddylite.http.live.http2 import Http2Link, Inflow
from caddylite.http.live.proxy.call import Answer, UpstreamError
from caddylite.wire import http2
from caddylite.wire.http1 import Field
from caddylite.wire.http2_frames import (
    CANCEL,
    NO_ERROR,
    PROTOCOL_ERROR,
    REFUSED_STREAM,
    Broken,
    GoAway,
    Opened,
    Reset,
)
from caddylite.wire.http2_machine import Machine

#: A connection without a stream, and on its last way, is closed so soon, in seconds.
_AT_ONCE: Final = 0.001
#: How long a connection may take to close, in seconds.
_CLOSING: Final = 5.0


class Http2Upstream(Http2Link["Http2Call"]):
    """Carries requests while ``takes``; closes when ``idle`` for so long (0: takes but one)."""

    multiplexed: ClassVar[bool] = True

    def __init__(self, house: House, scheme: str, max_header: int, idle: float) -> None:
        super().__init__(Machine(client=True, limit=max_header))
        self.scheme = scheme
        self.used = 0  # requests carried so far
        self.on_made: Callable[[], object] | None = None
        self.on_end: Callable[[], object] | None = None
        #: Called when a stream has ended, and when the connection is gone.
        self.on_free: Callable[[], object] | None = None
        self.on_gone: Callable[[], object] | None = None
        self._idle = Deadline(house, self._late)
        self._idle_seconds = idle
        self._leaving = self._closing = False

    @property
    def takes(self) -> bool:
        """May it be given another request now?"""
        return self.usable and bool(self._idle_seconds or not self.used)

    @property
    def usable(self) -> bool:
        """Can a stream be opened?"""
        return not (self._leaving or self.lost) and self.machine.takes_streams

    def begin(
        self, method: str, max_header: int, released: Callable[[bool], object]
    ) -> "Http2Call":
        """Get ready for a request."""
        self.used += 1
        self._idle.expect(0.0)
        return Http2Call(self, method)

    def retire(self) -> None:
        """Take no more requests; close after those there are."""
        self._leaving = True
        on_end, self.on_end = self.on_end, None
        if on_end is not None:
            on_end()
        self._perhaps_idle()

    def forget(self, stream: int) -> None:
        """A call is over."""
        if self.streams.pop(stream, None) is not None:
            self._perhaps_idle()
            if self.on_free is not None:
                self.on_free()

    def _perhaps_idle(self) -> None:
        if not self.streams and not self.lost:
            self._idle.expect(_AT_ONCE if self._leaving else self._idle_seconds or _AT_ONCE)

    def _late(self) -> None:
        """It was idle for long; or it does not close."""
        if self._closing:
            self.abort()
        elif not self.streams:
            self.finish()

    def finish(self) -> None:
        """Send what is ready and close."""
        self._leaving = self._closing = True
        super().finish()
        if not self.lost:
            self._idle.expect(_CLOSING)

    # Twisted's side.

    def connectionMade(self) -> None:
        """The connection stands."""
        if self.on_made is not None:
            self.on_made()
        super().connectionMade()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Fail what is under way."""
        super().connectionLost(reason)
        self._idle.cancel()
        self.retire()
        for call in tuple(self.streams.values()):
            kept = self.used > 1 and not call.answer.started
            call.failed(UpstreamError("unexpected EOF", unanswered=kept))
        self.streams.clear()
        on_gone, self.on_gone = self.on_gone, None
        if on_gone is not None:
            on_gone()

    # Events.

    def opened(self, event: Opened) -> None:
        """The head of a response."""
        call = self.streams.get(event.stream)
        if call is None:
            return
        try:
            head = http2.response(event.fields, event.ended, call.method)
        except http2.Malformed as error:
            call.malformed(error)
            return
        call.answer.put(head)
        if event.ended:
            call.finished([])

    def was_reset(self, event: Reset) -> None:
        """The upstream has ended a stream."""
        call = self.streams.get(event.stream)
        if call is not None:
            name = ErrorCodes(event.code).name if event.code in _KNOWN else f"{event.code:#x}"
            call.failed(
                UpstreamError(
                    f"stream error: stream ID {event.stream}; {name}; received from peer",
                    refused=event.code == REFUSED_STREAM,
                )
            )

    def leaving(self, event: GoAway) -> None:
        """The upstream takes no more; what it has not looked at may be sent elsewhere."""
        for stream, call in tuple(self.streams.items()):
            if stream > event.last:
                call.failed(
                    UpstreamError(
                        "http2: Transport received Server's graceful shutdown GOAWAY", refused=True
                    )
                )
                self.machine.reset(stream, CANCEL)
        self.retire()

    def broken(self, event: Broken) -> None:
        """The upstream speaks no HTTP/2."""
        for call in tuple(self.streams.values()):
            call.failed(UpstreamError(f"connection error: PROTOCOL_ERROR: {event.why}"))
        self._flushing = False
        self.retire()
        self.finish()


_KNOWN: Final = frozenset(int(code) for code in ErrorCodes)


class Http2Call:
    """A request on a stream."""

    def __init__(self, link: Http2Upstream, method: str) -> None:
        self.link, self.method = link, method
        self.stream = 0
        self.answer = Answer()
        self.body = self.answer.body = Inflow(None, self._taken)
        self._done = False
        self._room: Deferred[None] | None = None

    @property
    def over(self) -> bool:
        """Has the response come whole, or has the request failed?"""
        return self._done

    def send(self, method: str, target: str, fields: list[Field], length: int | None) -> None:
        """Open the stream."""
        link = self.link
        if not link.usable:
            self.failed(UpstreamError("http2: client conn not usable", refused=True))
            return
        listed = http2.request_list(method, target, link.scheme, fields)
        self.stream = link.machine.open(listed, length == 0)
        link.streams[self.stream] = self
        link.flush()

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        self.link.machine.body(self.stream, data)
        self.link.flush()

    async def drained(self) -> None:
        """Wait until the upstream takes more; UpstreamError if it does not want it."""
        while not self._done and self.link.machine.full(self.stream):
            self._room = Deferred()
            await self._room
        if self._done:
            raise self.answer.error or UpstreamError("http2: request body closed by the upstream")

    def end(self, trailers: list[Field]) -> None:
        """Say that all has been sent."""
        self.link.machine.end(self.stream, http2.plain_list(trailers))
        self.link.flush()

    def give_up(self, error: Exception) -> None:
        """End the stream: whoever waits for the response gets the error."""
        if not self._done:
            self.link.machine.reset(self.stream, CANCEL)
            self.failed(error)
            self.link.flush()

    def close(self) -> None:
        """Nobody wants the rest."""
        self.give_up(UpstreamError("request canceled"))
        self.body.settle()

    # The connection's side.

    def finished(self, trailers: list[Field]) -> None:
        """The response has come whole; what is left of the request is not wanted."""
        self.answer.body.finish(trailers)
        if not self.link.machine.sent(self.stream):
            self.link.machine.reset(self.stream, NO_ERROR)
        self._over()

    def malformed(self, error: http2.Malformed) -> None:
        """What has come is no HTTP."""
        self.link.machine.reset(self.stream, PROTOCOL_ERROR)
        self.failed(UpstreamError(f"malformed HTTP response: {error}"))

    def failed(self, error: Exception) -> None:
        """There is no response, or only the beginning of one."""
        self.answer.fail(error)
        self.body.settle()
        self._over()

    def _over(self) -> None:
        self._done = True
        self.link.forget(self.stream)
        self.room()

    def room(self) -> None:
        """The body may go on."""
        room, self._room = self._room, None
        if room is not None:
            room.callback(None)

    def _taken(self, size: int) -> None:
        self.link.taken(self.stream, size)
