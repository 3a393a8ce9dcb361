"""An HTTP/2 response on its way out: a header list, then the body as the client takes it."""

from collections.abc import Callable, Iterable
from typing import ClassVar, Protocol

from caddylite.http.live.exchange import sorted_fields
from caddylite.http.live.response_writer import ResponseWriter
from caddylite.wire.http1 import Field
from caddylite.wire.http2 import plain_list, response_list
from caddylite.wire.http2_machine import Machine


class StreamOutlet(Protocol):
    """The stream, as its response sees it."""

    number: int
    machine: Machine

    def flush(self) -> None:
        """Send what the client takes now."""
        ...

    async def drained(self) -> None:
        """Wait until the client wants more; raises Disconnected."""
        ...

    def date(self) -> str:
        """Return the Date field's value."""
        ...


class Http2Writer(ResponseWriter):
    """Writes one response. ``close``: the handler wants the connection to end."""

    hold: ClassVar[int] = 4096

    def __init__(self, outlet: StreamOutlet, method: str, no_sniff: Callable[[], bool]) -> None:
        super().__init__(method, no_sniff, outlet.date)
        self._outlet, self._machine = outlet, outlet.machine
        self.close = False

    async def drain(self) -> None:
        """Wait until the client takes more."""
        await self._outlet.drained()

    def _inform(self, status: int, fields: Iterable[Field]) -> None:
        self._machine.head(self._outlet.number, response_list(status, fields), ended=False)
        self._outlet.flush()

    def _begin(self, extra: list[Field], held: bytes, ended: bool) -> None:
        self.close = self.headers.get("Connection").lower() == "close"
        fields = response_list(self._status, [*sorted_fields(self.headers), *extra])
        empty = ended and not held and not self._trailers
        self._machine.head(self._outlet.number, fields, ended=empty)
        self._machine.body(self._outlet.number, held)
        if ended and not empty:
            self._end()
        else:
            self._outlet.flush()

    def _body(self, data: bytes) -> None:
        self._machine.body(self._outlet.number, data)
        self._outlet.flush()

    def _end(self) -> None:
        self._machine.end(self._outlet.number, plain_list(self._trailers))
        self._outlet.flush()
