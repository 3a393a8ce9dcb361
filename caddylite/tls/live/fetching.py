"""Small requests of our own: to CAs, and to whoever is asked for permission.

HTTP/1.1, with TLS verified by the system's roots (or those of the config). Everything has an end:
an answer that is too big, too slow or no HTTP is :class:`Unreachable`.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import twisted.internet.endpoints
from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.error import TimeoutError as TooSlow
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from caddylite.context import House
from caddylite.gourl import URL, parse_url
from caddylite.netaddr import join_host_port
from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import Unreachable
from caddylite.tls.live.client import TLSClient, sni_of, verify_name
from caddylite.tls.live.contexts import PARTIAL_WRITE
from caddylite.tls.live.pools import SystemRoots, from_files, trust
from caddylite.tls.live.termination import Terminator
from caddylite.tls.live.waiting import abandonable
from caddylite.wire.http1 import Data, End
from caddylite.wire.http1_response import BadResponse, ResponseHead, ResponseReader

#: The most bytes of an answer's body, and of its head.
_MOST_BODY, _MOST_HEAD = 1 << 20, 1 << 16
#: How often a redirect is followed.
_REDIRECTS: Final = 5
#: Seconds that a connection is kept for another request.
_KEEP: Final = 10.0
_AGENT: Final = "caddylite"
#: What a request's target may hold as it is.
_PLAIN: Final = "%/:@!$&'()*+,;=~-._?"
_PORTS: Final = {"https": 443, "http": 80}


class Fetcher:
    """Makes requests; ``seconds`` is how long one may take, ``roots`` are files of PEM.

    ``plain``: may it be HTTP without TLS? ConfigError if the roots cannot be used.
    """

    def __init__(
        self,
        house: House,
        roots: Sequence[str] = (),
        *,
        seconds: float = 30.0,
        plain: bool = False,
        redirects: int = _REDIRECTS,
    ) -> None:
        self._house, self._seconds, self._plain = house, seconds, plain
        self._redirects = redirects
        self._roots = tuple(roots)
        self._context: SSL.Context | None = _context(self._roots) if roots else None
        nobody: Any = None
        self._limits = Terminator(nobody, house, handshake_seconds=seconds)
        self._kept: dict[tuple[str, str, int], _Connection] = {}

    async def __call__(
        self, method: str, url: str, body: bytes | None = None, content_type: str = ""
    ) -> Answer:
        """Send a request and return the answer, whatever its status; Unreachable without one.

        Redirects are followed where nothing is sent along.
        """
        for _ in range(self._redirects + 1):
            answer = await self._once(method, url, body, content_type)
            there = answer.get("Location")
            if not (300 <= answer.status < 400 and there) or body is not None:
                return answer
            url = _joined(url, there)
        return answer

    async def _once(self, method: str, url: str, body: bytes | None, content_type: str) -> Answer:
        parts = self._parts(url)
        request = _request(method, url, parts, body, content_type)
        place = parts.scheme, parts.host, int(parts.port or _PORTS[parts.scheme])
        kept = self._kept.pop(place, None)
        if kept is not None and kept.idle:
            with suppress(_Stale):
                return await self._exchange(place, kept, method, request)
        return await self._exchange(place, await self._connect(place), method, request)

    def _parts(self, url: str) -> URL:
        try:
            parts = parse_url(url)
        except ValueError as e:
            raise Unreachable(str(e)) from None
        if parts.scheme not in (("https", "http") if self._plain else ("https",)):
            raise Unreachable(f"{url[:200]}: not HTTPS")
        if not parts.host:
            raise Unreachable(f"{url[:200]}: no host")
        return parts

    async def _exchange(
        self, place: tuple[str, str, int], connection: "_Connection", method: str, request: bytes
    ) -> Answer:
        timer = self._house.later(self._seconds, connection.fail, "timeout awaiting response")
        try:
            answer = await connection.ask(method, request)
        except BaseException:
            connection.close()
            raise
        finally:
            if timer.active():
                timer.cancel()
        if connection.idle and place not in self._kept:
            self._kept[place] = connection
            self._house.later(_KEEP, self._drop, place, connection)
        else:
            connection.close()
        return answer

    def _drop(self, place: tuple[str, str, int], connection: "_Connection") -> None:
        if self._kept.get(place) is connection:
            del self._kept[place]
            connection.close()

    async def _connect(self, place: tuple[str, str, int]) -> "_Connection":
        scheme, host, port = place
        made = _Connection()
        outer: Any = made
        if scheme == "https":
            if self._context is None:
                self._context = _context(self._roots)
            outer = TLSClient(
                self._limits,
                self._context,
                lambda _: made,
                made.fail,
                name=sni_of(host),
                alpn=("http/1.1",),
                verify=verify_name(host),
            )
        endpoints: Any = twisted.internet.endpoints
        endpoint = endpoints.HostnameEndpoint(self._house.reactor, host, port, self._seconds)
        where = f"dial tcp {join_host_port(host, str(port))}"
        try:
            await abandonable(endpoint.connect(_One(outer)))
        except DNSLookupError:
            raise Unreachable(f"dial tcp: lookup {host}: no such host") from None
        except TooSlow:
            raise Unreachable(f"{where}: i/o timeout") from None
        except (ConnectError, OSError, ValueError) as e:
            raise Unreachable(f"{where}: {_words(e)}") from None
        try:
            await made.ready
        except BaseException:
            outer.transport.abortConnection()
            raise
        return made


class _Stale(Unreachable):
    """A kept connection was gone before it could be used."""


class _One(Factory):
    """Gives out one protocol."""

    noisy = False

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: Any) -> Any:
        return self._protocol


class _Connection(Protocol):
    """A connection that carries one request at a time."""

    def __init__(self) -> None:
        self.ready: Deferred[None] = Deferred()
        self.idle = False
        self._reader: ResponseReader | None = None
        self._answer: Deferred[Answer] | None = None
        self._head: ResponseHead | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._heard = self._used = False

    def connectionMade(self) -> None:
        self.idle = True
        if not self.ready.called:
            self.ready.callback(None)

    def ask(self, method: str, request: bytes) -> Deferred[Answer]:
        """Send a request; what is returned fires with the answer."""
        self.idle = self._heard = False
        self._reader = ResponseReader(method, _MOST_HEAD)
        self._head, self._body, self._size = None, [], 0
        out: Deferred[Answer] = Deferred(lambda _: None)
        self._answer = out
        self.transport.write(request)  # type: ignore[union-attr]
        return out

    def dataReceived(self, data: bytes) -> None:
        if self._reader is None or self._answer is None:
            self.close()  # nobody has asked
            return
        self._heard = True
        try:
            self._take(self._reader.feed(data))
        except BadResponse as e:
            self.fail(str(e))

    def _take(self, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, ResponseHead):
                self._head = None if event.informational else event
            elif isinstance(event, Data):
                self._size += len(event.data)
                if self._size > _MOST_BODY:
                    self.fail("the answer is too big")
                    return
                self._body.append(event.data)
            elif isinstance(event, End):
                self._finish()

    def _finish(self) -> None:
        out, self._answer = self._answer, None
        head, reader = self._head, self._reader
        if out is None or head is None or reader is None:
            return
        self.idle, self._used = reader.reusable, True
        out.callback(Answer(head.status, tuple(head.fields), b"".join(self._body)))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.idle = False
        if self._answer is not None and self._reader is not None and self._heard:
            try:
                self._take(self._reader.end_of_stream())
            except BadResponse as e:
                self.fail(str(e))
        self.fail("connection closed before there was an answer")

    def fail(self, why: str) -> None:
        """There is no answer."""
        stale = self._used and not self._heard
        error = _Stale(why) if stale else Unreachable(why)
        out, self._answer = self._answer, None
        self.close()
        if not self.ready.called:
            self.ready.errback(error)
        elif out is not None and not out.called:
            out.errback(error)

    def close(self) -> None:
        """End it now."""
        self.idle = False
        if self.transport is not None:
            self.transport.abortConnection()  # type: ignore[attr-defined]


def _context(roots: Sequence[str]) -> SSL.Context:
    """Make the context of connections; ConfigError if a file of roots cannot be used."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.clear_mode(PARTIAL_WRITE)
    context.set_options(SSL.OP_NO_RENEGOTIATION)
    context.set_verify(SSL.VERIFY_PEER, lambda c, cert, error, depth, ok: bool(ok))
    trust(context, from_files(roots, "{}: ") if roots else SystemRoots())
    return context


def _request(method: str, url: str, parts: URL, body: bytes | None, content_type: str) -> bytes:
    from urllib.parse import quote, urlsplit, urlunsplit

    raw = urlsplit(url)
    target = urlunsplit(("", "", raw.path or "/", raw.query, ""))
    host = f"[{parts.host}]" if ":" in parts.host else parts.host
    lines = [
        f"{method} {quote(target, safe=_PLAIN)} HTTP/1.1",
        f"Host: {host}{':' + parts.port if parts.port else ''}",
        f"User-Agent: {_AGENT}",
    ]
    if body is not None:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    head = "\r\n".join(lines)
    return f"{head}\r\n\r\n".encode("ascii", "replace") + (body or b"")


def _joined(url: str, there: str) -> str:
    from urllib.parse import urljoin

    try:
        return urljoin(url, there[:2000])
    except ValueError as e:
        raise Unreachable(f"a redirect to nowhere: {e}") from None


def _words(error: BaseException) -> str:
    number = getattr(error, "osError", None)
    if isinstance(number, int):
        return f"connect: {os.strerror(number).lower()}"
    return str(error) or type(error).__name__
