"""An HTTP/1 response on its way out: framing, Content-Length, chunks, what goes without a body.

The rules are those of Go's net/http server: a body up to 2 KiB that ends before anything is
flushed gets a Content-Length; a longer one is chunked (or, to an HTTP/1.0 client, ends with the
connection) unless the handler said how long it is.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from caddylite.http.live.exchange import Writer, sorted_fields
from caddylite.http.request import Headers
from caddylite.http.sniff import sniff
from caddylite.wire.http1 import Field, Head
from caddylite.wire.http1_message import chunk, last_chunk, response_head
from caddylite.wire.http_status import has_body

#: A body no longer than this (bytes) is held back, so that its length can be told.
_HOLD: Final = 2048


class Outlet(Protocol):
    """The connection, as its response sees it."""

    transport: Any

    async def drained(self) -> None:
        """Wait until the transport wants more; raises Disconnected."""
        ...

    def date(self) -> str:
        """Return the Date field's value."""
        ...


class Http1Writer(Writer):
    """Writes one response. ``close`` says that the connection must not carry another."""

    def __init__(self, outlet: Outlet, head: Head, no_sniff: Callable[[], bool]) -> None:
        self.headers = Headers([("Server", "Caddy")])
        self.close = not head.keep_alive
        self._size = 0  # also counts what a HEAD request never sees
        self._outlet, self._head, self._no_sniff = outlet, head, no_sniff
        self._status = 0
        self._held: list[bytes] = []
        self._sent_head = self._chunked = self._finished = False
        self._declared: int | None = None
        self._trailers: list[Field] = []

    @property
    def status(self) -> int:
        """The status, 0 while nothing has been started."""
        return self._status

    @property
    def size(self) -> int:
        """How much body has been handed in, in bytes."""
        return self._size

    @property
    def begun(self) -> bool:
        """Has anything gone out that cannot be taken back?"""
        return self._sent_head

    def start(self, status: int) -> None:
        """Begin; a second call changes nothing."""
        if self._status:
            return
        if 100 <= status < 200 and status != 101:
            if self._head.version == "1.1":
                fields = sorted_fields(self.headers) if status != 100 else iter(())
                self._outlet.transport.write(response_head("1.1", status, fields))
            return
        self._status = status
        if status == 101:
            self._sent_head = True
            switching = [*sorted_fields(self.headers), ("Date", self._outlet.date())]
            self._write(response_head("1.1", 101, switching))
            return
        declared = self.headers.get("Content-Length")
        if declared.isascii() and declared.isdigit():
            self._declared = int(declared)
        elif declared:
            self.headers.remove("Content-Length")

    def write(self, data: bytes) -> None:
        """Send a piece of the body; bytes beyond the declared length are dropped."""
        if not self._status:
            self.start(200)
        if not data or not has_body(self._status):
            return
        if self._declared is not None and self._size + len(data) > self._declared:
            data = data[: self._declared - self._size]
        self._size += len(data)
        if self._sent_head:
            self._body(data)
            return
        self._held.append(data)
        if self._size > _HOLD:
            self._release(ended=False)

    def flush(self) -> None:
        """Send the head and what is held back."""
        if not self._status:
            self.start(200)
        if not self._sent_head:
            self._release(ended=False)

    async def drain(self) -> None:
        """Wait until the client takes more."""
        await self._outlet.drained()

    def set_trailers(self, trailers: list[Field]) -> None:
        """Say what follows a chunked body."""
        self._trailers = trailers

    def finish(self) -> None:
        """End the response; called once, by the connection."""
        if self._finished:
            return
        self._finished = True
        if not self._status:
            self.start(200)
        if not self._sent_head:
            self._release(ended=True)
        elif self._chunked:
            self._write(last_chunk(self._trailers))
        if self._falls_short():
            self.close = True

    def _falls_short(self) -> bool:
        """Was less sent than promised? Only the connection's end can tell the client."""
        if self._declared is None or self._head.method == "HEAD" or not has_body(self._status):
            return False
        return self._size < self._declared

    def _release(self, ended: bool) -> None:
        held, self._held = b"".join(self._held), []
        self._sent_head = True
        start = self._start_of_message(held, ended)
        if self._head.method == "HEAD" or not held:
            self._write(start)
        elif self._chunked:
            self._write(start + chunk(held))
        else:
            self._write(start + held)
        if ended and self._chunked:
            self._write(last_chunk(self._trailers))

    def _start_of_message(self, held: bytes, ended: bool) -> bytes:
        """Decide the framing and return the head."""
        headers, head = self.headers, self._head
        bodyless = head.method == "HEAD" or not has_body(self._status)
        headers.remove("Transfer-Encoding")
        extra: list[Field] = []
        if "Date" not in headers:
            extra.append(("Date", self._outlet.date()))
        if not has_body(self._status):
            headers.remove("Content-Length")
            if self._status == 304:
                headers.remove("Content-Type")
        elif self._declared is None and ended and not self._trailers and (held or not bodyless):
            self._declared = len(held)
            extra.append(("Content-Length", str(len(held))))
        if held and self._is_to_be_guessed():
            extra.append(("Content-Type", sniff(held)))
        if not bodyless and self._declared is None:
            self._chunked = head.version == "1.1"
            self.close = self.close or not self._chunked
        extra += self._connection_fields(bodyless)
        if self._chunked:
            extra.append(("Transfer-Encoding", "chunked"))
        return response_head(head.version, self._status, [*sorted_fields(headers), *extra])

    def _is_to_be_guessed(self) -> bool:
        """Does net/http guess the content's type?"""
        if self._no_sniff() or not has_body(self._status):
            return False
        return "Content-Type" not in self.headers and not self.headers.get("Content-Encoding")

    def _connection_fields(self, bodyless: bool) -> list[Field]:
        headers = self.headers
        if "close" in headers.get("Connection").lower():
            self.close = True
        if self.close:
            headers.remove("Connection")
            return [("Connection", "close")] if self._head.version == "1.1" else []
        if self._head.version == "1.0" and "Connection" not in headers:
            return [("Connection", "keep-alive")]
        return []

    def _body(self, data: bytes) -> None:
        if self._head.method == "HEAD" or not data:
            return
        self._write(chunk(data) if self._chunked else data)

    def _write(self, data: bytes) -> None:
        self._outlet.transport.write(data)
