"""One HTTP/1.1 connection to an upstream; it carries one request at a time."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.exchange import Stream
from caddylite.wire.http1 import Data
from caddylite.wire.http1_response import BadResponse, ResponseHead, ResponseReader


class UpstreamError(Exception):
    """The upstream could not be reached, or answered with nonsense or not at all.

    ``dialing``: it was not even connected to, so that another can be tried without harm.
    ``timed_out``: it did not answer in time. ``unanswered``: a kept connection turned out to be
    dead before any byte of an answer came.
    """

    def __init__(
        self,
        message: str,
        dialing: bool = False,
        timed_out: bool = False,
        unanswered: bool = False,
    ) -> None:
        super().__init__(message)
        self.dialing, self.timed_out, self.unanswered = dialing, timed_out, unanswered


@implementer(IPushProducer)
class UpstreamConnection(Protocol):
    """Sends a request and reads its response; ``idle`` between requests.

    ``released`` is called when the connection can take another request or is of no more use.
    """

    transport: Any

    def __init__(self) -> None:
        self.idle = True
        self.alive = False
        self.used = 0  # requests carried so far
        self.idle_since = 0.0
        self.on_made: Callable[[], object] | None = None
        self.on_idle_end: Callable[[], object] | None = None
        self._released: Callable[[bool], object] | None = None
        self._reader: ResponseReader | None = None
        self._heads: list[ResponseHead] = []
        self._head_waiter: Deferred[None] | None = None
        self._body = Stream(None)
        self._sent = False
        self._writable = True
        self._room: Deferred[None] | None = None
        self._error: UpstreamError | None = None
        self._body_error: Exception | None = None
        self._tunnel: Any = None
        self._early = b""
        self._answered = False
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
            self._fail(UpstreamError(str(error)))
            self.close()
            return
        heads, body = self._heads, self._body
        for event in events:
            if isinstance(event, ResponseHead):
                heads.append(event)
                self._wake_head()
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
                    self._body.finish(getattr(event, "trailers", []))
            except BadResponse as error:
                started = bool(self._heads) or self._answered
                self._fail(
                    UpstreamError(
                        _words(reason, str(error)), unanswered=self.used > 1 and not started
                    )
                )
        self._resume()

    def pauseProducing(self) -> None:
        """The upstream does not take what is sent."""
        self._writable = False

    def resumeProducing(self) -> None:
        """The upstream takes more."""
        self._resume()
        if self._tunnel_room is not None:
            self._tunnel_room()

    def stopProducing(self) -> None:
        """The transport wants nothing any more; connectionLost follows."""
        self._writable = False

    def _resume(self) -> None:
        self._writable = True
        room, self._room = self._room, None
        if room is not None:
            room.callback(None)

    # One request.

    def begin(self, method: str, max_header: int, released: Callable[[bool], object]) -> None:
        """Get ready for a request; ``released(reusable)`` is called at its end."""
        self.idle, self._sent, self._answered = False, False, False
        self.used += 1
        self._released = released
        self._reader = ResponseReader(method, max_header)
        self._heads = []
        self._body = Stream(None)
        self._body.on_full = self._pause_reading
        self._body.on_room = self._go_on_reading

    def write(self, data: bytes) -> None:
        """Send bytes of the request."""
        if self.alive:
            self.transport.write(data)

    async def drained(self) -> None:
        """Wait until the upstream takes more; UpstreamError if it is gone."""
        if not self.alive:
            raise self._error or UpstreamError("write: broken pipe")
        while not self._writable:
            if self._room is None:
                self._room = Deferred()
            await self._room
            if not self.alive:
                raise self._error or UpstreamError("write: broken pipe")

    def sent(self) -> None:
        """The request has been sent whole."""
        self._sent = True
        if self._reader is not None and self._reader.done:
            self._finish_response()

    async def head(self) -> ResponseHead:
        """Return the next head; an informational one is followed by another."""
        while not self._heads:
            if self._body_error is not None:
                raise self._body_error
            if self._error is not None:
                raise self._error
            if not self.alive:
                raise UpstreamError("EOF", unanswered=self.used > 1)
            self._head_waiter = Deferred()
            try:
                await self._head_waiter
            finally:
                self._head_waiter = None
        self._answered = True
        return self._heads.pop(0)

    @property
    def body(self) -> Stream:
        """The response's body."""
        return self._body

    def _wake_head(self) -> None:
        waiter = self._head_waiter
        if waiter is not None and not waiter.called:
            waiter.callback(None)

    def _fail(self, error: UpstreamError) -> None:
        if self._error is None:
            self._error = error
        self._body.fail(error)
        self._wake_head()

    def fail(self, error: UpstreamError) -> None:
        """Give the request up (a timeout): whoever waits gets the error."""
        self._fail(error)
        self.close()

    def give_up(self, error: Exception) -> None:
        """The request's body ended badly: whoever waits for the response gets that error."""
        self._body_error = error
        self._body.fail(error)
        self._wake_head()
        self.close()

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
        self._body.let_run()  # all of it is here: its reader must not hold up the next request
        self._reader = None
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

    @property
    def writable(self) -> bool:
        """Does the upstream take what is sent?"""
        return self._writable

    # Ends.

    def close(self) -> None:
        """End the connection at once."""
        if self.alive:
            self.transport.abortConnection()


def _words(reason: Failure, otherwise: str) -> str:
    """Say what ended a connection, as Go would."""
    from twisted.internet.error import ConnectionDone, ConnectionLost

    if isinstance(reason.value, ConnectionDone):
        return "EOF" if otherwise == "unexpected EOF" else otherwise
    if isinstance(reason.value, ConnectionLost):
        return "read: connection reset by peer"
    return reason.getErrorMessage()
