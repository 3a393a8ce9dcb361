"""A running server of the HTTP app: from a request to its routes, its errors and its log."""

from typing import Any, Final

from caddylite.context import ERROR, INFO, House, Logger
from caddylite.errors import ConfigError
from caddylite.http.config import Server as ServerIR
from caddylite.http.hosts import host_of
from caddylite.http.live.access_log import AccessLog, loggable_headers, loggable_request
from caddylite.http.live.build import Build
from caddylite.http.live.client_ip import ClientFinder, InRanges
from caddylite.http.live.errors import Aborted, Disconnected, HandlerError
from caddylite.http.live.exchange import Exchange, LiveHandler
from caddylite.http.live.request_values import resolver
from caddylite.http.live.running import note_error, nothing_left, run
from caddylite.http.live.serving import Limits, Serving
from caddylite.http.request import Headers
from caddylite.http.routing import Routes, RouteWords
from caddylite.tls.acme.challenges import WELL_KNOWN
from caddylite.values import Duration
from caddylite.wire.http_status import status_text

#: What is logged when the client went away before there was an answer (nginx's number).
CLIENT_CLOSED: Final = 499
#: What complaints about the routes begin with.
_PRIMARY: Final = RouteWords("setting up route matchers: ", "setting up route handlers: ")
_ERRORS: Final = RouteWords.same("setting up error handling routes: ")


class Server(Serving):
    """Answers requests with a server's routes."""

    def __init__(self, name: str, ir: ServerIR, house: House) -> None:
        super().__init__(house, limits_of(ir))
        self.name, self.ir = name, ir
        self.logger = house.logger("http")
        self._errors_logger = house.logger("http.log.error")
        self._log: AccessLog | None = None
        if ir.logs is not None:
            self._log = AccessLog(ir.logs, house.logger("http.log.access"))
        self._clients = ClientFinder(
            _trusted(ir, house),
            ir.client_ip_headers,
            ir.trusted_proxies_strict > 0,
            ir.trusted_proxies_unix,
        )
        self._kept = _kept_names(ir)
        build = Build(house, name, names=frozenset(ir.named_routes))
        for key, route in ir.named_routes.items():
            build.named[key] = build.routes((route,))
        self._routes: Routes[LiveHandler] = build.routes(ir.routes, _PRIMARY)
        errors = ir.errors.routes if ir.errors is not None else ()
        self._error_routes = build.routes(errors, _ERRORS)

    async def serve(self, ex: Exchange) -> None:
        """Answer one request, come what may, and log it."""
        request = ex.request
        ex.trusted, request.client_ip = self._clients.find(request)
        request.vars["trusted_proxy"], request.vars["client_ip"] = ex.trusted, request.client_ip
        request.resolve = resolver(ex)
        log = self._log if self._log is not None and self._log.wants(request) else None
        shown: Headers | None = request.headers.copy() if log is not None else None
        record = Record(ex, self.house)
        try:
            await self._answer(ex, record)
        except Disconnected:
            if not ex.out.status:
                record.status = CLIENT_CLOSED
            raise
        finally:
            if log is not None and shown is not None:
                self._write_log(log, ex, shown, record)

    async def _answer(self, ex: Exchange, record: "Record") -> None:
        try:
            if self._proves(ex):
                return
            self._check(ex)
            await run(self._routes, ex, lambda: nothing_left(ex))
        except (Aborted, Disconnected):
            raise
        except Exception as error:
            record.stop()
            self.identify(error)
            await self._handle(ex, error, record)
        else:
            record.stop()

    def _proves(self, ex: Exchange) -> bool:
        """Answer a CA that looks for a proof (RFC 8555, 8.3), whatever the routes say."""
        request = ex.request
        if request.method != "GET" or not request.path.startswith(WELL_KNOWN):
            return False
        tls = self.house.app("tls")
        said = tls.proofs.to_request(request.host, request.path, request.remote) if tls else None
        if said is None:
            return False
        ex.out.headers.set("Connection", "close")
        ex.out.headers.set("Content-Type", "text/plain")
        ex.out.start(200)
        ex.out.write(said.encode())
        return True

    def _check(self, ex: Exchange) -> None:
        """Refuse what routes must not see; drop fields that CGI would confuse with others."""
        request = ex.request
        if not request.host and request.proto == "HTTP/1.1":
            raise HandlerError(400, "rfc9112 forbids empty Host")
        headers = request.headers
        for name, _ in list(headers):
            if ("_" in name or "." in name) and name not in self._kept:
                headers.remove(name)
        if self.ir.strict_sni_host and request.tls is not None:
            host, sni = host_of(request.host), request.tls.server_name
            if host.lower() != sni.lower():
                ex.out.headers.set("Connection", "close")
                raise HandlerError(
                    421,
                    f"strict host matching: TLS ServerName ({sni}) and HTTP Host ({host}) "
                    "values differ",
                )

    async def _handle(self, ex: Exchange, error: Exception, record: "Record") -> None:
        """Let the error routes answer, else answer with the bare status; log the error."""
        request, original = ex.request, ex.original
        request.method, request.path = original.method, original.path
        request.raw_path, request.query = original.raw_path, original.query
        note_error(ex, error)
        status = error.status if isinstance(error, HandlerError) else 500
        if not self._error_routes:
            self._log_error(ex, error, record, ERROR if status >= 500 else None)
            ex.out.start(status)
            return
        try:
            await run(self._error_routes, ex, lambda: nothing_left(ex))
        except (Aborted, Disconnected):
            raise
        except Exception as second:
            self._log_second(ex, error, second, record)
            ex.out.start(status)
        else:
            self._log_error(ex, error, record, None)

    # Logs.

    def identify(self, error: Exception) -> None:
        """Give an error of a handler its ID."""
        if isinstance(error, HandlerError):
            error.identify(self.house.random)

    def _error_fields(self, ex: Exchange, error: Exception, record: "Record") -> dict[str, Any]:
        fields: dict[str, Any] = {
            "request": loggable_request(ex.request, ex.original.uri, ex.request.headers),
            "duration": record.duration,
        }
        if isinstance(error, HandlerError):
            fields |= {"status": error.status, "err_id": error.id, "err_trace": error.trace}
        else:
            fields["error"] = repr(error)
        return fields

    def _error_loggers(self, ex: Exchange) -> list[Logger]:
        if self._log is None or self.ir.logs is None:
            return [self._errors_logger]
        return AccessLog(self.ir.logs, self._errors_logger).loggers(ex.request)

    def _log_error(
        self, ex: Exchange, error: Exception, record: "Record", level: int | None
    ) -> None:
        for logger in self._error_loggers(ex):
            if level is None:
                if not logger.enabled(10):
                    continue
                logger.debug(_message(error), **self._error_fields(ex, error, record))
            else:
                logger.error(_message(error), **self._error_fields(ex, error, record))

    def _log_second(
        self, ex: Exchange, error: Exception, second: Exception, record: "Record"
    ) -> None:
        for logger in self._error_loggers(ex):
            fields = self._error_fields(ex, error, record)
            first = {k: fields.pop(k) for k in tuple(fields) if k not in ("request", "duration")}
            logger.error(
                "error handling handler error",
                **fields,
                error=str(second),
                first_error={"msg": _message(error), **first},
            )

    def _write_log(self, log: AccessLog, ex: Exchange, shown: Headers, record: "Record") -> None:
        request, out = ex.request, ex.out
        if request.vars.get("log_skip") is True:
            return
        record.stop()
        status = record.status or out.status
        known = request.placeholders
        known["http.response.status"] = status
        known["http.response.size"] = record.size
        known["http.response.duration"] = Duration(int(record.duration * 1e9))
        known["http.response.duration_ms"] = record.duration * 1e3
        message = "NOP" if request.vars.get("unhandled") is True else "handled request"
        level = ERROR if status >= 500 else INFO
        fields: dict[str, Any] | None = None
        for logger in log.loggers(request):
            if not logger.enabled(level):
                continue
            if fields is None:
                fields = {
                    "request": self._original_request(ex, shown, log.credentials),
                    "bytes_read": ex.body.taken,
                    "user_id": str(known.get("http.auth.user.id", "")),
                    "duration": record.duration,
                    "size": record.size,
                    "status": status,
                    "resp_headers": loggable_headers(out.headers, log.credentials),
                    **ex.extra_log,
                }
            (logger.error if level == ERROR else logger.info)(message, **fields)

    @staticmethod
    def _original_request(ex: Exchange, shown: Headers, credentials: bool) -> dict[str, Any]:
        request = loggable_request(ex.request, ex.original.uri, shown, credentials)
        request["method"], request["host"] = ex.original.method, ex.original.host
        return request


class Record:
    """What the log wants to know of one exchange: how long it took, how it ended."""

    __slots__ = ("_ex", "_house", "duration", "status")

    def __init__(self, ex: Exchange, house: House) -> None:
        self._ex, self._house = ex, house
        self.duration = 0.0  # seconds; 0 while it is going on
        self.status = 0  # set where no response tells it

    @property
    def size(self) -> int:
        """Bytes of body that were sent."""
        return self._ex.out.size

    def stop(self) -> None:
        """Stop the clock, the first time."""
        if not self.duration:
            self.duration = self._house.monotonic() - self._ex.started


def _message(error: Exception) -> str:
    if isinstance(error, HandlerError):
        return error.cause or str(error) or status_text(error.status)
    return str(error) or repr(error)


def limits_of(ir: ServerIR) -> Limits:
    """Return a server's limits; what is not configured is as in Caddy."""
    return Limits(
        max_header_bytes=ir.max_header_bytes or 16 << 10,
        read_header=_seconds(ir.read_header_timeout, 60.0),
        read=_seconds(ir.read_timeout, 0.0),
        write=_seconds(ir.write_timeout, 0.0),
        idle=_seconds(ir.idle_timeout, 300.0),
        read_idle=_seconds(ir.read_idle_timeout, 60.0),
        write_idle=_seconds(ir.write_idle_timeout, 60.0),
    )


def _seconds(configured: Duration, default: float) -> float:
    """Return a timeout; a negative one means that there is none."""
    return max(configured.seconds, 0.0) if configured else default


def _kept_names(ir: ServerIR) -> frozenset[str]:
    """Return the field names with ``_`` or ``.`` that the config expects."""
    from caddylite.http.fields import canonical

    names = (*ir.expected_underscore_headers, *ir.expected_dot_headers)
    return frozenset(canonical(n) for n in names)


def _trusted(ir: ServerIR, house: House) -> InRanges | None:
    source: Any = ir.trusted_proxies
    if source is None:
        return None
    prepare = getattr(source, "prepare", None)
    if prepare is not None:
        test: InRanges = prepare(house)
        return test
    ranges = getattr(source, "ranges", None)
    if ranges is None:
        raise ConfigError(f"IP source {source.name} is not run by caddylite yet")
    from caddylite.http.ip_ranges import ranges_test

    return ranges_test(ranges)
