"""Runs ``headers``: changes header fields of the request and the response."""

from caddylite.http.handlers.headers import Headers as HeadersIR
from caddylite.http.header_ops import HeaderEditor
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed, WrappedWriter
from caddylite.http.response_matcher import ResponseMatcher


class Live:
    """Changes fields and passes on; deferred changes wait for the response."""

    def __init__(self, ir: HeadersIR, build: Build) -> None:
        self._request = HeaderEditor(ir.request) if ir.request is not None else None
        self._response = HeaderEditor(ir.response) if ir.response is not None else None
        self._require = ir.response.require if ir.response is not None else None
        self._deferred = ir.response is not None and (
            ir.response.deferred or ir.response.require is not None
        )

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Change what is there, and see to what is to come."""
        if self._request is not None:
            self._request.apply_to_request(ex.request, ex.expand_known)
        if self._response is None:
            await proceed()
        elif not self._deferred:
            self._response.apply(ex.out.headers, ex.expand_known)
            await proceed()
        else:
            inner = ex.out
            ex.out = _Deferred(ex, self._response, self._require)
            try:
                await proceed()
            finally:
                ex.out = inner


class _Deferred(WrappedWriter):
    """Changes the fields at the moment the response begins, if it is of the right kind."""

    def __init__(
        self, ex: Exchange, editor: HeaderEditor, require: ResponseMatcher | None
    ) -> None:
        super().__init__(ex.out)
        self._ex, self._editor, self._require = ex, editor, require
        self._done = False

    def start(self, status: int) -> None:
        """Apply the changes, then begin."""
        if self._done:
            return
        self._done = not 100 <= status <= 199 or status == 101
        if self._require is None or self._require.matches(status, self.headers):
            self._editor.apply(self.headers, self._ex.expand_known)
        self.inner.start(status)

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        if not self._done:
            self.start(200)
        self.inner.write(data)
