"""An HTTP/2 connection as bytes and events, for either end (RFC 9113): no sockets, no clock.

The library h2 knows the frames and the states; here is what it leaves to others: bodies wait for
their windows and take turns, a GOAWAY lets open streams end, and a malformed message ends its
stream rather than the connection (whoever reads the events calls :meth:`Machine.reset`).
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    InformationalResponseReceived,
    RemoteSettingsChanged,
    RequestReceived,
    ResponseReceived,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from caddylite.wire.http2 import Fields
from caddylite.wire.http2_frames import (
    ALL_STREAMS,
    NO_ERROR,
    PREFACE,
    Body,
    Broken,
    Event,
    Frames,
    GoAway,
    Opened,
    Oversized,
    Reset,
    Trailers,
    goaway,
)
from caddylite.wire.http2_turns import Turns

#: Bytes of one body that may come before any is taken, and of all bodies of a connection.
STREAM_WINDOW: Final = 1 << 18
CONNECTION_WINDOW: Final = 1 << 20
#: Streams a peer may have open at a time, as Go's server says; what is supposed of a server that
#: has not said anything yet.
MAX_STREAMS: Final = 250
_SUPPOSED: Final = 100
#: The window every connection begins with (6.9.2).
_FIRST_WINDOW: Final = 65535
#: How much of a request is dropped after its answer before the client is told to stop, in bytes:
#: some clients take being told for a failure.
_DISCARD: Final = 1 << 18
_FRAME: Final = 9  # what surrounds a frame's payload, in bytes
#: The most that is remembered of header fields we send, in bytes (RFC 7541, 4.2).
_TABLE: Final = 4096
#: What is decoded of a header list beyond what is announced, so that it can be answered.
_SLACK: Final = 2


#: How an end of a stream may be over.
_OURS, _THEIRS = 1, 2


class Machine:
    """One connection. ``limit`` bounds a header list, in bytes as RFC 9113, 6.5.2 counts them."""

    def __init__(self, client: bool, limit: int, max_streams: int = MAX_STREAMS) -> None:
        self._client, self._limit = client, limit
        h2 = self._h2 = H2Connection(
            H2Configuration(
                client_side=client,
                header_encoding=None,
                validate_outbound_headers=False,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
            )
        )
        settings = {
            SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            SettingCodes.MAX_HEADER_LIST_SIZE: limit,
            SettingCodes.MAX_CONCURRENT_STREAMS: max_streams,
        }
        if client:
            settings[SettingCodes.ENABLE_PUSH] = 0
        h2.local_settings = Settings(client=client, initial_values=settings)
        h2.initiate_connection()
        h2.increment_flow_control_window(CONNECTION_WINDOW - _FIRST_WINDOW)
        self._frames = Frames(0 if client else len(PREFACE), limit * _SLACK)
        self._states: dict[int, int] = {}  # of the open streams: which ends are over
        self._turns = Turns(h2, lambda stream: self._over(stream, _OURS))
        self._unread: dict[int, int] = {}  # requests that nobody reads: how much may still come
        self._ready = bytearray()
        self._heard = False  # have the peer's settings come?
        self.broken = False
        #: Bytes that were sent only because the peer made us answer.
        self.answered = 0

    # Reading.

    def receive(self, data: bytes) -> Iterator[Event]:
        """Take bytes and yield what they mean."""
        try:
            for piece in self._frames.feed(data):
                if self.broken:
                    return
                if isinstance(piece, GoAway):
                    yield piece
                elif piece:
                    yield from self._receive(piece)
        except Oversized as e:
            if not self.broken:
                self.leave(self.newest, e.code)
                yield self._break(str(e))

    def _receive(self, data: bytes) -> Iterator[Event]:
        h2 = self._h2
        h2.decoder.max_header_list_size = self._limit * _SLACK  # h2 sets it back by itself
        self._ready += h2.data_to_send()
        before = len(self._ready)
        try:
            events = h2.receive_data(data)
        except ProtocolError as e:
            self._ready += h2.data_to_send()
            yield self._break(str(e))
            return
        self._ready += h2.data_to_send()
        self.answered += len(self._ready) - before
        for event in events:
            if self.broken:
                return
            translate = _TRANSLATIONS.get(type(event))
            if translate is not None:
                yield from translate(self, event)

    def _break(self, why: str) -> Broken:
        self.broken = True
        self._states.clear()
        self._turns.clear()
        return Broken(why)

    def _opened(self, event: Any) -> Iterator[Event]:
        ended = event.stream_ended is not None
        if not self._client:
            self._states[event.stream_id] = 0
            self._turns.add(event.stream_id)
        yield Opened(event.stream_id, event.headers, ended)
        if ended:
            self._over(event.stream_id, _THEIRS)

    def _informed(self, event: Any) -> Iterator[Event]:
        yield Opened(event.stream_id, event.headers, False, informational=True)

    def _body(self, event: Any) -> Iterator[Event]:
        stream, size = event.stream_id, event.flow_controlled_length
        ended = event.stream_ended is not None
        if stream in self._unread:
            self._discard(stream, size, ended)
        else:
            yield Body(stream, event.data, size, ended)
        if ended:
            self._over(stream, _THEIRS)

    def _discard(self, stream: int, size: int, ended: bool) -> None:
        """Drop what comes of a request that has been answered; say so if it goes on and on."""
        self.taken(stream, size)
        self._unread[stream] -= size + _FRAME
        if self._unread[stream] < 0 and not ended:
            self.reset(stream, NO_ERROR)

    def _trailers(self, event: Any) -> Iterator[Event]:
        if event.stream_id not in self._unread:
            yield Trailers(event.stream_id, event.headers)
        self._over(event.stream_id, _THEIRS)

    def _was_reset(self, event: Any) -> Iterator[Event]:
        self._forget(event.stream_id)
        yield Reset(event.stream_id, int(event.error_code or 0))

    def _settings(self, event: Any) -> Iterator[Event]:
        self._heard = True
        encoder = self._h2.encoder  # its table is our memory, whatever the peer offers
        if encoder.header_table_size > _TABLE:
            encoder.header_table_size = _TABLE
        return iter(())

    # Streams.

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._states)

    @property
    def takes_streams(self) -> bool:
        """May a client open another stream now?"""
        most = self._h2.remote_settings.max_concurrent_streams if self._heard else _SUPPOSED
        spent = self._h2.highest_outbound_stream_id >= ALL_STREAMS - 2
        return not self.broken and len(self._states) < most and not spent

    def _over(self, stream: int, end: int) -> None:
        """One end of a stream has said all."""
        state = self._states.get(stream)
        if state is not None:
            self._states[stream] = state = state | end
            if state == _OURS | _THEIRS:
                self._forget(stream)
            elif end == _OURS and not self._client:
                self._unread[stream] = _DISCARD

    def _forget(self, stream: int) -> None:
        self._states.pop(stream, None)
        self._turns.remove(stream)
        self._unread.pop(stream, None)

    # Writing.

    def open(self, fields: Fields, ended: bool) -> int:
        """Begin a request and return its stream; only while :attr:`takes_streams`."""
        stream = self._h2.get_next_available_stream_id()
        self._states[stream] = 0
        self._turns.add(stream)
        self.head(stream, fields, ended)
        return stream

    def head(self, stream: int, fields: Fields, ended: bool) -> None:
        """Send a message's head."""
        if stream not in self._turns:
            return
        try:
            self._h2.send_headers(stream, fields, end_stream=ended)
        except ProtocolError:  # it is over, and the event that says so is still to come
            self._forget(stream)
            return
        if ended:
            self._turns.ended_already(stream)
            self._over(stream, _OURS)

    def body(self, stream: int, data: bytes) -> None:
        """Send a piece of a body as soon as its turn comes."""
        self._turns.body(stream, data)

    def end(self, stream: int, trailers: Fields | None = None) -> None:
        """End a message behind what is waiting."""
        self._turns.end(stream, trailers or [])

    def full(self, stream: int) -> bool:
        """Should the body's writer wait? Its stream is among :meth:`relieved` when it need not."""
        return self._turns.full(stream)

    def unsent(self, stream: int) -> bool:
        """Is something of our end still waiting? Then its stream is going to be relieved."""
        return self._turns.unsent(stream)

    def relieved(self) -> list[int]:
        """Return the streams whose writers may go on, each once."""
        return self._turns.relieved()

    def sent(self, stream: int) -> bool:
        """Has our end of a stream been sent whole?"""
        return bool(self._states.get(stream, _OURS) & _OURS)

    def reset(self, stream: int, code: int) -> None:
        """End a stream at once."""
        if stream in self._states and not self.broken:
            self._forget(stream)
            with suppress(ProtocolError):
                self._h2.reset_stream(stream, code)

    def taken(self, stream: int, size: int) -> None:
        """So much of a body has been used: the peer may send more."""
        if size and not self.broken:
            self._h2.acknowledge_received_data(size, stream)

    def leave(self, last: int = ALL_STREAMS, code: int = NO_ERROR) -> None:
        """Say good-bye: no stream after ``last`` is taken, open ones go on."""
        if not self.broken:
            self._ready += self._h2.data_to_send() + goaway(last, code)

    def quit(self, code: int) -> Broken:
        """End the connection for the peer's behaviour."""
        self.leave(self.newest, code)
        return self._break("too much")

    @property
    def newest(self) -> int:
        """The last stream that the peer has opened."""
        return self._h2.highest_inbound_stream_id

    def take(self, room: bool) -> bytes:
        """Return what is to be sent now; bodies only if there is ``room`` for them."""
        if room and not self.broken:
            self._turns.hand_out()
        self._ready += self._h2.data_to_send()
        data, self._ready = bytes(self._ready), bytearray()
        return data


_TRANSLATIONS: Final[dict[type[Any], Any]] = {
    RequestReceived: Machine._opened,
    ResponseReceived: Machine._opened,
    InformationalResponseReceived: Machine._informed,
    DataReceived: Machine._body,
    TrailersReceived: Machine._trailers,
    StreamReset: Machine._was_reset,
    RemoteSettingsChanged: Machine._settings,
}
