"""The upstreams of one reverse proxy while it runs: how busy and how well each is."""

from dataclasses import dataclass

from caddylite.context import House
from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.exchange import Exchange
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


class Upstream:
    """One upstream: requests under way, recent failures."""

    def __init__(self, ir: UpstreamIR, passive: PassiveHealthChecks | None, house: House) -> None:
        self.dial, self._house = ir.dial, house
        self._passive = passive
        self.max_requests = ir.max_requests
        if not self.max_requests and passive is not None:
            self.max_requests = passive.unhealthy_request_count
        self.requests = self.fails = 0
        #: What active health checks say; True while there are none.
        self.healthy = True
        self._target = None if "{" in ir.dial else parse_target(ir.dial)

    @property
    def available(self) -> bool:
        """May it be given another request?"""
        if not self.healthy or (0 < self.max_requests <= self.requests):
            return False
        if self._passive is None or not self._passive.fail_duration:
            return True
        return self.fails < (self._passive.max_fails or 1)

    def target(self, ex: Exchange) -> Target:
        """Return where it is; ValueError if a placeholder brought no address."""
        if self._target is not None:
            return self._target
        return parse_target(ex.expand(self.dial))

    def failed(self) -> None:
        """Remember a failure, for as long as the config says."""
        if self._passive is None or not self._passive.fail_duration:
            return
        self.fails += 1
        self._house.later(self._passive.fail_duration.seconds, self._forgive)

    def _forgive(self) -> None:
        self.fails -= 1


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
