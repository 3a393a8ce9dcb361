"""Active health checks: peers are dialled now and then, whether or not anybody wants them."""

import socket
from functools import partial
from typing import Any, Final

from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.peers import Peer, Spot
from caddylite.layer4.live.protocols import HalfCloseable
from caddylite.layer4.live.upstreams import Upstream
from caddylite.layer4.live.via import peer_of

#: Caddy's defaults, in seconds.
_INTERVAL: Final = 30.0
_TIMEOUT: Final = 5.0


class HealthChecks:
    """Checks the peers of one ``proxy`` handler while its config runs."""

    def __init__(self, ir: Any, pool: list[Upstream], house: Any) -> None:
        self._house, self._pool, self._port = house, pool, ir.port
        self._interval = ir.interval.seconds or _INTERVAL
        self._timeout = ir.timeout.seconds or _TIMEOUT
        self._rise, self._fall = max(ir.rise, 1), max(ir.fall, 1)
        self._log = house.logger("layer4.handlers.proxy.health_checker.active")
        #: The flows that are relayed, where they are closed when their peer falls ill.
        self.open: set[Flow] | None = set() if ir.close_if_unhealthy else None
        self._timer = house.later(0, self._round)
        house.on_stop(self._stop)

    def _stop(self) -> None:
        if self._timer.active():
            self._timer.cancel()

    def _round(self) -> None:
        self._timer = self._house.later(self._interval, self._round)
        for upstream in self._pool:
            for peer in upstream.peers:
                if peer.network is not None:  # a placeholder has nothing to be dialled
                    self._check(upstream, peer)

    def _check(self, upstream: Upstream, peer: Peer) -> None:
        def found(spots: list[Spot], why: str) -> None:
            if not spots:
                self.note(peer, why)
                return
            spot, bind = self._at_port(spots[0]), upstream.via.bind
            source = None if bind is None else partial(bind, flow=None)
            self._house.dial(spot, _Probe(self, peer), self._timeout, source)

        upstream.find(peer, None, found)

    def _at_port(self, spot: Spot) -> Spot:
        if self._port <= 0 or spot.family not in (socket.AF_INET, socket.AF_INET6):
            return spot
        host, _, *rest = spot.address
        return Spot(spot.peer, spot.family, (host, self._port, *rest), spot.datagrams)

    def note(self, peer: Peer, why: str) -> None:
        """Take the outcome of one check; ``why`` is empty if it went well."""
        if why:
            self._log.info(
                "active health check failed", address=peer.dial, timeout=self._timeout, error=why
            )
            peer.passed_checks, peer.failed_checks = 0, peer.failed_checks + 1
            if peer.healthy and peer.failed_checks >= self._fall:
                peer.healthy = False
                self._log.info("host is down", address=peer.dial)
                self._close(peer)
            return
        peer.failed_checks, peer.passed_checks = 0, peer.passed_checks + 1
        if not peer.healthy and peer.passed_checks >= self._rise:
            peer.healthy = True
            self._log.info("host is up", address=peer.dial)

    def _close(self, peer: Peer) -> None:
        """Move the clients of a peer that has fallen ill."""
        for flow in tuple(self.open or ()):
            if flow.target is not None and peer_of(flow.target) is peer:
                flow.abort("its upstream became unhealthy")

    def track(self, flow: Flow) -> None:
        """Remember a flow while it is relayed."""
        if self.open is not None:
            self.open.add(flow)
            flow.owner = _Tracked(flow.owner, self.open)


class _Tracked:
    """Owns a flow for somebody else, and forgets it at its end."""

    __slots__ = ("_open", "_owner")

    def __init__(self, owner: Any, open_flows: set[Flow]) -> None:
        self._owner, self._open = owner, open_flows

    @property
    def remembers(self) -> bool:
        return self._owner is not None and bool(self._owner.remembers)

    def closed(self, flow: Flow) -> None:
        self._open.discard(flow)
        if self._owner is not None:
            self._owner.closed(flow)


class _Probe(HalfCloseable):
    """A connection that is closed as soon as it is there."""

    def __init__(self, checks: HealthChecks, peer: Peer) -> None:
        self._checks, self._peer = checks, peer

    def connectionMade(self) -> None:
        self.transport.loseConnection()
        self._checks.note(self._peer, "")

    def connectionFailed(self, why: str) -> None:
        self._checks.note(self._peer, why)
