"""One HTTP/1.1 connection to an upstream; it carries one request at a time."""

from collections.abc import Callable
from typing import Any, ClassVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.proxy.call import Answer, UpstreamError
from caddylite.wire.http1 import Data, Field
from caddylite.wire.http1_message import chunk, last_chunk, request_head
from caddylite.wire.http1_response import BadResponse, ResponseHead, ResponseReader


@implementer(IPushProducer)
class UpstreamConnection(Protocol):
    """Sends a request and reads its response; ``idle`` between requests.

    ``released`` is called when the connection can take another request or is of no more use.
    """

    transport: Any
    multiplexed: ClassVar[bool] = False

    def __init__(self) -> None:
        self.idle = True
        self.alive = False
        self.used = 0  # requests carried so far
        self.idle_since = 0.0
        self.on_made: Callable[[], object] | None = None
        self.on_idle_end: Callable[[], object] | None = None
        #: Called when it is free for another request, and when it is gone.
        self.on_free: Callable[[], object] | None = None
        self.on_gone: Callable[[], object] | None = None
        self._released: Callable[[bool], object] | None = None
        self._reader: ResponseReader | None = None
        #: The request under way.
        self.call: Http1Call | None = None
        self.answer = Answer()
        self._sent = False
        #: Does the upstream take what is sent?
        self.writable = True
        self._room: Deferred[None] | None = None
        self._tunnel: Any = None
        self._early = b""
        self._tunnel_lost: Callable[[], object] | None = None
        self._tunnel_room: Callable[[], object] | None = None

    # Twisted's side.

    def connectionMade(self) -> None:
        """The connection stands."""
        self.alive = True
        if self.on_made is not None:
            self.on_made()
        self.transport.registerProducer(self, True)

    def dataReceived(self, data: bytes) -> None:
        """Read on."""
        if self._tunnel is not None:
            self._tunnel(data)
            return
        reader = self._reader
        if reader is None:  # an upstream that speaks without being asked is of no use
            self.close()
            return
        if reader.switched:
            self._early += data
            return
        try:
            events = reader.feed(data)
        except BadResponse as error:
            self.answer.fail(UpstreamError(str(error)))
            self.close()
            return
        answer = self.answer
        body = answer.body
        for event in events:
            if isinstance(event, ResponseHead):
                answer.put(event)
            elif isinstance(event, Data):
                body.put(event.data)
            else:
                # Free the connection first: whoever reads the end may want it for the next one.
                if self._reader is reader:
                    self._finish_response()
                body.finish(event.trailers)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End what is going on."""
        self.alive = False
        on_gone, self.on_gone = self.on_gone, None
        try:
            self._end(reason)
        finally:
            if on_gone is not None:
                on_gone()

    def _end(self, reason: Failure) -> None:
        tunnel_lost, self._tunnel_lost = self._tunnel_lost, None
        if tunnel_lost is not None:
            tunnel_lost()
            return
        if self.idle and self.on_idle_end is not None:
            self.on_idle_end()
        reader = self._reader
        if reader is not None:
            try:
                for event in reader.end_of_stream():
                    self.answer.body.finish(getattr(event, "trailers", []))
            except BadResponse as error:
                kept = self.used > 1 and not self.answer.started
                self.answer.fail(UpstreamError(_words(reason, str(error)), unanswered=kept))
        self._resume()

    def pauseProducing(self) -> None:
        """The upstream does not take what is sent."""
        self.writable = False

    def resumeProducing(self) -> None:
        """The upstream takes more."""
        self._resume()
        if self._tunnel_room is not None:
            self._tunnel_room()

    def stopProducing(self) -> None:
        """The transport wants nothing any more; connectionLost follows."""
        self.writable = False

    def _resume(self) -> None:
        self.writable = True
        room, self._room = self._room, None
        if room is not None:
            room.callback(None)

    # One request.

    def begin(
        self, method: str, max_header: int, released: Callable[[bool], object]
    ) -> "Http1Call":
        """Get ready for a request; ``released(reusable)`` is called at its end."""
        self.idle = self._sent = False
        self.used += 1
        self._released = released
        self._reader = ResponseReader(method, max_header)
        call = self.call = Http1Call(self)
        answer = self.answer = call.answer
        answer.body.on_full = self._pause_reading
        answer.body.on_room = self._go_on_reading
        if not self.alive:
            answer.fail(UpstreamError("EOF", unanswered=self.used > 1))
        return call

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.alive:
            self.transport.write(data)

    async def room(self) -> None:
        """Wait until the upstream takes more, or is gone."""
        while self.alive and not self.writable:
            if self._room is None:
                self._room = Deferred()
            await self._room

    def sent(self) -> None:
        """The request has been sent whole."""
        self._sent = True
        if self._reader is not None and self._reader.done:
            self._finish_response()

    def _pause_reading(self) -> None:
        if self.alive:
            self.transport.pauseProducing()

    def _go_on_reading(self) -> None:
        if self.alive:
            self.transport.resumeProducing()

    def _finish_response(self) -> None:
        """The response is here; the connection is free once the request has gone out, too."""
        if not self._sent or self._reader is None:
            return
        reusable = self._reader.reusable and self.alive
        self.answer.body.let_run()  # all of it is here: its reader must not hold up the next one
        self._reader = self.call = None
        self.idle = True
        released, self._released = self._released, None
        if released is not None:
            released(reusable)

    # Switching protocols.

    def switch(
        self,
        data: Callable[[bytes], object],
        lost: Callable[[], object],
        room: Callable[[], object],
    ) -> None:
        """Hand bytes on from now on, as they come."""
        self._tunnel, self._tunnel_lost, self._tunnel_room = data, lost, room
        rest = (self._reader.rest if self._reader is not None else b"") + self._early
        self._reader, self._early = None, b""
        if rest:
            data(rest)
        if not self.alive:
            lost()

    # Ends.

    def close(self) -> None:
        """End the connection at once."""
        if self.alive:
            self.transport.abortConnection()


class Http1Call:
    """A request on such a connection."""

    __slots__ = ("_chunked", "answer", "connection")

    def __init__(self, connection: UpstreamConnection) -> None:
        self.connection, self.answer = connection, Answer()
        self._chunked = False

    @property
    def over(self) -> bool:
        """Is the connection free for another?"""
        return self.connection.call is not self

    def send(self, method: str, target: str, fields: list[Field], length: int | None) -> None:
        """Send the head; ``length`` is the body's size, None if only its end will tell."""
        self._chunked = length is None
        self.connection.write(request_head(method, target, fields))

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        self.connection.write(chunk(data) if self._chunked else data)

    async def drained(self) -> None:
        """Wait until the upstream takes more; UpstreamError if it is gone."""
        connection = self.connection
        if not connection.writable:
            await connection.room()
        if not connection.alive:
            raise self.answer.error or UpstreamError("write: broken pipe")

    def end(self, trailers: list[Field]) -> None:
        """Say that all has been sent."""
        if self._chunked:
            self.connection.write(last_chunk(trailers))
        self.connection.sent()

    def give_up(self, error: Exception) -> None:
        """End the request, and the connection with it: whoever waits gets the error."""
        if not self.over:
            self.answer.fail(error)
            self.connection.close()

    def close(self) -> None:
        """Nobody wants the rest."""
        if not self.over:
            self.connection.close()


def _words(reason: Failure, otherwise: str) -> str:
    """Say what ended a connection, as Go would."""
    from twisted.internet.error import ConnectionDone, ConnectionLost

    if isinstance(reason.value, ConnectionDone):
        return "EOF" if otherwise == "unexpected EOF" else otherwise
    if isinstance(reason.value, ConnectionLost):
        return "read: connection reset by peer"
    return reason.getErrorMessage()
