"""The upstreams of one reverse proxy while it runs: how busy and how well each is."""

from dataclasses import dataclass

from caddylite.context import House, Timer
from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.exchange import Exchange
from caddylite.http.live.proxy.hosts import Host
from caddylite.http.reverse_proxy.health_checks import PassiveHealthChecks
from caddylite.netaddr import NetworkAddress, join_host_port


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to: ``network`` is tcp or unix (``host`` is a path then)."""

    network: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """The address as ``host:port``, or the socket's path."""
        return self.host if self.network == "unix" else join_host_port(self.host, str(self.port))

    def __str__(self) -> str:
        return f"unix/{self.host}" if self.network == "unix" else self.address


class Failures:
    """Counts the failures of one reverse proxy's upstreams for as long as its config says.

    At the end of the config they are forgotten at once.
    """

    def __init__(self, passive: PassiveHealthChecks, house: House) -> None:
        self._seconds, self._house = passive.fail_duration.seconds, house
        self.most = passive.max_fails or 1
        self.most_requests = passive.unhealthy_request_count
        self._remembered: dict[object, tuple[Timer, Host]] = {}
        house.on_stop(self._forget_all)

    def count(self, host: Host) -> None:
        """Remember one."""
        if not self._seconds:
            return
        host.fails += 1
        key = object()
        self._remembered[key] = self._house.later(self._seconds, self._forget, key), host

    def _forget(self, key: object) -> None:
        self._remembered.pop(key)[1].fails -= 1

    def _forget_all(self) -> None:
        for key, (timer, _) in tuple(self._remembered.items()):
            timer.cancel()
            self._forget(key)


class Upstream:
    """One upstream of a reverse proxy; the requests to its host and their failures are counted."""

    def __init__(
        self, ir: UpstreamIR, failures: Failures | None = None, host: Host | None = None
    ) -> None:
        self.dial, self._failures = ir.dial, failures
        self.host = host if host is not None else Host()
        self.max_requests = ir.max_requests
        if not self.max_requests and failures is not None:
            self.max_requests = failures.most_requests
        #: What active health checks say; True while there are none.
        self.healthy = True
        self._target = None if "{" in ir.dial else parse_target(ir.dial)

    @property
    def requests(self) -> int:
        """The requests under way, by whichever handler."""
        return self.host.requests

    @property
    def fails(self) -> int:
        """The failures that are remembered."""
        return self.host.fails

    @property
    def available(self) -> bool:
        """May it be given another request?"""
        if not self.healthy or (0 < self.max_requests <= self.requests):
            return False
        return self._failures is None or self.fails < self._failures.most

    def target(self, ex: Exchange) -> Target:
        """Return where it is; ValueError if a placeholder brought no address."""
        if self._target is not None:
            return self._target
        return parse_target(ex.expand(self.dial))

    def failed(self) -> None:
        """Remember a failure, for as long as the config says."""
        if self._failures is not None:
            self._failures.count(self.host)


def parse_target(dial: str) -> Target:
    """Read an address to connect to. ValueError in Caddy's words."""
    address = NetworkAddress.parse(dial)
    if address.is_unix:
        return Target("unix", address.host, 0)
    if address.network not in ("tcp", "tcp4", "tcp6"):
        raise ValueError(f"dial: unsupported network {address.network}")
    if address.start_port != address.end_port:
        raise ValueError(f"dial: address {dial} must represent exactly one socket")
    return Target("tcp", address.host or "localhost", address.start_port)
