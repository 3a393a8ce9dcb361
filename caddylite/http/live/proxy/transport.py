"""The ``http`` transport while it runs: one request to one upstream, and its response."""

import zlib
from collections.abc import Callable
from typing import Any

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.forwarding import upgrade_wanted, wire_fields
from caddylite.http.live.exchange import Body, Exchange, Readable
from caddylite.http.live.proxy.connection import UpstreamConnection, UpstreamError
from caddylite.http.live.proxy.pool import Pool
from caddylite.http.live.proxy.upstreams import Target
from caddylite.http.live.task import Task
from caddylite.http.request import Headers, Request
from caddylite.http.reverse_proxy.transport.http import HTTP
from caddylite.wire.http1 import raw
from caddylite.wire.http1_message import chunk, last_chunk, request_head
from caddylite.wire.http1_response import ResponseHead

_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE")
_NOT_YET = ("resolver", "network_proxy", "forward_proxy_url")
_DEFAULT_HEADER = 10 << 20


class Response:
    """What an upstream answered: head and body (or, after 101, the connection)."""

    def __init__(self, head: ResponseHead, body: Readable, connection: UpstreamConnection) -> None:
        self.status, self.reason, self.version = head.status, head.reason, head.version
        self.headers = Headers(head.fields)
        self.length = head.length
        self.body, self.connection = body, connection


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
        for field in _NOT_YET:
            if getattr(ir, field):
                raise ConfigError(f"{field} of an http transport is not run by caddylite yet")
        if ir.versions and "1.1" not in ir.versions:
            wanted = ", ".join(ir.versions)
            raise ConfigError(f"HTTP version {wanted} to upstreams is not run by caddylite yet")
        self._ir, self._house = ir, house
        keep = ir.keep_alive
        kept = keep is None or keep.enabled is not False
        idle = keep.idle_timeout.seconds if keep is not None and keep.idle_timeout else 120.0
        self.pool = Pool(
            house,
            dial_timeout=ir.dial_timeout.seconds or 3.0,
            idle_timeout=idle if kept else 0.0,
            per_host=(keep.max_idle_conns_per_host if keep is not None else 0) or 32,
            total=keep.max_idle_conns if keep is not None else 0,
            bind=(ir.local_address, 0) if ir.local_address else None,
        )
        self._tls_context: Any = None
        if ir.tls is not None:
            from caddylite.http.live.proxy.tls import make_context

            self._tls_context = make_context(ir.tls)
        house.on_stop(self.pool.close)

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

        UpstreamError if there is none; a kept connection that turns out to be dead is replaced
        where that is harmless (RFC 9112, 9.3.1).
        """
        name = self._tls_name(ex, target)
        while True:
            connection = None
            if not self._ir.proxy_protocol:
                connection = self.pool.take(target, name)
            if connection is None:
                connection = await self._dial(ex, target, name)
            try:
                return await self._once(connection, request, body, target, name, informational)
            except UpstreamError as error:
                untouched = body is None or not body.taken
                if error.unanswered and untouched and request.method in _IDEMPOTENT:
                    continue
                raise

    async def _dial(self, ex: Exchange, target: Target, name: str) -> UpstreamConnection:
        creator = None
        if self.uses_tls(target):
            from caddylite.http.live.proxy.tls import UpstreamTLS

            assert self._ir.tls is not None
            creator = UpstreamTLS(self._tls_context, name, not self._ir.tls.insecure_skip_verify)
        connection = await self.pool.dial(target, creator)
        if self._ir.proxy_protocol:
            connection.write(_proxy_header(self._ir.proxy_protocol, ex))
        return connection

    def _tls_name(self, ex: Exchange, target: Target) -> str:
        if not self.uses_tls(target) or self._ir.tls is None:
            return ""
        return ex.expand(self._ir.tls.server_name) or target.host

    async def _once(
        self,
        connection: UpstreamConnection,
        request: Request,
        body: Body | None,
        target: Target,
        name: str,
        informational: Callable[[ResponseHead], object],
    ) -> Response:
        asked_gzip = self._asks_for_gzip(request)
        max_header = self._ir.max_response_header_size or _DEFAULT_HEADER

        def released(reusable: bool) -> None:
            if reusable and not self._ir.proxy_protocol:
                self.pool.give_back(target, name, connection)
            else:
                connection.close()

        connection.begin(request.method, max_header, released)
        length = 0 if body is None else body.length
        uri = (request.raw_path or "/") + (f"?{request.query}" if request.query else "")
        if request.method == "CONNECT" and not request.raw_path:
            uri = request.host
        fields = wire_fields(request, length, asked_gzip)
        connection.write(request_head(request.method, uri, fields))
        sender = self._send(connection, body)
        try:
            head = await self._head(connection, informational)
        except BaseException:
            if sender is not None:
                sender.cancel(UpstreamError("request canceled"))
            connection.close()
            raise
        response_body: Readable = connection.body
        response = Response(head, response_body, connection)
        if asked_gzip and response.headers.get("Content-Encoding").lower() == "gzip":
            response.headers.remove("Content-Encoding")
            response.headers.remove("Content-Length")
            response.length = None
            response.body = Inflated(connection.body)
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

    def _send(self, connection: UpstreamConnection, body: Body | None) -> Task | None:
        """Send the body while the response is waited for."""
        if body is None:
            connection.sent()
            return None

        def done(problem: BaseException | None) -> None:
            if problem is None:
                connection.sent()
            elif connection.alive and not connection.idle:
                error = problem if isinstance(problem, Exception) else None
                connection.give_up(error or UpstreamError(str(problem)))

        task = Task(_pump(body, connection), done)
        task.start()
        return task

    async def _head(
        self, connection: UpstreamConnection, informational: Callable[[ResponseHead], object]
    ) -> ResponseHead:
        timer = None
        limit = self._ir.response_header_timeout or self._ir.read_timeout
        if limit:
            late = UpstreamError("net/http: timeout awaiting response headers", timed_out=True)
            timer = self._house.later(limit.seconds, connection.fail, late)
        try:
            while True:
                head = await connection.head()
                if not head.informational:
                    return head
                informational(head)
        finally:
            if timer is not None and timer.active():
                timer.cancel()


async def _pump(body: Body, connection: UpstreamConnection) -> None:
    chunked = body.length is None
    while data := await body.read():
        await connection.drained()
        connection.write(chunk(data) if chunked else data)
    if chunked:
        connection.write(last_chunk(body.trailers))


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
