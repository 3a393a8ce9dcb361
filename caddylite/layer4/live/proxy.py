"""``proxy``: hands a connection to an upstream."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, cast

from caddylite.context import DEBUG
from caddylite.errors import ConfigError
from caddylite.layer4.handlers.proxy import Proxy as ProxyConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.circles import circle, is_listener
from caddylite.layer4.live.dialled import address_of, complaint
from caddylite.layer4.live.flow import Flow, Target
from caddylite.layer4.live.guard import inner_kind
from caddylite.layer4.live.health import HealthChecks
from caddylite.layer4.live.peers import Peer, Spot
from caddylite.layer4.live.scope import Scope
from caddylite.layer4.live.selection import make
from caddylite.layer4.live.together import Together
from caddylite.layer4.live.upstreams import Upstream
from caddylite.layer4.live.via import Hop, peer_of, via
from caddylite.layer4.matching import address_text
from caddylite.placeholders import replace_all
from caddylite.wire import proxy_header

#: Seconds for reaching an upstream. caddy-l4 waits as long as the system does (two minutes).
CONNECT_TIMEOUT: Final = 10.0
#: Told of a connection that is made.
Joined = Callable[[Flow, Any], None]
#: Seconds between attempts when only ``try_duration`` is given (Caddy's default).
_TRY_INTERVAL: Final = 0.25


class _Retry:
    """What is remembered of a connection whose first attempt failed."""

    __slots__ = ("spots", "started", "upstream", "why")

    def __init__(self, started: float) -> None:
        self.started, self.why = started, ""
        self.upstream: Upstream | None = None
        self.spots: list[Spot] = []


class Proxy(Live[ProxyConfig]):
    """Chooses an upstream, connects, and relays; tries others while ``try_duration`` lasts."""

    passes_on: ClassVar[bool] = False
    connect_timeout = CONNECT_TIMEOUT
    bind: Callable[[Any, Flow], None] | None = None
    wrap: Callable[[Any, Flow, Target], Any] | None = None
    joined: Joined | None = None

    def prepare(self, builder: Builder) -> None:
        """Parse addresses, compile the policy, start health checks."""
        ir, house = self.ir, self.house
        self.log = house.logger("layer4.handlers.proxy")
        self.version = _version(replace_all(ir.proxy_protocol, house.globals))
        if not ir.upstreams:
            raise ConfigError("no upstreams defined")
        checks = ir.health_checks
        passive = checks.passive if checks is not None else None
        self.fail_duration, max_fails, max_conns = 0.0, 0, 0
        if passive is not None:
            self.fail_duration = passive.fail_duration.seconds
            max_fails = passive.max_fails or int(self.fail_duration > 0)
            max_conns = passive.unhealthy_connection_count
        self.pool: list[Upstream] = []
        for i, upstream in enumerate(ir.upstreams):
            try:
                self.pool.append(Upstream(upstream, house, max_fails, max_conns))
            except ConfigError as e:
                raise e.wrap(f"upstream {i}: ") from None
        balancing = ir.load_balancing
        self.select = make(balancing.selection if balancing is not None else None, house.random)
        self.try_duration = balancing.try_duration.seconds if balancing is not None else 0.0
        interval = balancing.try_interval.seconds if balancing is not None else 0.0
        self.try_interval = interval if interval > 0 else _TRY_INTERVAL
        if checks is not None and checks.active is not None:
            health = HealthChecks(checks.active, self.pool, house)
            if health.open is not None:
                self.joined = lambda flow, _local: health.track(flow)
        if self.log.enabled(DEBUG):
            self.joined = self._joined_loudly(self.joined)
        self._mind_scope(builder)
        self.only = self._only_peer()
        self._ours: bool | None = None  # is ``only`` one of our own listeners?
        for i, one in enumerate(self.pool):
            try:
                one.via = via(self, one)
            except ConfigError as e:
                raise e.wrap(f"upstream {i}: ") from None

    def _joined_loudly(self, then: Joined | None) -> Joined:
        def joined(flow: Flow, local: Any) -> None:
            self._dialled(flow, flow.target)
            if then is not None:
                then(flow, local)

        return joined

    def _mind_scope(self, builder: Builder) -> None:
        """Find out which addresses a client can choose, and which lead straight back to us."""
        ir, scope = self.ir, builder.scope or Scope()
        self.server = builder.server
        self.unwrapped = scope.unwrapped or bool(self.version)
        for i, upstream in enumerate(self.pool):
            for peer in upstream.peers:
                if peer.template is not None and not ir.allow_private:
                    upstream.named_by[peer] = scope.open_names(peer.template)
                certain = scope.by_bytes and not self.unwrapped and upstream.ir.tls is None
                if certain and is_listener(peer, builder.listens):
                    raise ConfigError(
                        f"upstream {i}: {peer.dial} is the address this server listens on: "
                        "every connection would come back",
                        hint="name the port that the service itself listens on",
                    )

    def _only_peer(self) -> Target | None:
        """Return the peer of a pool in which nothing is to be chosen, looked up or counted."""
        checks = self.ir.health_checks
        first = self.pool[0]
        if len(self.pool) > 1 or checks is not None or first.max_connections:
            return None
        if first.ir.local_address or first.ir.tls is not None:
            return None
        peers = first.peers
        return cast(Target, peers[0]) if len(peers) == 1 and first.is_plain(peers[0]) else None

    def __call__(self, flow: Flow) -> None:
        """Forward a flow."""
        only = self.only
        if only is not None:
            if self._ours is None:
                self._ours = bool(self.house.ourselves.server_at(only.address))
            if self._ours:
                self._send(flow, only, self)
            else:
                flow.forward(only, self.preface(flow) if self.version else b"", self)
            return
        upstream = self.select(self.pool, flow.cx)
        if upstream is None:
            self._again(flow, "no upstreams available")
            return
        peers = upstream.peers
        if len(peers) > 1:
            Together(self, flow, upstream)
        elif upstream.is_plain(peers[0]):
            self._send(flow, cast(Target, peers[0]), upstream.via)
        else:
            self._find(flow, upstream)

    def preface(self, flow: Flow) -> bytes:
        """Return the PROXY header that goes first, if one does."""
        if not self.version:
            return b""
        cx = flow.cx
        return proxy_header.build(self.version, cx.remote, cx.local, datagram=cx.network == "udp")

    def _find(self, flow: Flow, upstream: Upstream) -> None:
        retry = self._retry(flow)
        retry.upstream = upstream
        peer = upstream.peers[0]

        def found(spots: list[Spot], why: str) -> None:
            if flow.owner is None and flow.why:
                return  # closed while the name was looked up
            if not spots:
                self.missed(flow, peer, why)
                return
            spots, why = self.vet(upstream, peer, spots)
            if not spots:
                self.refuse(flow, peer, why)
                return
            retry.spots = spots[1:]
            self._send(flow, spots[0], upstream.via)

        upstream.find(peer, flow, found)

    def vet(self, upstream: Upstream, peer: Peer, spots: list[Spot]) -> tuple[list[Spot], str]:
        """Keep the addresses to which a client may send us; else say why there is none."""
        if not upstream.named_by.get(peer):
            return spots, ""
        kept, why = [], ""
        for spot in spots:
            kind = inner_kind(spot.address)
            if not kind and self.house.ourselves.server_at(spot.address, spot.datagrams):
                kind = "listener of this program"
            if kind:
                why = why or f"{spot} is a {kind}, named by the client"
            else:
                kept.append(spot)
        return kept, why

    def refuse(self, flow: Flow, peer: Peer, why: str) -> None:
        """End a connection whose client must not be served; the upstream is not to blame."""
        self.house.refused_dials += 1
        flow.retry = None
        self.log.warn(
            "refused to dial",
            remote=address_text(flow.cx.remote),
            upstream=peer.dial,
            error=why,
            refused=self.house.refused_dials,
        )
        flow.close(why)

    def _send(self, flow: Flow, target: Target, forwarder: Any) -> None:
        """Forward, unless it goes in a circle."""
        server = self.house.ourselves.server_at(target.address, target.datagrams)
        if server and not target.datagrams:
            path = (*flow.cx.passed, self.server)
            why = circle(path, server, self._changes(forwarder))
            if why:
                self.refuse(flow, peer_of(target), why)
                return
            if self._changes(forwarder):
                path = (*path, "")
            forwarder = Hop(forwarder, self.house, path)
        flow.forward(target, self.preface(flow), forwarder)

    def directly_back(self, flow: Flow, target: Target) -> str:
        """Say why one of several targets must not be dialled: it is this server, or one before."""
        server = self.house.ourselves.server_at(target.address, target.datagrams)
        if not server or target.datagrams:
            return ""
        return circle((*flow.cx.passed, self.server), server, self._changes(self))

    def _changes(self, forwarder: Any) -> bool:
        """Does the upstream get other bytes than this server got?"""
        return self.unwrapped or forwarder.wrap is not None

    def _retry(self, flow: Flow) -> _Retry:
        if flow.retry is None:
            flow.retry = _Retry(self.house.monotonic())
        return cast(_Retry, flow.retry)

    def failed(self, flow: Flow, target: Target, why: str) -> None:
        """A target was not reached: the next address of the name, or the next attempt."""
        retry = self._retry(flow)
        why = complaint(target, why)
        self._dialled(flow, target, error=why)
        if retry.spots and retry.upstream is not None:
            self._send(flow, retry.spots.pop(0), retry.upstream.via)
            return
        self.missed(flow, peer_of(target), why)

    def _dialled(self, flow: Flow, target: Target | None, **more: str) -> None:
        if target is not None and self.log.enabled(DEBUG):
            remote = address_text(flow.cx.remote)
            self.log.debug("dial upstream", remote=remote, upstream=address_of(target), **more)

    def missed(self, flow: Flow, peer: Peer, why: str) -> None:
        """A peer could not be had."""
        self._count_failure(peer)
        self._again(flow, why)

    def _again(self, flow: Flow, why: str) -> None:
        """Try another time after the interval, or give up."""
        retry = self._retry(flow)
        if self.house.monotonic() - retry.started >= self.try_duration:
            flow.retry = None
            cx = flow.cx
            local, remote = address_text(cx.local), address_text(cx.remote)
            self.house.logger("layer4").error(
                "handling connection", network=cx.network, local=local, remote=remote, error=why
            )
            flow.close(why)
            return
        retry.why = why
        self.house.later(self.try_interval, self._resume, flow)

    def _resume(self, flow: Flow) -> None:
        if flow.retry is None or (flow.owner is None and flow.why):
            return
        self(flow)

    def _count_failure(self, peer: Peer) -> None:
        """Remember a failure for as long as the config says (passive health checks)."""
        if self.fail_duration <= 0:
            return
        peer.fails += 1

        def forget() -> None:
            peer.fails -= 1

        self.house.later(self.fail_duration, forget)


def _version(text: str) -> int:
    versions: dict[str, Any] = {"": 0, "v1": 1, "v2": 2}
    if text not in versions:
        raise ConfigError(f'proxy_protocol: "{text}" should be empty, or one of "v1" "v2"')
    return int(versions[text])
