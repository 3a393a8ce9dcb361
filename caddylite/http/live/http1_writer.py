"""An HTTP/1 response on its way out: status line, framing, chunks.

A body of unknown length is chunked or, to an HTTP/1.0 client, ends with the connection.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from caddylite.http.live.exchange import sorted_fields
from caddylite.http.live.response_writer import ResponseWriter
from caddylite.wire.http1 import Field, Head
from caddylite.wire.http1_message import chunk, last_chunk, response_head


class Outlet(Protocol):
    """The connection, as its response sees it."""

    transport: Any

    async def drained(self) -> None:
        """Wait until the transport wants more; raises Disconnected."""
        ...

    def date(self) -> str:
        """Return the Date field's value."""
        ...


class Http1Writer(ResponseWriter):
    """Writes one response. ``close`` says that the connection must not carry another."""

    def __init__(self, outlet: Outlet, head: Head, no_sniff: Callable[[], bool]) -> None:
        super().__init__(head.method, no_sniff, outlet.date)
        self.close = not head.keep_alive
        self._outlet, self._version = outlet, head.version
        self._chunked = False

    async def drain(self) -> None:
        """Wait until the client takes more."""
        await self._outlet.drained()

    def finish(self) -> None:
        """End the response; called once, by the connection."""
        super().finish()
        if self.falls_short():
            self.close = True  # only the connection's end can tell the client

    def _inform(self, status: int, fields: Iterable[Field]) -> None:
        if self._version == "1.1":
            self._send(response_head("1.1", status, fields))

    def _switch(self, fields: Iterable[Field]) -> None:
        self._send(response_head("1.1", 101, fields))

    def _begin(self, extra: list[Field], held: bytes, ended: bool) -> None:
        if not self._bodyless and self._declared is None:
            self._chunked = self._version == "1.1"
            self.close = self.close or not self._chunked
        extra += self._connection_fields()
        if self._chunked:
            extra.append(("Transfer-Encoding", "chunked"))
        fields = [*sorted_fields(self.headers), *extra]
        start = response_head(self._version, self._status, fields)
        if not held:
            self._send(start)
        elif self._chunked:
            self._send(start + chunk(held))
        else:
            self._send(start + held)
        if ended:
            self._end()

    def _connection_fields(self) -> list[Field]:
        headers = self.headers
        if "close" in headers.get("Connection").lower():
            self.close = True
        if self.close:
            headers.remove("Connection")
            return [("Connection", "close")] if self._version == "1.1" else []
        if self._version == "1.0" and "Connection" not in headers:
            return [("Connection", "keep-alive")]
        return []

    def _body(self, data: bytes) -> None:
        self._send(chunk(data) if self._chunked else data)

    def _end(self) -> None:
        if self._chunked:
            self._send(last_chunk(self._trailers))

    def _send(self, data: bytes) -> None:
        self._outlet.transport.write(data)
