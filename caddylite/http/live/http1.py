"""An HTTP/1 connection of the server, over any Twisted transport.

Requests are answered in the order they came; one is handled at a time. While it is, at most one
read's worth of further requests is kept and the transport is paused. A body is read only as fast
as its handler takes it.
"""

from collections import deque
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.http.live.deadline import Deadline
from caddylite.http.live.errors import Aborted, BadBody, Disconnected
from caddylite.http.live.exchange import Exchange, Stream
from caddylite.http.live.http1_writer import Http1Writer
from caddylite.http.live.incoming import answer, make_exchange
from caddylite.http.live.serving import Serving
from caddylite.http.live.switching import Switching
from caddylite.http.live.task import Task
from caddylite.wire.http1 import Bad, Data, End, Event, Head, RequestReader
from caddylite.wire.http1_message import refusal, response_head

#: How much of a body that no handler wanted is read before the connection is given up, in bytes.
_DISCARD: Final = 256 << 10
#: How long a connection lingers after its last response when the client was still sending, so
#: that the response is not lost to a reset; in seconds.
_LINGER: Final = 0.5
#: How long a connection may take to close once all is written, in seconds.
_CLOSING: Final = 5.0
#: Seconds that a connection without a request yet is waited for when the server stops.
_NEW: Final = 5.0

_FOR_BODY, _FOR_PIPELINE = 1, 2


@implementer(IPushProducer, IHalfCloseableProtocol)
class Http1Connection(Protocol):
    """One client's connection."""

    transport: Any

    def __init__(self, server: Serving) -> None:
        self.server = server
        self._reader = RequestReader(server.limits.max_header_bytes)
        self._queue: deque[Event] = deque()
        self._exchange: Exchange | None = None
        self._writer: Http1Writer | None = None
        self._task: Task | None = None
        self._body: Stream | None = None
        self._handled = False  # the handler of the current exchange is through
        self._pumping = self._lost = self._over = False
        self._pauses = 0
        self._room: Deferred[None] | None = None
        self.writable = True
        self._deadline = Deadline(server.house, self._late)
        self._stalled = Deadline(server.house, self.abort)
        self._first = True
        self._addresses: tuple[Any, Any] = (("", 0), ("", 0))
        self._tls: Any = None
        self._switched: Switching | None = None

    # Twisted's side.

    def connectionMade(self) -> None:
        """Take the connection on."""
        self._addresses = (
            self.server.address(self.transport.getPeer()),
            self.server.address(self.transport.getHost()),
        )
        self.transport.registerProducer(self, True)
        self.server.connections.add(self)
        self._deadline.expect(self.server.limits.read_header or self.server.limits.read)

    def dataReceived(self, data: bytes) -> None:
        """Read on."""
        if self._switched is not None:
            self._switched.received(data)
            return
        if self._over:
            return
        was_idle = self._exchange is None and self._reader.idle
        self._queue.extend(self._reader.feed(data))
        if was_idle and not self._reader.idle:
            self._deadline.expect(self.server.limits.read_header or self.server.limits.read)
        self._pump()

    def readConnectionLost(self) -> None:
        """The client sends no more: what is being answered still is, unless nothing has begun.

        A request that waits for something (an upstream) is given up, as net/http does.
        """
        if self._switched is not None:
            self._switched.ended()
            return
        gone = Disconnected("the client has gone")
        if self._body is not None:
            self._body.fail(gone)
        if self._writer is None:
            self._close(linger=False)
            return
        self._writer.close = True
        if self._task is not None and not self._writer.begun:
            self._task.cancel(gone)

    def writeConnectionLost(self) -> None:
        """Our own half-close is through; the timer does the rest."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End what is going on."""
        self._let_go()
        gone = Disconnected("the client has gone")
        if self._body is not None:
            self._body.fail(gone)
        if self._switched is not None:
            self._switched.lost()
        if self._task is not None:
            self._task.cancel(gone)

    def _let_go(self) -> None:
        self._lost = self._over = True
        self.server.connections.discard(self)
        self._deadline.cancel()
        self._stalled.cancel()
        self._queue.clear()
        self._reader.close()

    def pauseProducing(self) -> None:
        """The client does not take what is sent."""
        self.writable = False

    def resumeProducing(self) -> None:
        """The client takes more."""
        self.writable = True
        room, self._room = self._room, None
        if room is not None:
            room.callback(None)
        if self._switched is not None:
            self._switched.room()

    def stopProducing(self) -> None:
        """The transport wants nothing any more; connectionLost follows."""
        self.writable = False

    # The response's side (Outlet).

    async def drained(self) -> None:
        """Wait until the transport wants more."""
        if self._lost:
            raise Disconnected("the client has gone")
        while not self.writable:
            if self._room is None:
                self._room = Deferred()
            self._stalled.expect(self.server.limits.write_idle)
            try:
                await self._room
            finally:
                self._stalled.expect(0.0)
            if self._lost:
                raise Disconnected("the client has gone")

    def date(self) -> str:
        """Return the Date field's value."""
        return self.server.date()

    # Requests, one after the other.

    def _pump(self) -> None:
        """Use up the events: what belongs to the current request now, the next one in turn."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while not self._over:
                if not self._queue and self._exchange is None and self._reader.held:
                    self._queue.extend(self._reader.resume())  # the switch was declined
                if not self._queue or not self._take(self._queue[0]):
                    break
        finally:
            self._pumping = False
        if not self._over:
            self._pause(_FOR_PIPELINE, bool(self._queue))

    def _take(self, event: Event) -> bool:
        """Use one event, or leave it for later."""
        if isinstance(event, Data | End):
            self._queue.popleft()
            self._take_body(event)
            return True
        if self._exchange is not None:
            if isinstance(event, Bad) and self._body is not None and not self._body.finished:
                self._queue.popleft()
                self._break_off()
                return True
            return False
        self._queue.popleft()
        if isinstance(event, Bad):
            self._refuse(event)
        else:
            self._begin(event)
        return True

    def _take_body(self, event: Data | End) -> None:
        body = self._body
        if body is None:
            return
        if isinstance(event, End):
            body.finish(event.trailers)
            self._settle()
        elif not self._handled:
            body.put(event.data)
        else:
            body.taken += len(event.data)
            if body.taken > _DISCARD:
                self._close(linger=True)

    def _begin(self, head: Head) -> None:
        limits = self.server.limits
        body = Stream(head.length)
        if head.length == 0:
            body.finish()
        body.on_full = lambda: self._pause(_FOR_BODY, True)
        body.on_room = lambda: self._pause(_FOR_BODY, False)
        while self._queue and not isinstance(self._queue[0], Head | Bad):
            event = self._queue.popleft()  # what has come of the body already
            if isinstance(event, Data):
                body.put(event.data)
            elif isinstance(event, End):
                body.finish(event.trailers)
        body.on_wait = self._stalled.expect_or_not(limits.read_idle)
        if head.expects_continue:
            body.on_first_read = self._continue
        if self._first:
            self._tls = self.server.tls_state(self.transport)
        writer = Http1Writer(self, head, lambda: exchange.no_sniff)
        if self.server.closing:
            writer.close = True
        exchange = make_exchange(head, body, writer, self.server, self._addresses, self._tls)
        if head.upgrade:
            exchange.switch = self._switch
        self._first, self._handled = False, False
        self._exchange, self._writer, self._body = exchange, writer, body
        waits = [t for t in (limits.read, limits.write) if t]
        self._deadline.expect(min(waits) if waits else 0.0)
        self._task = Task(answer(exchange, head), self._done)
        self._task.start()

    def _continue(self) -> None:
        if self._writer is not None and not self._writer.begun and not self._lost:
            self.transport.write(response_head("1.1", 100, ()))

    def _done(self, problem: BaseException | None) -> None:
        """The handler is through: end the response, or the connection."""
        self._task, self._handled = None, True
        if self._switched is not None:
            return
        writer, body = self._writer, self._body
        if self._lost or writer is None or body is None:
            return
        if problem is not None:
            if not isinstance(problem, Aborted | Disconnected):
                self.server.log_crash(problem)
            self._abort()
            return
        if not body.finished and self._unread_is_too_much(body):
            writer.close = True
        writer.finish()
        body.discard()
        self._settle()

    def _unread_is_too_much(self, body: Stream) -> bool:
        if body.on_first_read == self._continue:
            return True  # the client waits for leave to send it
        return body.length is not None and body.length - body.taken > _DISCARD

    def _settle(self) -> None:
        """Go on to the next request if the current one is over on both sides."""
        if not self._handled or self._writer is None or self._body is None or self._over:
            return
        if self._writer.close:
            self._close(linger=not self._body.finished or bool(self._queue))
            return
        if not self._body.finished:
            return
        self._exchange = self._writer = self._body = None
        if self.server.closing and not self._queue:
            self._close(linger=False)
            return
        if not self._queue:
            self._deadline.expect(
                self.server.limits.idle if self._reader.idle else self.server.limits.read_header
            )
        self._pump()

    def _refuse(self, bad: Bad) -> None:
        """Answer what is no request, as net/http does, and close."""
        self.transport.write(refusal(bad))
        self._close(linger=True)

    def _break_off(self) -> None:
        """The body has gone wrong in the middle: its reader is told, then the connection ends."""
        if self._writer is not None:
            self._writer.close = True
        if self._body is not None:
            self._body.fail(BadBody("malformed chunked encoding"))
        if self._handled:
            self._close(linger=True)

    # Switching protocols.

    def _switch(self) -> Switching:
        self._deadline.expect(0.0)
        self._queue.clear()
        self._switched = Switching(self, self._reader.take_rest())
        self._pause(_FOR_PIPELINE | _FOR_BODY, False)
        return self._switched

    def close_switched(self) -> None:
        """End the connection after a switch."""
        if not self._lost:
            self._close(linger=False)

    def give_way(self) -> None:
        """Let go of the transport: nothing has come for us, and another takes it."""
        self.transport.unregisterProducer()
        self._let_go()

    # Ends.

    def drain_idle(self) -> None:
        """The server stops: close now if nothing is going on.

        A client that has just connected, or whose request is on its way, is answered (net/http
        gives a new connection as long).
        """
        if self._exchange is not None or self._switched is not None or self._over:
            return
        if self._first or not self._reader.idle:
            self._deadline.expect(_NEW)
        else:
            self._close(linger=False)

    def _close(self, linger: bool) -> None:
        if self._over:
            return
        self._over = True
        self._queue.clear()
        self.transport.unregisterProducer()
        half_close = getattr(self.transport, "loseWriteConnection", None)
        if linger and half_close is not None:
            self._pause(_FOR_PIPELINE | _FOR_BODY, False)
            half_close()
            self._deadline.expect(_LINGER)
            return
        self._deadline.expect(_CLOSING)
        self.transport.loseConnection()

    def _abort(self) -> None:
        self._over = True
        self.transport.abortConnection()

    def abort(self) -> None:
        """End the connection at once."""
        if not self._lost:
            self._abort()

    def _pause(self, reasons: int, paused: bool) -> None:
        before = self._pauses
        self._pauses = before | reasons if paused else before & ~reasons
        if self._lost or bool(before) == bool(self._pauses):
            return
        if self._pauses:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def _late(self) -> None:
        if self._lost:
            return
        if self._exchange is None and not self._over:
            self._close(linger=False)
        else:
            self._abort()
