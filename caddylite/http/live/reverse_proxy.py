"""Runs ``reverse_proxy``: passes requests on to upstreams, and their responses back."""

from contextlib import suppress
from dataclasses import replace

from twisted.internet.defer import Deferred

from caddylite.context import DEBUG
from caddylite.errors import ConfigError
from caddylite.http.forwarding import (
    prepare_request,
    spell_websocket,
    strip_hop_by_hop,
    tokens,
    upgrade_wanted,
)
from caddylite.http.handlers.reverse_proxy import ReverseProxy
from caddylite.http.header_ops import HeaderEditor
from caddylite.http.live.access_log import loggable_headers, loggable_request
from caddylite.http.live.build import Build
from caddylite.http.live.errors import Aborted, BadBody, Disconnected, HandlerError
from caddylite.http.live.exchange import Body, Exchange, Proceed
from caddylite.http.live.proxy.buffering import buffered
from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.candidates import Candidates
from caddylite.http.live.proxy.connection import Http1Call
from caddylite.http.live.proxy.health import HealthChecks
from caddylite.http.live.proxy.policies import chooser
from caddylite.http.live.proxy.transport import HttpTransport, Response
from caddylite.http.live.proxy.tunnel import Tunnel
from caddylite.http.live.proxy.upstreams import Target, Upstream
from caddylite.http.live.response_handlers import ResponseHandlers
from caddylite.http.matching import any_of
from caddylite.http.replacer import uri
from caddylite.http.request import Request
from caddylite.http.response_matcher import status_matches
from caddylite.http.reverse_proxy.load_balancing import LoadBalancing
from caddylite.http.reverse_proxy.transport.http import HTTP
from caddylite.http.rewriting import Rewriter
from caddylite.wire.http1_response import ResponseHead

_NO_UPSTREAMS = "no upstreams available"
_TRANSPORT = (
    "loading transport: loading module 'http': provision http.reverse_proxy.transport.http: "
)
_PLACEHOLDERS = "http.reverse_proxy."


class Live:
    """One reverse proxy: its upstreams, its transport and its policy."""

    def __init__(self, ir: ReverseProxy, build: Build) -> None:
        self._ir, self._house = ir, build.house
        if ir.circuit_breaker is not None:
            raise ConfigError("circuit_breaker of reverse_proxy: not run by caddylite yet")
        self._logger = build.house.logger("http.handlers.reverse_proxy")
        transport = ir.transport if ir.transport is not None else HTTP()
        if not isinstance(transport, HTTP):
            raise ConfigError(f"transport {transport.name} is not run by caddylite yet")
        try:
            self._transport = HttpTransport(transport, build.house)
        except ConfigError as e:
            raise e.wrap(_TRANSPORT) from None
        self._passive = ir.health_checks.passive if ir.health_checks is not None else None
        self._candidates = Candidates(ir, self._logger, build.house)
        self._lb = ir.load_balancing if ir.load_balancing is not None else LoadBalancing()
        self._choose = chooser(self._lb.selection_policy, build.house)
        self._retry = any_of(self._lb.retry_match, build.house) if self._lb.retry_match else None
        self._rewriter = Rewriter(ir.rewrite) if ir.rewrite is not None else None
        operations = ir.headers
        self._request_ops = self._response_ops = None
        if operations is not None and operations.request is not None:
            self._request_ops = HeaderEditor(operations.request)
        if operations is not None and operations.response is not None:
            self._response_ops = HeaderEditor(operations.response)
            self._require = operations.response.require
        active = ir.health_checks.active if ir.health_checks is not None else None
        if active is not None and (active.path or active.uri or active.port):
            HealthChecks(active, self._candidates.named, self._transport, build.house)
        self._handlers = ResponseHandlers(ir.handle_response, build)
        self._trusted = None
        if ir.trusted_proxies:
            from caddylite.http.ip_ranges import ranges_test

            self._trusted = ranges_test(ir.trusted_proxies)

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Pass the request on, to another upstream if one fails and that is allowed."""
        request, body = await self._prepared(ex)
        ready = request.headers
        started = self._house.monotonic()
        known = ex.request.placeholders
        retries = 0
        problem: UpstreamError | HandlerError | None = None
        while True:
            upstream = self._choose(await self._candidates.of(ex, retries), ex)
            if upstream is None:
                problem = problem or HandlerError(503, _NO_UPSTREAMS)
            else:
                request.headers = ready.copy()
                request.host = ex.request.host
                problem = await self._attempt(ex, request, body, upstream, proceed)
                if problem is None:
                    break
            if not await self._again(ex, problem, started, retries):
                break
            retries += 1
        known[f"{_PLACEHOLDERS}duration"] = self._house.monotonic() - started
        known[f"{_PLACEHOLDERS}duration_ms"] = (self._house.monotonic() - started) * 1e3
        known[f"{_PLACEHOLDERS}retries"] = retries
        if problem is not None:
            raise _status_error(problem)

    async def _prepared(self, ex: Exchange) -> tuple[Request, Body | None]:
        """Return the request as upstreams get it, and its body (None: there is none)."""
        request = replace(ex.request, headers=ex.request.headers.copy())
        body: Body | None = ex.body if ex.body.length != 0 else None
        if self._rewriter is not None:
            changed = self._rewriter.apply(request)
            assert self._ir.rewrite is not None
            if changed and self._ir.rewrite.method in ("GET", "HEAD"):
                body = None
        if self._ir.request_buffers and body is not None:
            body = await buffered(body, self._ir.request_buffers)
        trusted = ex.trusted
        remote = request.remote
        if self._trusted is not None and not isinstance(remote, str):
            trusted = trusted or self._trusted(remote[0])
        prepare_request(request, trusted)
        return request, body

    async def _attempt(
        self,
        ex: Exchange,
        request: Request,
        body: Body | None,
        upstream: Upstream,
        proceed: Proceed,
    ) -> UpstreamError | HandlerError | None:
        """Try one upstream; return what went wrong before there was a response."""
        try:
            target = upstream.target(ex)
        except ValueError as error:
            raise HandlerError(502, f"making dial info: {error}") from None
        self._note_upstream(ex, upstream, target)
        if self._transport.secure:
            request.host = target.address  # unless the config says another
        if self._request_ops is not None:
            self._request_ops.apply_to_request(request, ex.expand_known)
        upstream.host.requests += 1
        try:
            try:
                response = await self._round_trip(ex, request, body, upstream, target)
            except UpstreamError as error:
                upstream.failed()
                return error
            except BadBody as error:
                raise HandlerError(502, str(error)) from None
            await self._answer(ex, request, response, proceed)
        finally:
            upstream.host.requests -= 1
        return None

    def _note_upstream(self, ex: Exchange, upstream: Upstream, target: Target) -> None:
        known = ex.request.placeholders
        prefix = f"{_PLACEHOLDERS}upstream."
        known[f"{prefix}address"] = str(target)
        known[f"{prefix}hostport"] = target.address
        known[f"{prefix}host"] = target.host
        known[f"{prefix}port"] = str(target.port) if target.port else ""
        known[f"{prefix}requests"] = upstream.requests
        known[f"{prefix}max_requests"] = upstream.max_requests
        known[f"{prefix}fails"] = upstream.fails

    async def _round_trip(
        self, ex: Exchange, request: Request, body: Body | None, upstream: Upstream, target: Target
    ) -> Response:
        began = self._house.monotonic()

        def informational(head: ResponseHead) -> None:
            if head.status == 100:
                return  # the client was told when its body was first read
            for name, value in head.fields:
                ex.out.headers.add(name, value)
            ex.out.start(head.status)
            for name, _ in head.fields:
                ex.out.headers.remove(name)

        try:
            response = await self._transport.round_trip(ex, request, body, target, informational)
        except UpstreamError as error:
            self._log(ex, request, upstream, began, error=str(error))
            raise
        self._log(
            ex,
            request,
            upstream,
            began,
            headers=loggable_headers(response.headers, credentials=False),
            status=response.status,
        )
        self._note_response(ex, response, self._house.monotonic() - began, upstream)
        return response

    def _log(
        self, ex: Exchange, request: Request, upstream: Upstream, began: float, **more: object
    ) -> None:
        if not self._logger.enabled(DEBUG):
            return
        self._logger.debug(
            "upstream roundtrip",
            upstream=upstream.dial,
            duration=self._house.monotonic() - began,
            request=loggable_request(request, uri(request), request.headers),
            **more,
        )

    def _note_response(
        self, ex: Exchange, response: Response, latency: float, upstream: Upstream
    ) -> None:
        known = ex.request.placeholders
        known[f"{_PLACEHOLDERS}upstream.latency"] = latency
        known[f"{_PLACEHOLDERS}upstream.latency_ms"] = latency * 1e3
        known[f"{_PLACEHOLDERS}status_code"] = response.status
        known[f"{_PLACEHOLDERS}status_text"] = f"{response.status} {response.reason}"
        for name in {n for n, _ in response.headers}:
            known[f"{_PLACEHOLDERS}header.{name}"] = ",".join(response.headers.all(name))
        passive = self._passive
        if passive is None:
            return
        for bad in passive.unhealthy_status:
            if status_matches(response.status, bad):
                upstream.failed()
        if passive.unhealthy_latency and latency >= passive.unhealthy_latency.seconds:
            upstream.failed()

    async def _again(
        self,
        ex: Exchange,
        problem: UpstreamError | HandlerError,
        started: float,
        retries: int,
    ) -> bool:
        """Is another attempt allowed? Waits as long as the config says before it."""
        lb = self._lb
        if not lb.try_duration and not lb.retries:
            return False
        if lb.try_duration and self._house.monotonic() - started >= lb.try_duration.seconds:
            return False
        if lb.retries and retries >= lb.retries:
            return False
        harmless = isinstance(problem, HandlerError) or problem.dialing
        if not harmless:
            if self._retry is None and ex.request.method != "GET":
                return False
            if self._retry is not None and not self._retry(ex.request):
                return False
        interval = lb.try_interval.seconds or (0.25 if lb.try_duration else 0.0)
        if interval:
            pause: Deferred[None] = Deferred()
            self._house.later(interval, pause.callback, None)
            await pause
        return True

    # The response.

    async def _answer(
        self, ex: Exchange, request: Request, response: Response, proceed: Proceed
    ) -> None:
        if self._ir.response_buffers:
            response.body = await buffered(response.body, self._ir.response_buffers)
        try:
            chosen = await self._handlers.handle(ex, response, self._finish, proceed)
            if not chosen:
                await self._finish(ex, response, request)
        finally:
            response.call.close()  # nobody wants the rest, if there is any

    async def _finish(
        self, ex: Exchange, response: Response, request: Request | None = None
    ) -> None:
        """Pass a response on to the client."""
        headers = response.headers
        upgrade = headers.get("Upgrade")
        announced = tokens(headers, "Trailer")
        strip_hop_by_hop(headers)
        if response.status == 101:
            await self._switch(ex, response, upgrade, request)
            return
        out = ex.out
        out.headers.remove("Server")
        out.headers.add("Via", f"{response.version} Caddy")
        if self._response_ops is not None and (
            self._require is None or self._require.matches(response.status, headers)
        ):
            self._response_ops.apply(headers, ex.expand_known)
        for name, value in headers:
            out.headers.add(name, value)
        if announced:
            from caddylite.http.fields import canonical

            out.headers.add("Trailer", ", ".join(canonical(t) for t in announced))
        out.start(response.status)
        await self._copy(ex, response)

    async def _copy(self, ex: Exchange, response: Response) -> None:
        out = ex.out
        # What has no known length, or is made of events, is passed on as it comes.
        kind = response.headers.get("Content-Type").partition(";")[0].strip().lower()
        at_once = response.length is None or kind == "text/event-stream"
        at_once = at_once or self._ir.flush_interval < 0
        body = response.body
        if at_once and not getattr(body, "exhausted", False):
            out.flush()
        try:
            while data := await body.read():
                out.write(data)
                if at_once:
                    out.flush()
                await out.drain()
        except UpstreamError as error:
            self._logger.warn("aborting with incomplete response", error=str(error))
            raise Aborted from None
        if body.trailers:
            out.set_trailers(body.trailers)
            out.flush()

    async def _switch(
        self, ex: Exchange, response: Response, upgrade: str, request: Request | None
    ) -> None:
        wanted = upgrade_wanted(request.headers) if request is not None else ""
        if upgrade.lower() != wanted or ex.switch is None:
            self._logger.debug("backend tried to switch to unexpected protocol")
            response.call.close()
            return
        out = ex.out
        for name, value in response.headers:
            out.headers.add(name, value)
        out.headers.set("Upgrade", upgrade)
        out.headers.set("Connection", "Upgrade")
        spell_websocket(out.headers)
        out.start(101)
        call = response.call
        assert isinstance(call, Http1Call)  # no other version has the status 101
        tunnel = Tunnel(ex.switch(), call.connection, self._house)
        with suppress(Disconnected):
            await tunnel.run(self._ir.stream_timeout.seconds)


def _status_error(problem: UpstreamError | HandlerError) -> HandlerError:
    if isinstance(problem, HandlerError):
        return problem
    return HandlerError(504 if problem.timed_out else 502, str(problem))
