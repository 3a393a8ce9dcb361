"""Runs ``intercept``: answers otherwise where a response of the handlers after it matches."""

from caddylite.http.handlers.intercept import Intercept
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed, WrappedWriter
from caddylite.http.live.running import run
from caddylite.http.live.static_response import read_status
from caddylite.http.response_handler import ResponseHandler


class Live:
    """Holds back the responses that a handler of its is for."""

    def __init__(self, ir: Intercept, build: Build) -> None:
        self._handlers = [(h, build.routes(h.routes)) for h in ir.handle_response]

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Pass on, and look at what comes back."""
        holding = _Holding(ex, [h for h, _ in self._handlers])
        inner = ex.out
        ex.out = holding
        try:
            await proceed()
        finally:
            ex.out = inner
        chosen = holding.chosen
        if chosen is None:
            return
        known = ex.request.placeholders
        for name in {n for n, _ in inner.headers}:
            known[f"http.intercept.header.{name}"] = ",".join(inner.headers.all(name))
        known["http.intercept.status_code"] = holding.held_status
        handler, routes = self._handlers[chosen]
        if handler.status_code:
            inner.start(read_status(ex.expand(handler.status_code)))
        else:
            size = inner.size
            await run(routes, ex, _done)
            if not inner.status:
                inner.start(holding.held_status)
            if inner.size > size:
                return
        if holding.body:
            inner.write(b"".join(holding.body))


async def _done() -> None:
    """Nothing follows: the response is there already."""


class _Holding(WrappedWriter):
    """Passes a response on unless a handler is for it: then it is held back."""

    def __init__(self, ex: Exchange, handlers: list[ResponseHandler]) -> None:
        super().__init__(ex.out)
        self._handlers = handlers
        self.chosen: int | None = None
        self.held_status = 0
        self.body: list[bytes] = []

    @property
    def status(self) -> int:
        """The status, 0 while nothing has been started."""
        return self.held_status or self.inner.status

    def start(self, status: int) -> None:
        """Look whether a handler is for this response."""
        if self.status:
            return
        if not 100 <= status <= 199:
            for number, handler in enumerate(self._handlers):
                if handler.match is None or handler.match.matches(status, self.headers):
                    self.chosen, self.held_status = number, status
                    self.headers.remove("Content-Length")
                    return
        self.inner.start(status)

    def write(self, data: bytes) -> None:
        """Hold the body back, too."""
        if not self.status:
            self.start(200)
        if self.chosen is None:
            self.inner.write(data)
        else:
            self.body.append(data)

    async def drain(self) -> None:
        """Wait for room."""
        if self.chosen is None:
            await self.inner.drain()

    def flush(self) -> None:
        """Send what is held back by others."""
        if self.chosen is None:
            self.inner.flush()
