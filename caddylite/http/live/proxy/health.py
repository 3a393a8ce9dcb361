"""Active health checks: upstreams are asked now and then, whether or not anybody wants them.

What is found counts for the handler alone, as in Caddy: two handlers may ask the same upstream
different questions.
"""

from typing import Final

from caddylite import placeholders
from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.fields import canonical
from caddylite.http.live.proxy.probe import Late, Passed, Probe, Unwell
from caddylite.http.live.proxy.transport import HttpTransport
from caddylite.http.live.proxy.upstreams import Upstream, parse_target
from caddylite.http.live.task import Task
from caddylite.http.request import Headers
from caddylite.http.reverse_proxy.health_checks import ActiveHealthChecks
from caddylite.netaddr import NetworkAddress, join_host_port
from caddylite.placeholders import UNKNOWN

#: Caddy's defaults, in seconds.
_INTERVAL: Final = 30.0
_TIMEOUT: Final = 5.0
#: A round leaves an upstream out while so many checks of it wait for an answer.
_MOST: Final = 64
_TARGET: Final = "http.reverse_proxy.active.target_upstream"


class HealthChecks:
    """Checks the upstreams of one reverse proxy while its config runs."""

    def __init__(
        self,
        ir: ActiveHealthChecks,
        upstreams: list[Upstream],
        transport: HttpTransport,
        house: House,
    ) -> None:
        self._ir, self._house, self._transport = ir, house, transport
        self._log = house.logger("http.handlers.reverse_proxy.health_checker.active")
        if ir.path:
            self._log.warn("the 'path' option is deprecated, please use 'uri' instead!")
        self._check_words()
        self._interval = ir.interval.seconds or _INTERVAL
        self._timeout = ir.timeout.seconds or _TIMEOUT
        self._records = [_Record(u, ir, house) for u in upstreams]
        self._running: set[Task] = set()
        self._timer = house.later(0, self._round)
        house.on_stop(self._stop)

    def _check_words(self) -> None:
        """ConfigError if the URI or the expression cannot be read."""
        if self._ir.uri:
            from caddylite.gourl import parse_url

            try:
                parse_url(self._ir.uri)
            except ValueError as error:
                raise ConfigError(str(error)) from None
        self._expected = None
        if self._ir.expect_body:
            from caddylite import regexps

            try:
                self._expected = regexps.compile(self._ir.expect_body)
            except ValueError as error:
                raise ConfigError(f"expect_body: compiling regular expression: {error}") from None

    def _stop(self) -> None:
        if self._timer.active():
            self._timer.cancel()
        for task in tuple(self._running):
            task.cancel(_Stopped())

    def _round(self) -> None:
        self._timer = self._house.later(self._interval, self._round)
        for record in self._records:
            if record.waiting < _MOST:
                self._begin(record)

    def _begin(self, record: "_Record") -> None:
        """Check one upstream."""
        try:
            where = self._where(record.upstream)
        except Unwell as error:
            self._log.error(error.message, **error.fields)
            return

        def done(problem: BaseException | None) -> None:
            record.waiting -= 1
            if timer.active():
                timer.cancel()
            self._running.discard(task)
            if isinstance(problem, Unwell):
                self._log.info(problem.message, host=where.shown, **problem.fields)
                record.failed()
            elif problem is not None and not isinstance(problem, Late | _Stopped):
                self._log.error("active health checker panicked", error=repr(problem))

        def passed() -> None:
            if record.passed():
                self._log.info("host is up", host=where.shown)

        record.waiting += 1
        task = Task(self._check(where, passed), done)
        self._running.add(task)
        timer = self._house.later(self._timeout, task.cancel, Late())
        task.start()

    async def _check(self, where: "_Where", passed: Passed) -> None:
        try:
            target = parse_target(where.dial)
        except ValueError as error:
            raise Unwell("HTTP request failed", error=str(error)) from None
        known = {_TARGET: where.upstream}
        headers = self._headers(known)
        body = placeholders.replace_known(self._ir.body, self._house.globals)
        host = self._ir.upstream or where.shown
        probe = Probe(self._ir, host, headers, body, self._transport.uses_tls(target))
        await probe.run(self._transport, target, self._expected, passed)

    def _headers(self, known: dict[str, str]) -> Headers:
        lookup = placeholders.chain(lambda n: known.get(n, UNKNOWN), self._house.globals)
        headers = Headers()
        for name, values in self._ir.headers.items():
            name = placeholders.replace_all(canonical(name), lookup)
            if name == "Host":
                headers.set(name, placeholders.replace_all(values[0] if values else "", lookup))
                continue
            for value in values:
                headers.add(name, placeholders.replace_known(value, lookup))
        return headers

    def _where(self, upstream: Upstream) -> "_Where":
        """Find where to connect to, and what the log calls it."""
        try:
            text = placeholders.Template(upstream.dial).expand_or_err(self._house.globals)
        except placeholders.PlaceholderError as error:
            raise Unwell(
                "invalid use of placeholders in dial address for active health checks",
                address="", error=str(error),
            ) from None  # fmt: skip
        try:
            address = NetworkAddress.parse(text)
        except ValueError as error:
            raise Unwell("bad network address", address=text, error=str(error)) from None
        local = address.is_unix or address.is_fd
        if not local and not self._ir.port and address.start_port != address.end_port:
            raise Unwell(
                "multiple addresses (upstream must map to only one address)", address=text
            )
        shown, dial = ("localhost" if local else address.host_port), text
        if self._ir.port and not self._ir.upstream:
            shown = dial = join_host_port(address.host, str(self._ir.port))
        elif self._ir.upstream:
            dial = placeholders.replace_all(self._ir.upstream, self._house.globals)
        return _Where(text, shown, dial)


class _Where:
    """An upstream's address, what it is called in the log, and the address that is dialled."""

    __slots__ = ("dial", "shown", "upstream")

    def __init__(self, upstream: str, shown: str, dial: str) -> None:
        self.upstream, self.shown, self.dial = upstream, shown, dial


class _Record:
    """How the checks of one upstream have gone.

    Passes and failures are counted from the last change on, as Caddy counts them: they need not
    follow each other at once.
    """

    def __init__(self, upstream: Upstream, ir: ActiveHealthChecks, house: House) -> None:
        self.upstream = upstream
        self.waiting = 0
        self._passes_wanted, self._fails_wanted = max(ir.passes, 1), max(ir.fails, 1)
        self._passes = self._fails = 0

    def failed(self) -> None:
        """Count a failure."""
        self._fails += 1
        if self._fails >= self._fails_wanted and self.upstream.healthy:
            self._change(False)

    def passed(self) -> bool:
        """Count a success; True if the upstream has become well by it."""
        self._passes += 1
        if self._passes < self._passes_wanted or self.upstream.healthy:
            return False
        self._change(True)
        return True

    def _change(self, healthy: bool) -> None:
        self.upstream.healthy = healthy
        self._passes = self._fails = 0


class _Stopped(Exception):
    """The config is being stopped."""
