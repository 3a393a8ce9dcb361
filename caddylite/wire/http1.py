"""HTTP/1 as bytes and events (RFC 9112): no sockets, no clock; the server's reading side.

llhttp, through httptools, does the parsing in its strict mode; what it lets pass and Go's net/http
(which Caddy stands on) refuses is refused here. Where the two differ on purpose:

* both Content-Length and Transfer-Encoding, bare LF line ends and folded header lines are refused
  with 400 (Caddy takes them): they are what request smuggling is made of;
* methods llhttp does not know, HTTP/1.2 and 8-bit bytes in the target are refused with 400;
* Transfer-Encoding in an HTTP/1.0 request is refused with 400 (Caddy ignores it).
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import httptools

#: A header field: its name in canonical form (``Content-Type``) and its value.
Field = tuple[str, str]

HOST: Final = re.compile(r"[!$%&'()*+,\-.0-9:;=@A-Z\[\]_a-z~]*", re.ASCII)
BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://([^/?#]*)(.*)", re.DOTALL)
#: What Go allows on top of ``max_header_bytes``, for the request line and slack.
_SLOP: Final = 4096
#: Fields that must not come as trailers: they say how long the message is.
_FRAMING: Final = {"content-length", "transfer-encoding", "trailer"}
_KNOWN_NAMES: Final = 2048

_canonical: dict[bytes, str] = {}


def canonical(name: bytes) -> str:
    """Return a header name as Go writes it: ``content-type`` is ``Content-Type``."""
    known = _canonical.get(name)
    if known is None:
        known = "-".join(p.capitalize() for p in name.decode("latin-1").split("-"))
        if len(_canonical) < _KNOWN_NAMES:  # peers choose the names: the cache has an end
            _canonical[name] = known
    return known


def text(data: bytes) -> str:
    """Read header bytes as text; bytes that are not UTF-8 survive the way back."""
    return data.decode("utf-8", "surrogateescape")


def raw(value: str) -> bytes:
    """Write text as header bytes: the way back of :func:`text`."""
    return value.encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class Head:
    """A request's first line and header fields.

    ``host`` is the target's authority where it has one, else the Host field, which is not among
    ``fields``. ``length`` is the body's size, None when it comes in chunks. ``upgrade``: bytes
    after this request may belong to another protocol (see :attr:`RequestReader.rest`).
    """

    method: str
    target: str
    version: str
    host: str
    fields: list[Field]
    keep_alive: bool
    length: int | None
    expects_continue: bool
    upgrade: bool


@dataclass(slots=True)
class Data:
    """A piece of the body."""

    data: bytes


@dataclass(slots=True)
class End:
    """The message is complete."""

    trailers: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Bad:
    """What came is no acceptable request: answer ``status`` and close."""

    status: int
    why: str
    in_reason: bool = False  # net/http puts some complaints into the status line, too


Event = Head | Data | End | Bad


class RequestReader:
    """Turns a client's bytes into events, message after message."""

    def __init__(self, max_header_bytes: int = 16 << 10) -> None:
        self._limit = max_header_bytes + _SLOP
        self._events: list[Event] = []
        self._fields: list[Field] = []
        self._hosts: list[str] = []
        self._lengths: list[str] = []
        self._codings: list[str] = []
        self._url = b""
        self._size = self._pending = 0
        self._in_head, self._begun = True, False
        self._failed = self._upgraded = self._replaying = False
        self._length: int | None = 0
        #: Bytes that came after a request that may switch protocols.
        self.rest = b""
        self._parser: Any = httptools.HttpRequestParser(self)

    @property
    def idle(self) -> bool:
        """Has nothing come of a next message yet?"""
        return not self._begun

    def feed(self, data: bytes) -> list[Event]:
        """Take bytes and return what they complete; after Bad or an upgrade nothing is parsed."""
        if self._failed:
            return []
        if self._upgraded:
            self.rest += data
            return []
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._after_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError:
            raise
        except httptools.HttpParserError as error:
            self._refuse(_blame(str(error)))
        if self._begun and self._in_head and not self._failed:
            self._pending += len(data)
            if self._pending > self._limit + (1 << 16):
                self._refuse(Bad(431, ""))
        events, self._events = self._events, []
        return events

    @property
    def held(self) -> bool:
        """Is parsing held up because the last request may switch protocols?"""
        return self._upgraded

    def take_rest(self) -> bytes:
        """Return what came after the switch; it is not HTTP any more."""
        rest, self.rest = self.rest, b""
        return rest

    def close(self) -> None:
        """Let go of the parser, which holds on to this object."""
        self._failed, self._parser = True, None

    def resume(self) -> list[Event]:
        """The switch was declined: what came after the request is the next request."""
        data, self.rest, self._upgraded = self.rest, b"", False
        self._parser = httptools.HttpRequestParser(self)
        return self.feed(data) if data else []

    def _after_upgrade(self, rest: bytes) -> None:
        """Keep what follows a request to switch protocols; a body of its own is still read.

        httptools takes no body after such a head, so a parser is told of the body anew.
        """
        if self._length == 0 or self._failed:
            self._upgraded, self.rest = True, rest
            return
        framing = (
            b"Transfer-Encoding: chunked" if self._length is None
            else b"Content-Length: %d" % self._length
        )  # fmt: skip
        self._parser, self._replaying = httptools.HttpRequestParser(self), True
        self._parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)
        self._replaying, self._fields = False, []
        if rest:
            self._events = self.feed(rest)

    # What llhttp calls.

    def on_message_begin(self) -> None:
        """Start anew."""
        self._url, self._size, self._pending = b"", 0, 0
        self._fields, self._hosts, self._lengths, self._codings = [], [], [], []
        self._in_head = self._begun = True

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request target."""
        self._url += url
        self._size += len(url)
        if self._size > self._limit:
            self._refuse(Bad(431, ""))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field, or a trailer field once the head is over."""
        key, content = canonical(name), text(value).strip(" \t")
        self._size += len(name) + len(value) + 4
        if self._size > self._limit:
            self._refuse(Bad(431, ""))
        if key == "Host" and self._in_head:
            self._hosts.append(content)
        elif key == "Transfer-Encoding":
            self._codings.append(content.lower())
        else:
            self._fields.append((key, content))
            if key == "Content-Length":
                self._lengths.append(content)

    def on_headers_complete(self) -> None:
        """Judge the head and hand it out."""
        self._in_head = False
        if self._failed or self._replaying:
            return
        head = self._head()
        if isinstance(head, Bad):
            self._refuse(head)
            return
        self._fields = []
        self._length = head.length
        self._events.append(head)

    def on_body(self, data: bytes) -> None:
        """Hand out a piece of the body."""
        if not self._failed:
            self._events.append(Data(data))

    def on_message_complete(self) -> None:
        """Hand out the end."""
        if self._parser.should_upgrade() and self._length != 0:
            return
        if not self._failed:
            self._events.append(End(self._fields))
        self._in_head, self._begun = True, False

    def _refuse(self, bad: Bad) -> None:
        if not self._failed:
            self._failed = True
            self._events.append(bad)

    def _head(self) -> Head | Bad:
        version = self._parser.get_http_version()
        if version not in ("1.1", "1.0"):
            return Bad(505, "unsupported protocol version", in_reason=True)
        if self._codings and version == "1.0":
            return Bad(400, "Transfer-Encoding in an HTTP/1.0 request")
        if self._codings and self._codings != ["chunked"]:
            return Bad(501, "Unsupported transfer encoding")
        method = self._parser.get_method().decode("ascii")
        host = self._host(method, version)
        if isinstance(host, Bad):
            return host
        continues = False
        for name, value in self._fields:
            if name == "Trailer" and _FRAMING & _listed(value):
                return Bad(400, "")
            if name == "Expect":
                continues = "100-continue" in value.lower()
                if not continues:
                    return Bad(417, "")
        length = int(self._lengths[0]) if self._lengths else None if self._codings else 0
        return Head(
            method=method,
            target=text(self._url),
            version=version,
            host=host,
            fields=self._fields,
            keep_alive=self._parser.should_keep_alive(),
            length=length,
            expects_continue=continues and version == "1.1" and length != 0,
            upgrade=length == 0 and self._parser.should_upgrade(),
        )

    def _host(self, method: str, version: str) -> str | Bad:
        if len(self._hosts) > 1:
            return Bad(400, "")
        if not self._hosts and version == "1.1" and method != "CONNECT":
            return Bad(400, "missing required Host header", in_reason=True)
        host = self._hosts[0] if self._hosts else ""
        if HOST.fullmatch(host) is None:
            return Bad(400, "malformed Host header", in_reason=True)
        target = text(self._url)
        if method == "CONNECT" and not target.startswith("/"):
            return target
        if BAD_ESCAPE.search(target.partition("?")[0]):
            return Bad(400, "")
        if target.startswith("/"):
            return host
        if target == "*":
            return host
        absolute = _SCHEME.fullmatch(target)
        return Bad(400, "") if absolute is None else absolute[1].rpartition("@")[2] or host


def _listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


def path_and_query(target: str, method: str = "GET") -> tuple[str, str]:
    """Split a request target into its raw path and its query (without ``?``)."""
    if not target.startswith("/"):
        absolute = _SCHEME.fullmatch(target)
        if absolute is None:
            return ("", "") if method == "CONNECT" else (target, "")
        target = absolute[2]
    path, _, query = target.partition("?")
    return path.replace("#", "%23"), query


def _blame(error: str) -> Bad:
    """Turn llhttp's complaint into what net/http says of the same mistake."""
    if "Transfer-Encoding" in error and "Content-Length" not in error:
        return Bad(501, "Unsupported transfer encoding")
    return Bad(400, "")
