"""HTTP/2 frames: what they say, and their way to whoever understands them (RFC 9113); pure.

The library for HTTP/2 takes a GOAWAY for the end of the connection, though the streams that are
open go on (6.8); so those frames are taken out of the stream here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from caddylite.wire.http2 import Fields

#: Error codes (RFC 9113, 7).
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FRAME_SIZE_ERROR = 0, 1, 2, 6
REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 7, 8, 11

#: What a client begins with.
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#: Streams that a peer may still open, in a GOAWAY that only announces the end.
ALL_STREAMS: Final = (1 << 31) - 1

_HEADER: Final = 9
_GOAWAY, _CONTINUATION = 7, 9
#: The longest frame that is taken, in bytes (the least anybody may ask for; 4.2).
_LONGEST: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Opened:
    """A message begins; an ``informational`` response is followed by another."""

    stream: int
    fields: Fields
    ended: bool
    informational: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of a body; ``size`` is what the machine must be told once it has been used."""

    stream: int
    data: bytes
    size: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Trailers:
    """Fields behind a body, which so has ended."""

    stream: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Reset:
    """A stream is over before its time."""

    stream: int
    code: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The peer breaks the rules: what is still to be sent says so, and nothing follows it."""

    why: str


@dataclass(frozen=True, slots=True)
class GoAway:
    """The peer takes no streams after ``last``; ``code`` is 0 if nothing is wrong."""

    last: int
    code: int


Event = Opened | Body | Trailers | Reset | GoAway | Broken


class Oversized(Exception):
    """What a peer announces is too long, and would be kept until it has come whole."""

    def __init__(self, code: int) -> None:
        super().__init__("a frame or a header block that is too long")
        self.code = code


class Frames:
    """Passes a peer's bytes on, but for GOAWAY frames.

    ``preface``: how many bytes come before the first frame; ``most``: how many a header block may
    have.
    """

    def __init__(self, preface: int = 0, most: int = 1 << 20) -> None:
        self._passing = preface  # bytes to pass on without a look
        self._most = most
        self._block = 0  # bytes of the header block that is coming
        self._kept = b""  # the beginning of a frame that has not been judged

    def feed(self, data: bytes) -> Iterator[bytes | GoAway]:
        """Yield what to pass on, in pieces, and the GOAWAYs between them. Raises Oversized."""
        data, self._kept = self._kept + data if self._kept else data, b""
        begin, at = 0, min(self._passing, len(data))
        self._passing -= at
        while len(data) - at >= _HEADER:
            size = int.from_bytes(data[at : at + 3], "big")
            end = at + _HEADER + size
            self._judge(data[at + 3], size)
            if data[at + 3] == _GOAWAY and _is_good(data, at, size):
                if end > len(data):
                    break
                yield data[begin:at]
                yield _read(data, at + _HEADER)
                begin = end
            elif end > len(data):
                self._passing, at = end - len(data), len(data)
                break
            at = end
        self._kept = data[at:]
        yield data[begin:at]

    def _judge(self, kind: int, size: int) -> None:
        self._block = self._block + size if kind == _CONTINUATION else size
        if size > _LONGEST:
            raise Oversized(FRAME_SIZE_ERROR)
        if self._block > max(self._most, _LONGEST):
            raise Oversized(ENHANCE_YOUR_CALM)


def _is_good(data: bytes, at: int, size: int) -> bool:
    on_connection = data[at + 5 : at + _HEADER] in (b"\0\0\0\0", b"\x80\0\0\0")
    return on_connection and size >= 8


def _read(data: bytes, at: int) -> GoAway:
    last = int.from_bytes(data[at : at + 4], "big") & ALL_STREAMS
    return GoAway(last, int.from_bytes(data[at + 4 : at + 8], "big"))


def goaway(last: int, code: int = 0) -> bytes:
    """Write a GOAWAY frame."""
    header = (8).to_bytes(3, "big") + bytes((_GOAWAY, 0)) + bytes(4)
    return header + last.to_bytes(4, "big") + code.to_bytes(4, "big")
