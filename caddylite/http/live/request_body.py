"""Runs ``request_body``: limits the size of a request's body, or replaces it."""

from caddylite.http.handlers.request_body import RequestBody
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Body, Exchange, Proceed, Stream
from caddylite.wire.http1 import raw


class Live:
    """Puts a limit around the body and passes on."""

    def __init__(self, ir: RequestBody, build: Build) -> None:
        self._ir = ir

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Replace or limit the body."""
        if self._ir.set:
            content = raw(ex.expand(self._ir.set))
            body = Stream(len(content))
            if content:
                body.put(content)
            body.finish()
            ex.body = body
            ex.request.headers.remove("Content-Length")
        if self._ir.max_size > 0:
            ex.body = _Limited(ex.body, self._ir.max_size)
        await proceed()


class _Limited:
    """A body that raises HandlerError 413 once more than the limit has been read of it."""

    def __init__(self, inner: Body, limit: int) -> None:
        self._inner, self._limit = inner, limit
        self.length = inner.length

    @property
    def taken(self) -> int:
        """How much has been read, in bytes."""
        return self._inner.taken

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """What came behind the body."""
        return self._inner.trailers

    async def read(self) -> bytes:
        """Return the next bytes."""
        data = await self._inner.read()
        if self._inner.taken > self._limit:
            raise HandlerError(413, "http: request body too large")
        return data
