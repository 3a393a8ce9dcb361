"""One active health check: a request to an upstream, and what is thought of its response."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from caddylite.gonumbers import quote as go_quote
from caddylite.http.live.exchange import Body, Exchange, Stream, Writer
from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.transport import HttpTransport, Response
from caddylite.http.live.proxy.upstreams import Target
from caddylite.http.request import Headers, Request
from caddylite.http.response_matcher import status_matches
from caddylite.http.reverse_proxy.health_checks import ActiveHealthChecks
from caddylite.regexps import Regexp
from caddylite.wire.http1_response import ResponseHead

#: The most that is kept of a body to match ``expect_body`` with, in bytes.
_MOST_BODY: Final = 16 << 20
#: What Go's client says of itself, and so Caddy when it checks.
_AGENT: Final = "Go-http-client/1.1"
#: How much of a redirecting response is read so that its connection can be used again, in bytes.
_SLURP: Final = 2 << 10
#: What is not told to other hosts than those the config names.
_SENSITIVE: Final = ("Authorization", "Www-Authenticate", "Cookie", "Cookie2")

#: Is told when all is well.
Passed = Callable[[], object]


class Late(Exception):
    """The time for a check is over."""


class Unwell(Exception):
    """The upstream is not well: the words and fields of the log's record."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message, self.fields = message, fields


class Probe:
    """A request that is about to be made: the URL's ``host``, the header fields and the body."""

    def __init__(
        self, ir: ActiveHealthChecks, host: str, headers: Headers, body: str, secure: bool
    ) -> None:
        self._ir = ir
        self._method = ir.method or "GET"
        path, query = _path_and_query(ir)
        scheme = "https" if secure else "http"
        self._url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
        self._named = headers.get("Host")
        headers.remove("Host")
        if "User-Agent" not in headers:
            headers.set("User-Agent", _AGENT)
        self._headers = headers
        self._body = body.encode("utf-8", "surrogateescape")
        self._op = self._method[:1] + self._method[1:].lower()

    async def run(
        self, transport: HttpTransport, target: Target, expected: Regexp | None, passed: Passed
    ) -> None:
        """Make the request; ``passed()`` is called if all is well. Unwell if it is not.

        The rest of the body is read so that the connection can be used again.
        """
        try:
            response = await self._answer(transport, target)
        except Late:
            words = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            raise Unwell("HTTP request failed", error=self._words(words)) from None
        except UpstreamError as error:
            raise Unwell("HTTP request failed", error=self._words(str(error))) from None
        limit = self._ir.max_size if self._ir.max_size > 0 else 0
        try:
            self._judge_status(response.status)
            if expected is not None:
                body = await _read(response, limit or _MOST_BODY)
                if not expected.matches(body):
                    raise Unwell("response body failed expectations")
                passed()
                return
            passed()
            await _drain(response, limit)
        finally:
            response.call.close()

    def _judge_status(self, status: int) -> None:
        wanted = self._ir.expect_status
        if wanted > 0:
            if not status_matches(status, wanted):
                raise Unwell("unexpected status code", status_code=status)
        elif not 200 <= status < 300:
            raise Unwell("status code out of tolerances", status_code=status)

    async def _answer(self, transport: HttpTransport, target: Target) -> Response:
        """Send the request, and again where the response says to ask elsewhere."""
        while True:
            request = self._request()
            body: Body | None = None
            if self._body:
                stream = body = Stream(len(self._body))
                stream.put(self._body)
                stream.finish()
            ex = Exchange(request, Stream(), Writer(), None, 0.0)
            response = await transport.round_trip(ex, request, body, target, _ignore)
            location = response.headers.get("Location")
            if not (self._ir.follow_redirects and location and self._redirected(response.status)):
                return response
            try:
                await _drain(response, _SLURP)
            finally:
                response.call.close()
            self._follow(location)

    def _request(self) -> Request:
        url = urlsplit(self._url)
        return Request(
            method=self._method,
            path=url.path,
            raw_path=url.path,
            query=url.query,
            host=self._named or url.netloc,
            headers=self._headers.copy(),
        )

    def _redirected(self, status: int) -> bool:
        """Take the method and the body that the next request has; False: this is the answer."""
        if status in (301, 302, 303):
            if self._method not in ("GET", "HEAD"):
                self._method = "GET"
            self._body = b""
            return True
        return status in (307, 308)

    def _follow(self, location: str) -> None:
        """Go where a response says (RFC 9110, 10.2.2), still at the same upstream."""
        before = urlsplit(self._url)
        self._headers.set("Referer", self._url)
        self._url = urljoin(self._url, location)
        after = urlsplit(self._url)
        if before.scheme != after.scheme:
            raise UpstreamError(f"redirected from {before.scheme} to {after.scheme}")
        if urlsplit(location).netloc:
            self._named = ""
        if before.hostname != after.hostname:
            for name in _SENSITIVE:
                self._headers.remove(name)

    def _words(self, error: str) -> str:
        return f"{self._op} {go_quote(self._url)}: {error}"


def _path_and_query(ir: ActiveHealthChecks) -> tuple[str, str]:
    """Return path and query as they are sent; ``path`` (deprecated) has no query."""
    path, query = ir.path, ""
    if ir.uri:
        from caddylite.gourl import parse_url

        url = parse_url(ir.uri)
        path, query = url.path, url.query
    path = quote(path.encode("utf-8", "surrogateescape"), safe="/$&+,:;=@~")
    return path if not path or path.startswith("/") else f"/{path}", query


def _ignore(_head: ResponseHead) -> None:
    """Informational responses say nothing about health."""


async def _read(response: Response, most: int) -> bytes:
    """Return a body, or so much of it."""
    out = b""
    try:
        while len(out) < most and (data := await response.body.read()):
            out += data
    except Late:
        why = (
            "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
        )
        raise Unwell("failed to read response body", error=why) from None
    except UpstreamError as error:
        raise Unwell("failed to read response body", error=str(error)) from None
    return out[:most]


async def _drain(response: Response, most: int) -> None:
    """Read a body to its end, or so much of it (0: all); what goes wrong does not matter."""
    count = 0
    try:
        while (not most or count < most) and (data := await response.body.read()):
            count += len(data)
    except UpstreamError:
        return
