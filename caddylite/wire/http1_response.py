"""The client's reading side of HTTP/1: a server's bytes in, the response to one request out."""

from dataclasses import dataclass

import httptools

from caddylite.wire.http1 import Data, End, Field, canonical, text


class BadResponse(Exception):
    """What came is no HTTP/1 response."""


@dataclass(slots=True)
class ResponseHead:
    """A status line and header fields.

    ``length`` is the body's size, None when only chunks or the connection's end tell it.
    ``informational``: a 1xx response, another head follows.
    """

    status: int
    reason: str
    version: str
    fields: list[Field]
    length: int | None
    informational: bool


ResponseEvent = ResponseHead | Data | End


class ResponseReader:
    """Reads the response to one request (``method`` decides whether it can have a body).

    ``rest`` holds the bytes after a switch of protocols. ``reusable`` says, once End came, whether
    the connection can carry another request.
    """

    def __init__(self, method: str, max_header_bytes: int = 10 << 20) -> None:
        self._method, self._limit = method, max_header_bytes
        self._events: list[ResponseEvent] = []
        self._fields: list[Field] = []
        self._reason = b""
        self._status = self._size = 0
        self._in_head = True
        self._until_close = False
        self.done = self.reusable = self.switched = False
        self.rest = b""
        self._parser = httptools.HttpResponseParser(self)
        # Go's client takes bare LF from servers too, and so do all the others.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)

    def feed(self, data: bytes) -> list[ResponseEvent]:
        """Take bytes and return what they complete; BadResponse if they are nonsense."""
        if self._over():
            self.reusable = False
            self.rest += data
            return []
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.rest = data[upgrade.args[0] :]
            self.switched = True
        except httptools.HttpParserError as error:
            if not self._over():
                raise BadResponse(f"malformed HTTP response: {error}") from None
            self.reusable = False
        if self._in_head:
            self._size += len(data)
            if self._size > self._limit + (1 << 16):
                raise BadResponse("response headers too large")
        events, self._events = self._events, []
        return events

    def end_of_stream(self) -> list[ResponseEvent]:
        """Return the End that the connection's end brings; BadResponse if it comes too early."""
        if self.done:
            return []
        if not self._until_close:
            raise BadResponse("unexpected EOF")
        self.done = True
        return [End()]

    def _over(self) -> bool:
        return self.done  # changed by callbacks, behind the type checker's back

    # What llhttp calls.

    def on_message_begin(self) -> None:
        """Start anew (after an informational response)."""
        if self.done:
            self.reusable = False
            return
        self._fields, self._reason, self._in_head, self._size = [], b"", True, 0

    def on_status(self, words: bytes) -> None:
        """Take a piece of the reason."""
        self._reason += words

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header or trailer field."""
        if not self.done:
            self._fields.append((canonical(name), text(value).strip(" \t")))

    def on_headers_complete(self) -> None:
        """Hand out the head."""
        if self.done:
            return
        self._in_head = False
        status = self._status = self._parser.get_status_code()
        informational = 100 <= status < 200 and status != 101
        chunked = any(
            n == "Transfer-Encoding" and v.lower() != "identity" for n, v in self._fields
        )
        lengths = [v for n, v in self._fields if n == "Content-Length"]
        bodyless = status in (101, 204, 304) or informational or self._method == "HEAD"
        length = int(lengths[0]) if lengths and not chunked else None if not bodyless else 0
        if bodyless and not lengths:
            length = 0
        self._until_close = not bodyless and length is None and not chunked
        fields = [f for f in self._fields if f[0] != "Transfer-Encoding"]
        version = self._parser.get_http_version()
        reason = text(self._reason)
        self._events.append(ResponseHead(status, reason, version, fields, length, informational))
        self._fields = []
        if bodyless and not informational and status != 101:
            self._finish()

    def on_body(self, data: bytes) -> None:
        """Hand out a piece of the body."""
        if self.done:
            self.reusable = False
            return
        self._events.append(Data(data))

    def on_message_complete(self) -> None:
        """Hand out the end."""
        if self.done or self._in_head or 100 <= self._status < 200:
            return
        self._finish()

    def _finish(self) -> None:
        self.done = True
        self.reusable = not self._until_close and self._parser.should_keep_alive()
        self._events.append(End(self._fields))
        self._fields = []
