"""The ``http`` transport while it runs: one request to one upstream, and its response."""

import zlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.forwarding import upgrade_wanted, wire_fields
from caddylite.http.live.exchange import Body, Exchange, Readable
from caddylite.http.live.proxy.call import Call, Carrier, UpstreamError
from caddylite.http.live.proxy.connection import UpstreamConnection
from caddylite.http.live.proxy.dialling import Way, Wrap, dial_by_house, dial_by_twisted
from caddylite.http.live.proxy.limit import Limit
from caddylite.http.live.proxy.pool import Pool
from caddylite.http.live.proxy.shared import Shared
from caddylite.http.live.proxy.upstreams import Target
from caddylite.http.live.task import Task
from caddylite.http.request import Headers, Request
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.http.reverse_proxy.transport.http import HTTP
from caddylite.wire.http1 import raw
from caddylite.wire.http1_response import ResponseHead

if TYPE_CHECKING:
    from caddylite.http.live.proxy.names import Names
    from caddylite.http.live.proxy.tls import UpstreamTLS

_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE")
_NOT_YET = ("network_proxy", "forward_proxy_url")
_DEFAULT_HEADER = 10 << 20
_VERSIONS = ("1.1", "2", "h2c", "3")
#: How often a request that was refused unseen is sent again.
_REFUSALS = 3


class Response:
    """What an upstream answered: head and body (or, after 101, the connection of its call)."""

    def __init__(self, head: ResponseHead, call: Call) -> None:
        self.status, self.reason, self.version = head.status, head.reason, head.version
        self.headers = Headers(head.fields)
        self.length = head.length
        self.call = call
        self.body: Readable = call.answer.body


class Inflated:
    """A gzip body, unpacked as it is read: the transport had asked for gzip, not the client."""

    def __init__(self, inner: Readable) -> None:
        self._inner = inner
        self._inflate = zlib.decompressobj(31)

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """What came behind the body."""
        return self._inner.trailers

    async def read(self) -> bytes:
        """Return the next bytes; ``b""`` at the end."""
        while True:
            data = await self._inner.read()
            if not data:
                return b""
            try:
                plain = self._inflate.decompress(data)
            except zlib.error as error:
                raise UpstreamError(f"gzip: {error}") from None
            if plain:
                return plain


class HttpTransport:
    """Carries requests to upstreams over kept connections."""

    def __init__(self, ir: HTTP, house: House) -> None:
        _refuse_what_is_missing(ir)
        self._ir, self._house = ir, house
        #: Is TLS spoken with upstreams, in general?
        self.secure = ir.tls is not None
        versions = ir.versions or ("1.1", "2")
        self._h2c = "h2c" in versions
        self._alpn = ("h2", "http/1.1") if self._h2c or "2" in versions else ("http/1.1",)
        keep = ir.keep_alive
        kept = keep is None or keep.enabled is not False
        idle = keep.idle_timeout.seconds if keep is not None and keep.idle_timeout else 120.0
        # With a PROXY header a connection is one client's, for one request.
        self._idle = idle if kept and not ir.proxy_protocol else 0.0
        self._max_header = ir.max_response_header_size or _DEFAULT_HEADER
        self._dial_timeout = ir.dial_timeout.seconds or 3.0
        self._names = _names(ir, house)
        self._bind = (ir.local_address, 0) if ir.local_address else None
        self.pool = Pool(
            house,
            idle_timeout=self._idle,
            per_host=(keep.max_idle_conns_per_host if keep is not None else 0) or 32,
            total=keep.max_idle_conns if keep is not None else 0,
        )
        self.shared = Shared()
        most = ir.max_conns_per_host
        self._limit = Limit(most) if most > 0 else None
        self._tls = _upstream_tls(ir.tls, house) if ir.tls is not None else None
        house.on_stop(self.pool.close)
        house.on_stop(self.shared.close)

    def uses_tls(self, target: Target) -> bool:
        """Is TLS spoken with this upstream?"""
        tls = self._ir.tls
        return tls is not None and str(target.port) not in tls.except_ports

    async def round_trip(
        self,
        ex: Exchange,
        request: Request,
        body: Body | None,
        target: Target,
        informational: Callable[[ResponseHead], object],
    ) -> Response:
        """Send a request and return the beginning of its response.

        UpstreamError if there is none. Where that is harmless it is sent again: a kept connection
        turned out to be dead (RFC 9112, 9.3.1), or a stream was refused (RFC 9113, 8.7).
        """
        name = self._tls_name(ex, target)
        refusals = 0
        while True:
            connection = await self._connection(ex, request, target, name)
            try:
                return await self._once(connection, request, body, target, name, informational)
            except UpstreamError as error:
                untouched = body is None or not body.taken
                refusals += error.refused
                again = error.unanswered and request.method in _IDEMPOTENT
                if untouched and (again or (error.refused and refusals <= _REFUSALS)):
                    continue
                raise

    async def _connection(
        self, ex: Exchange, request: Request, target: Target, name: str
    ) -> Carrier:
        """Return a connection that takes a request: a kept one, or a new one."""
        tls = self.uses_tls(target)
        switching = bool(upgrade_wanted(request.headers))
        if switching and self._h2c and not tls:
            wanted = request.headers.get("Upgrade")
            raise UpstreamError(f'http2: invalid Upgrade request header: ["{wanted}"]')
        alpn = self._alpn if tls and not switching else ("http/1.1",)
        known = self._h2c and not tls  # HTTP/2 without asking

        async def dial() -> Carrier:
            return await self._dial(ex, target, name, alpn, known)

        if self._limit is not None:
            return await self._within(self._limit, (target, name), "h2" in alpn or known, dial)
        if self._ir.proxy_protocol:
            return await dial()
        kept = self.pool.take(target, name)
        if kept is not None:
            return kept
        if not known and "h2" not in alpn:
            return await dial()
        connection: Carrier = await self.shared.get((target, name), dial, known)
        return connection

    async def _within(
        self,
        limit: Limit,
        origin: tuple[Target, str],
        sharing: bool,
        dial: Callable[[], Awaitable[Carrier]],
    ) -> Carrier:
        """Return a connection of those there may be; wait until one is free.

        ``sharing``: one of HTTP/2 would do. Those that would not do are counted apart, as in Go.
        """
        key = (origin, sharing)
        one_each = bool(self._ir.proxy_protocol)
        while True:
            kept: Carrier | None = None
            if not one_each:
                kept = self.shared.take(origin) if sharing else None
                kept = kept or self.pool.take(*origin)
            if kept is not None:
                return kept
            if limit.take(key):
                break
            await limit.change(key)
        try:
            made = await dial()
        except BaseException:
            limit.give(key)
            raise
        made.on_free, made.on_gone = partial(limit.wake, key), partial(limit.give, key)
        if sharing and not one_each:
            self.shared.keep(origin, made)
            if made.multiplexed:
                limit.wake_all(key)
        return made

    async def _dial(
        self, ex: Exchange, target: Target, name: str, alpn: tuple[str, ...], known: bool
    ) -> Carrier:
        def make(agreed: str) -> Carrier:
            if not known and agreed != "h2":
                return UpstreamConnection()
            from caddylite.http.live.proxy.http2 import Http2Upstream

            scheme = "https" if self.uses_tls(target) else "http"
            return Http2Upstream(self._house, scheme, self._max_header, self._idle)

        version = self._ir.proxy_protocol
        greeting = _proxy_header(version, ex) if version else b""
        way = Way(make, self._wrap(target, name, alpn), greeting, self._names)
        house: Any = self._house
        if self._bind is None and hasattr(house, "dial") and hasattr(house, "resolver"):
            made = await dial_by_house(house, target, self._dial_timeout, way)
        else:
            made = await dial_by_twisted(
                house.reactor, target, self._dial_timeout, way, self._bind
            )
        connection: Carrier = made
        return connection

    def _wrap(self, target: Target, name: str, alpn: tuple[str, ...]) -> Wrap | None:
        tls = self._tls
        if tls is None or not self.uses_tls(target):
            return None
        return lambda make_inner, failed: tls.wrap(make_inner, failed, name, alpn)

    def _tls_name(self, ex: Exchange, target: Target) -> str:
        if not self.uses_tls(target) or self._ir.tls is None:
            return ""
        return ex.expand(self._ir.tls.server_name) or target.host

    async def _once(
        self,
        connection: Carrier,
        request: Request,
        body: Body | None,
        target: Target,
        name: str,
        informational: Callable[[ResponseHead], object],
    ) -> Response:
        asked_gzip = self._asks_for_gzip(request)

        def released(reusable: bool) -> None:
            kept: Any = connection
            if reusable and not self._ir.proxy_protocol:
                self.pool.give_back(target, name, kept)
                if kept.on_free is not None:
                    kept.on_free()
            else:
                kept.close()

        call = connection.begin(request.method, self._max_header, released)
        length = 0 if body is None else body.length
        uri = (request.raw_path or "/") + (f"?{request.query}" if request.query else "")
        if request.method == "CONNECT" and not request.raw_path:
            uri = request.host
        call.send(request.method, uri, wire_fields(request, length, asked_gzip), length)
        sender = self._send(call, body)
        try:
            head = await self._head(call, informational)
        except BaseException:
            if sender is not None:
                sender.cancel(UpstreamError("request canceled"))
            call.close()
            raise
        response = Response(head, call)
        if asked_gzip and response.headers.get("Content-Encoding").lower() == "gzip":
            response.headers.remove("Content-Encoding")
            response.headers.remove("Content-Length")
            response.length = None
            response.body = Inflated(call.answer.body)
        return response

    def _asks_for_gzip(self, request: Request) -> bool:
        if self._ir.compression is False or request.method == "HEAD":
            return False
        headers = request.headers
        return (
            "Accept-Encoding" not in headers
            and "Range" not in headers
            and not upgrade_wanted(headers)
        )

    def _send(self, call: Call, body: Body | None) -> Task | None:
        """Send the body while the response is waited for."""
        if body is None:
            call.end([])
            return None

        def done(problem: BaseException | None) -> None:
            if problem is not None and not call.over:
                error = problem if isinstance(problem, Exception) else None
                call.give_up(error or UpstreamError(str(problem)))

        task = Task(_pump(body, call), done)
        task.start()
        return task

    async def _head(
        self, call: Call, informational: Callable[[ResponseHead], object]
    ) -> ResponseHead:
        timer = None
        limit = self._ir.response_header_timeout or self._ir.read_timeout
        if limit:
            late = UpstreamError("net/http: timeout awaiting response headers", timed_out=True)
            timer = self._house.later(limit.seconds, call.give_up, late)
        try:
            while True:
                head = await call.answer.head()
                if not head.informational:
                    return head
                informational(head)
        finally:
            if timer is not None and timer.active():
                timer.cancel()


async def _pump(body: Body, call: Call) -> None:
    while data := await body.read():
        await call.drained()
        call.write(data)
    call.end(body.trailers)


def _names(ir: HTTP, house: House) -> "Names | None":
    """Return what looks names up where the config says whom to ask."""
    if ir.resolver is None:
        return None
    from caddylite.http.live.proxy.names import Names

    if ir.local_address:
        raise ConfigError("resolver with local_address is not run by caddylite yet")
    return Names(ir.resolver, ir.dial_timeout.seconds, house)


def _upstream_tls(config: TLSConfig, house: House) -> "UpstreamTLS":
    from caddylite.http.live.proxy.tls import UpstreamTLS

    try:
        return UpstreamTLS(config, house)
    except ConfigError as e:
        raise e.wrap("making TLS client config: ") from None


def _refuse_what_is_missing(ir: HTTP) -> None:
    for field in _NOT_YET:
        if getattr(ir, field):
            raise ConfigError(f"{field} of an http transport is not run by caddylite yet")
    for version in ir.versions:
        if version not in _VERSIONS:
            known = ", ".join(_VERSIONS)
            raise ConfigError(f"unsupported HTTP version: {version}, supported version: {known}")
    if "3" in ir.versions:
        if len(ir.versions) > 1:
            raise ConfigError(
                "if HTTP/3 is enabled to the upstream, no other HTTP versions are supported"
            )
        raise ConfigError("HTTP version 3 to upstreams is not run by caddylite yet")


def _proxy_header(version: str, ex: Exchange) -> bytes:
    """Write a PROXY header with the client's address; the destination is not told, as in Caddy."""
    from ipaddress import ip_address

    client = ex.request.client_ip
    remote = ex.request.remote
    port = remote[1] if not isinstance(remote, str) and remote[0] == client else 0
    try:
        address = ip_address(client)
    except ValueError:
        raise UpstreamError("unexpected remote addr type in proxy protocol info") from None
    zero = "0.0.0.0" if address.version == 4 else "::"
    if version == "v1":
        return raw(f"PROXY TCP{address.version} {address} {zero} {port} 0\r\n")
    family = 0x11 if address.version == 4 else 0x21
    payload = address.packed + bytes(len(address.packed)) + port.to_bytes(2, "big") + b"\0\0"
    signature = b"\r\n\r\n\0\r\nQUIT\n"
    return signature + bytes((0x21, family)) + len(payload).to_bytes(2, "big") + payload
