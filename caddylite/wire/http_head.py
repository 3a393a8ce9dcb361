"""The head of the first HTTP request of a stream, for those who only look (RFC 9112, 9113).

:func:`read` gives one of three answers: :class:`Incomplete` (``committed`` once a whole request
line has named HTTP), :class:`NotHTTP` (as soon as a byte cannot be in a request head), or the
:class:`Head`. HTTP/2 with prior knowledge is followed to its first HEADERS frame.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
#: Any beginning of a request line. No method in use is longer than 18 letters.
_BEGINNING: Final = re.compile(
    _TOKEN + rb"{1,64}(?: [!-~\x80-\xff]*(?: (?:H(?:T(?:T(?:P"
    rb"(?:/(?:\d(?:\.(?:\d\r?)?)?)?)?)?)?)?)?)?)?"
)
_LINE: Final = re.compile(rb"(" + _TOKEN + rb"{1,64}) ([!-~\x80-\xff]+) (HTTP/\d\.\d)\r?\n")
_NAME: Final = re.compile(_TOKEN + rb"+")
_END: Final = re.compile(rb"\n\r?\n")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://([^/?#]*)(.*)", re.DOTALL)

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEADERS, _CONTINUATION = 1, 9
_END_HEADERS, _PADDED, _PRIORITY = 0x4, 0x8, 0x20
_LARGEST_FRAME, _MOST_FRAMES = 16384, 64
#: Why a frame of HTTP/2 is refused at its length.
FRAME_TOO_LARGE: Final = "an HTTP/2 frame is too large"


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The bytes so far may begin a request."""

    committed: bool


@dataclass(frozen=True, slots=True)
class NotHTTP:
    """The bytes do not begin a request that can be read."""

    why: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a request says before its body; ``fields`` are without Host (and pseudo-fields)."""

    method: str
    path: str
    raw_path: str
    query: str
    host: str
    proto: str
    fields: tuple[tuple[str, str], ...]


Answer = Head | Incomplete | NotHTTP


def read(data: bytes) -> Answer:
    """Say what the first bytes of a stream are."""
    line = _LINE.match(data)
    if line is None:
        if b"\n" in data:
            return NotHTTP("the first line is not an HTTP request line")
        if not data or _BEGINNING.fullmatch(data):
            return Incomplete(False)
        return NotHTTP("the first bytes are no beginning of an HTTP request line")
    method, target, proto = line[1].decode(), _text(line[2]), line[3].decode()
    if proto == "HTTP/2.0" and data.startswith(_PREFACE[:18]):
        return _read_http2(data)
    end = _END.search(data, line.end() - 1)
    if end is None:
        return Incomplete(True)
    fields = _fields(data[line.end() : end.start() + 1])
    if fields is None:
        return NotHTTP("a header field of the request is malformed")
    if [name for name, _ in fields].count("Host") > 1:
        return NotHTTP("too many Host headers")  # RFC 9112, 3.2
    return _head(method, target, proto, fields)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _fields(raw: bytes) -> list[tuple[str, str]] | None:
    """Read header lines (each with its line end); None if one is malformed."""
    out: list[tuple[str, str]] = []
    for line in raw.split(b"\n")[:-1]:
        line = line.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t"):  # a folded line, which Go still takes
            if not out:
                return None
            name, before = out[-1]
            out[-1] = name, f"{before} {_text(line.strip())}".strip()
            continue
        field, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(field) or b"\0" in value or b"\r" in value:
            return None
        out.append((_canonical(field.decode()), _text(value.strip(b" \t"))))
    return out


def _canonical(name: str) -> str:
    return "-".join([part.capitalize() for part in name.split("-")])


def _head(method: str, target: str, proto: str, fields: list[tuple[str, str]]) -> Answer:
    host = next((value for name, value in fields if name == "Host"), "")
    rest = tuple(field for field in fields if field[0] != "Host")
    url = _URL.match(target)
    if url is not None:
        host, target = url[1].rpartition("@")[2], url[2] or "/"
    elif method == "CONNECT" and not target.startswith("/"):
        return Head(method, "", "", "", target, proto, rest)
    elif target != "*" and not target.startswith("/"):
        return NotHTTP("the request target is neither a path nor a URL")
    raw_path, _, query = target.partition("?")
    if _BAD_ESCAPE.search(raw_path):
        return NotHTTP("the request target has a malformed escape")
    path = unquote(raw_path, errors="surrogateescape") if "%" in raw_path else raw_path
    return Head(method, path, raw_path, query, host, proto, rest)


def _read_http2(data: bytes) -> Answer:
    if not data.startswith(_PREFACE):
        if _PREFACE.startswith(data):
            return Incomplete(True)
        return NotHTTP("the HTTP/2 preface is malformed")
    at, block = len(_PREFACE), None
    for _ in range(_MOST_FRAMES):
        if at + 9 > len(data):
            return Incomplete(True)
        size, kind, flags = int.from_bytes(data[at : at + 3], "big"), data[at + 3], data[at + 4]
        if size > _LARGEST_FRAME:
            return NotHTTP(FRAME_TOO_LARGE)
        at += 9
        if at + size > len(data):
            return Incomplete(True)
        frame = data[at : at + size]
        at += size
        if kind == _HEADERS and block is None:
            block = _header_block(frame, flags)
            if block is None:
                return NotHTTP("the HTTP/2 HEADERS frame is malformed")
        elif kind == _CONTINUATION and block is not None:
            block += frame
        elif block is not None:
            return NotHTTP("an HTTP/2 header block is interrupted")
        if block is not None and flags & _END_HEADERS:
            return _decode(block)
    return NotHTTP("no HTTP/2 HEADERS frame in sight")


def _header_block(frame: bytes, flags: int) -> bytes | None:
    """Return the fragment of a HEADERS frame, without padding and priority."""
    start, padding = 0, 0
    if flags & _PADDED:
        if not frame:
            return None
        start, padding = 1, frame[0]
    if flags & _PRIORITY:
        start += 5
    if start + padding > len(frame):
        return None
    return frame[start : len(frame) - padding]


def _decode(block: bytes) -> Answer:
    import hpack

    try:
        pairs = hpack.Decoder().decode(block, raw=True)
    except (hpack.HPACKError, UnicodeDecodeError):
        return NotHTTP("the HTTP/2 header block cannot be decoded")
    fields = [(_text(bytes(pair[0])), _text(bytes(pair[1]))) for pair in pairs]
    pseudo = {name: value for name, value in fields if name.startswith(":")}
    rest = [(_canonical(name), value) for name, value in fields if not name.startswith(":")]
    method = pseudo.get(":method", "")
    authority, path = pseudo.get(":authority", ""), pseudo.get(":path", "")
    if not method:
        return NotHTTP("an HTTP/2 request without a method")
    if method == "CONNECT" and not path:
        return Head(method, "", "", "", authority, "HTTP/2.0", tuple(rest))
    head = _head(method, path or "/", "HTTP/2.0", rest)
    if isinstance(head, Head) and authority:
        return Head(
            head.method, head.path, head.raw_path, head.query, authority, head.proto, head.fields
        )
    return head
