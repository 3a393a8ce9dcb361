"""Bodies on their way out over an HTTP/2 connection wait for windows and take turns; pure."""

from collections.abc import Callable
from typing import Final

from h2.connection import H2Connection
from h2.exceptions import ProtocolError

from caddylite.wire.http2 import Fields

#: As much is handed out at a time, in bytes.
BUDGET: Final = 1 << 16
#: Unsent bytes of a body below which its writer may go on.
LOW_WATER: Final = 1 << 15


class _Outgoing:
    """What is still to be sent on a stream."""

    __slots__ = ("asked", "data", "ended", "trailers")

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = self.asked = False  # asked: its writer waits to be told
        self.trailers: Fields = []


class Turns:
    """The bodies of a connection; ``over(stream)`` is told when the end of one has been sent."""

    def __init__(self, h2: H2Connection, over: Callable[[int], None]) -> None:
        self._h2, self._over = h2, over
        self._streams: dict[int, _Outgoing] = {}
        self._waiting: dict[int, _Outgoing] = {}  # those with something to send, next one first
        self._relieved: list[int] = []

    def add(self, stream: int) -> None:
        """A stream may send from now on."""
        self._streams[stream] = _Outgoing()

    def remove(self, stream: int) -> None:
        """What has not been sent of it is dropped."""
        self._streams.pop(stream, None)
        self._waiting.pop(stream, None)

    def clear(self) -> None:
        """Drop all."""
        self._streams.clear()
        self._waiting.clear()

    def __contains__(self, stream: int) -> bool:
        return stream in self._streams

    def body(self, stream: int, data: bytes) -> None:
        """Send a piece of a body as soon as its turn comes."""
        out = self._streams.get(stream)
        if out is not None and data and not out.ended:
            out.data += data
            self._waiting[stream] = out

    def end(self, stream: int, trailers: Fields) -> None:
        """End a message behind what is waiting."""
        out = self._streams.get(stream)
        if out is not None and not out.ended:
            out.ended, out.trailers = True, trailers
            self._waiting[stream] = out

    def ended_already(self, stream: int) -> None:
        """The head has said that there is no body."""
        self._streams[stream].ended = True

    def full(self, stream: int) -> bool:
        """Should the body's writer wait? Its stream is among :meth:`relieved` when it need not."""
        out = self._streams.get(stream)
        if out is None:
            return False
        out.asked = len(out.data) > LOW_WATER
        return out.asked

    def unsent(self, stream: int) -> bool:
        """Is something still waiting? Then its stream is going to be relieved."""
        out = self._waiting.get(stream)
        if out is not None:
            out.asked = True
        return out is not None

    def relieved(self) -> list[int]:
        """Return the streams whose writers may go on, each once."""
        streams, self._relieved = self._relieved, []
        return streams

    def hand_out(self, budget: int = BUDGET) -> None:
        """Let the waiting bodies take turns, a frame each."""
        moving = True
        while moving:
            moving = False
            for stream, out in tuple(self._waiting.items()):
                sent = self._one_frame(stream, out, budget)
                if sent < 0:
                    continue
                moving, budget = True, budget - sent
                if self._waiting.pop(stream, None) is not None and (out.data or out.ended):
                    self._waiting[stream] = out
                if budget <= 0:
                    return

    def _one_frame(self, stream: int, out: _Outgoing, budget: int) -> int:
        """Send a frame of a body, or its end; return how many bytes, -1 if nothing can be sent."""
        try:
            return self._frame(stream, out, budget)
        except ProtocolError:  # it is over, and the event that says so is still to come
            self.remove(stream)
            return -1

    def _frame(self, stream: int, out: _Outgoing, budget: int) -> int:
        size = len(out.data)
        last = True
        if size:
            window = self._h2.local_flow_control_window(stream)
            size = min(size, window, self._h2.max_outbound_frame_size, budget)
            if size <= 0:
                return -1
            last = out.ended and not out.trailers and size == len(out.data)
            self._h2.send_data(stream, bytes(out.data[:size]), end_stream=last)
            del out.data[:size]
        elif out.trailers:
            self._h2.send_headers(stream, out.trailers, end_stream=True)
        else:
            self._h2.end_stream(stream)
        if out.asked and len(out.data) <= LOW_WATER:
            out.asked = False
            self._relieved.append(stream)
        if last:
            del self._waiting[stream]
            self._over(stream)
        return size
