"""An HTTP/2 connection of the server, over any Twisted transport."""

from typing import Any, Final

from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from caddylite.http.live.deadline import Deadline
from caddylite.http.live.errors import Disconnected
from caddylite.http.live.http2 import Http2Link
from caddylite.http.live.http2_stream import Http2Stream
from caddylite.http.live.patience import Patience
from caddylite.http.live.serving import Serving
from caddylite.wire import http2
from caddylite.wire.http1 import Bad
from caddylite.wire.http1_message import refusal_text
from caddylite.wire.http2_frames import (
    PROTOCOL_ERROR,
    REFUSED_STREAM,
    Body,
    Broken,
    GoAway,
    Opened,
    Reset,
)
from caddylite.wire.http2_machine import Machine

#: What Go allows on top of ``max_header_bytes``: ten fields, as RFC 9113, 6.5.2 counts them.
_SLOP: Final = 320
#: Seconds in which a client that did not know yet that we stop may still open streams.
_LAST_CALL: Final = 1.0
#: Seconds in which what is on its way to us is still read, after the last good-bye.
_LINGER: Final = 0.5
#: How long a connection may take to close once all is written, in seconds.
_CLOSING: Final = 5.0


class Http2Connection(Http2Link[Http2Stream]):
    """One client's connection."""

    def __init__(self, server: Serving) -> None:
        self._limit = server.limits.max_header_bytes + _SLOP
        super().__init__(Machine(client=False, limit=self._limit))
        self.server = server
        self.ends: tuple[Any, Any] = (("", 0), ("", 0))
        self.tls: Any = None
        self._deadline = Deadline(server.house, self._late)
        self._patience = Patience(server.house.monotonic)
        self._fresh = True  # no request has come yet
        self._last: int | None = None  # no stream after this one is served
        self._draining = self._closing = False

    # Twisted's side.

    def connectionMade(self) -> None:
        """Take the connection on."""
        server = self.server
        self.ends = (
            server.address(self.transport.getPeer()),
            server.address(self.transport.getHost()),
        )
        self.tls = server.tls_state(self.transport)
        server.connections.add(self)
        self._deadline.expect(server.limits.read_header or server.limits.read)
        super().connectionMade()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End what is going on."""
        super().connectionLost(reason)
        self.server.connections.discard(self)
        self._deadline.cancel()
        gone = Disconnected("the client has gone")
        for stream in tuple(self.streams.values()):
            stream.lost(gone)

    # Events.

    def opened(self, event: Opened) -> None:
        """A request."""
        if self._last is not None and event.stream > self._last:
            self.machine.reset(event.stream, REFUSED_STREAM)
            return
        if sum(len(n) + len(v) + 32 for n, v in event.fields) > self._limit:
            self._refuse(event.stream, Bad(431, ""))
            return
        try:
            head = http2.request(event.fields, event.ended)
        except http2.Malformed:
            self.machine.reset(event.stream, PROTOCOL_ERROR)
            self._bothered()
            return
        self._fresh = False
        self._deadline.expect(0.0)
        stream = self.streams[event.stream] = Http2Stream(self, event.stream, head)
        stream.start()

    def _refuse(self, stream: int, bad: Bad) -> None:
        """Answer what no handler is to see, as net/http does."""
        text = refusal_text(bad).encode()
        fields = (
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(text))),
            ("Date", self.server.date()),
        )
        self.machine.head(stream, http2.response_list(bad.status, fields), ended=False)
        self.machine.body(stream, text)
        self.machine.end(stream)

    def body(self, event: Body) -> None:
        """A piece of a request's body."""
        if not event.data and not event.ended:
            self._bothered()
        super().body(event)

    def was_reset(self, event: Reset) -> None:
        """The client wants no answer any more."""
        stream = self.streams.get(event.stream)
        if stream is not None:
            stream.lost(Disconnected("the client has reset the stream"))
        self._bothered()

    def _bothered(self) -> None:
        """The client has made work for nothing: it may, but not without end."""
        if not self._patience.spend():
            self.calm()

    def leaving(self, event: GoAway) -> None:
        """The client opens no more streams; what it has asked is answered."""
        self.drain_idle()

    def broken(self, event: Broken) -> None:
        """The client breaks the rules."""
        self._flushing = False
        self.finish()

    # Ends.

    def ended(self, stream: Http2Stream, close: bool) -> None:
        """A stream is over; ``close``: so should the connection be."""
        self.streams.pop(stream.number, None)
        if close:
            self.drain_idle()
        if self.streams or self.lost or self._closing:
            return
        if self._last is not None:
            self._deadline.expect(_LINGER)
        elif self._draining or self.server.closing:
            self._say_last()
        else:
            self._deadline.expect(self.server.limits.idle)

    def drain_idle(self) -> None:
        """Stop politely: say so, answer what is being asked and what is on its way."""
        if self._draining or self._closing or self.lost:
            return
        self._draining = True
        if self.streams or self._fresh:
            self.machine.leave()
            self.flush()
            self.server.house.later(_LAST_CALL, self._say_last)
        else:
            self._say_last()

    def _say_last(self) -> None:
        """From now on nothing new is served; what is being asked still is."""
        if self._last is not None or self._closing or self.lost:
            return
        self._last = self.machine.newest
        self.machine.leave(self._last)
        self.flush()
        if not self.streams:
            self._deadline.expect(_LINGER)

    def finish(self) -> None:
        """Send what is ready and close."""
        if not self._closing:
            self._closing = True
            for stream in tuple(self.streams.values()):
                stream.lost(Disconnected("the connection is being closed"))
            super().finish()
            self._deadline.expect(_CLOSING)

    def _late(self) -> None:
        if self._closing:
            self.abort()
            return
        if self._last is None:
            self.machine.leave(self.machine.newest)
        self.finish()
