"""What a response goes through on its way out, in every version of HTTP.

The rules are those of Go's net/http server: a short body that ends before anything is flushed
gets a Content-Length; a type is guessed where the handler gave none; some statuses have no body.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from caddylite.http.live.exchange import Writer, sorted_fields
from caddylite.http.request import Headers
from caddylite.http.sniff import sniff
from caddylite.wire.http1 import Field
from caddylite.wire.http_status import has_body


class ResponseWriter(Writer):
    """Writes one response; subclasses know what it looks like on the wire."""

    #: A body no longer than this (bytes) is held back, so that its length can be told.
    hold: ClassVar[int] = 2048

    def __init__(self, method: str, no_sniff: Callable[[], bool], date: Callable[[], str]) -> None:
        self.headers = Headers([("Server", "Caddy")])
        self._head_only = method == "HEAD"
        self._no_sniff, self._date = no_sniff, date
        self._size = 0  # also counts what a HEAD request never sees
        self._status = 0
        self._held: list[bytes] = []
        self._sent_head = self._finished = False
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
            self._inform(status, sorted_fields(self.headers) if status != 100 else iter(()))
            return
        self._status = status
        if status == 101:
            self._sent_head = True
            self._switch([*sorted_fields(self.headers), ("Date", self._date())])
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
            if data and not self._head_only:
                self._body(data)
            return
        self._held.append(data)
        if self._size > self.hold:
            self._release(ended=False)

    def flush(self) -> None:
        """Send the head and what is held back."""
        if not self._status:
            self.start(200)
        if not self._sent_head:
            self._release(ended=False)

    def set_trailers(self, trailers: list[Field]) -> None:
        """Say what follows the body."""
        self._trailers = trailers

    def finish(self) -> None:
        """End the response; called once, by the connection."""
        if self._finished:
            return
        self._finished = True
        if not self._status:
            self.start(200)
        if self._sent_head:
            self._end()
        else:
            self._release(ended=True)

    def falls_short(self) -> bool:
        """Was less sent than promised?"""
        if self._declared is None or self._head_only or not has_body(self._status):
            return False
        return self._size < self._declared

    @property
    def _bodyless(self) -> bool:
        return self._head_only or not has_body(self._status)

    def _release(self, ended: bool) -> None:
        held, self._held = b"".join(self._held), []
        self._sent_head = True
        extra = self._settle(held, ended)
        self._begin(extra, b"" if self._head_only else held, ended)

    def _settle(self, held: bytes, ended: bool) -> list[Field]:
        """Decide on the head; return the fields that it gets beside the handlers'."""
        headers = self.headers
        headers.remove("Transfer-Encoding")
        extra: list[Field] = []
        if "Date" not in headers:
            extra.append(("Date", self._date()))
        if not has_body(self._status):
            headers.remove("Content-Length")
            if self._status == 304:
                headers.remove("Content-Type")
        elif ended and self._knows_length(held):
            self._declared = len(held)
            extra.append(("Content-Length", str(len(held))))
        if held and self._is_to_be_guessed():
            extra.append(("Content-Type", sniff(held)))
        return extra

    def _knows_length(self, held: bytes) -> bool:
        """Can the length be told of a body that is all here? Of HEAD only if there was one."""
        unsaid = self._declared is None and not self._trailers
        return unsaid and bool(held or not self._head_only)

    def _is_to_be_guessed(self) -> bool:
        """Does net/http guess the content's type?"""
        if self._no_sniff() or not has_body(self._status):
            return False
        return "Content-Type" not in self.headers and not self.headers.get("Content-Encoding")

    # What goes onto the wire.

    def _inform(self, status: int, fields: Iterable[Field]) -> None:
        """Send an informational response."""
        raise NotImplementedError

    def _switch(self, fields: Iterable[Field]) -> None:
        """Send the answer that switches protocols."""
        raise NotImplementedError

    def _begin(self, extra: list[Field], held: bytes, ended: bool) -> None:
        """Send the head (``self.headers`` and ``extra``) and the body so far."""
        raise NotImplementedError

    def _body(self, data: bytes) -> None:
        """Send a piece of the body."""
        raise NotImplementedError

    def _end(self) -> None:
        """Send the end of a body whose beginning has been sent."""
        raise NotImplementedError
