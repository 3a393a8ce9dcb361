"""Routes at work: asks the router about a flow and runs the handlers of the route taken."""

from collections.abc import Callable
from math import inf
from socket import AF_INET6, inet_pton
from typing import Any, Final

from twisted.logger import Logger

from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.timeouts import Timeouts
from caddylite.layer4.routing import FALLBACK, PENDING, SETTLE, Router
from caddylite.layer4.waiting import REASONS, TIMEOUT, Waiting

_failures = Logger()

#: What is done with a flow: a handler with everything behind it, or the next in a chain.
Next = Callable[[Flow], None]


#: How many connections may wait for a route, of all clients and of one address.
MATCHING: Final = 20_000
MATCHING_PER_HOST: Final = 10_000


class Limits:
    """How many connections may be in matching at once, over all the selectors of a house.

    Addresses count as one up to the 64th bit of IPv6 (a client has all of those); Unix sockets
    only in all.
    """

    __slots__ = ("hosts", "max", "max_per_host", "refused", "waiting")

    def __init__(self, maximum: int = MATCHING, per_host: int = MATCHING_PER_HOST) -> None:
        self.max, self.max_per_host = maximum, per_host
        self.waiting = self.refused = 0
        self.hosts: dict[str, int] = {}

    def take(self, host: str) -> bool:
        """Count one in; False where there are too many."""
        count = self.hosts.get(host, 0)
        if self.waiting >= self.max or (host and count >= self.max_per_host):
            self.refused += 1
            return False
        self.waiting += 1
        if host:
            self.hosts[host] = count + 1
        return True

    def give_back(self, host: str) -> None:
        """Count one out."""
        self.waiting -= 1
        if host:
            left = self.hosts[host] - 1
            if left:
                self.hosts[host] = left
            else:
                del self.hosts[host]


def counted_as(remote: tuple[str, int] | str) -> str:
    """Return under which name a client is counted; none for a Unix socket."""
    if isinstance(remote, str):
        return ""
    host = remote[0]
    if ":" not in host:
        return host
    try:
        return inet_pton(AF_INET6, host.partition("%")[0])[:8].hex()
    except OSError:
        return host


class Selector:
    """A route list with its handlers. Calling it with a flow routes the flow.

    ``fallback`` gets a flow that no route wants, ``labels`` name the routes in the log.
    """

    def __init__(
        self,
        router: Router,
        fallback: Next,
        house: Any,
        *,
        timeout: float,
        label: str = "",
        limits: Limits | None = None,
    ) -> None:
        self.router, self.fallback = router, fallback
        self.timeout = timeout
        self.labels = [f"{label}{i}" for i in range(len(router))]
        self.chains: list[Next] = []
        self.log = house.logger("layer4")
        self.monotonic: Callable[[], float] = house.monotonic
        self.limits = limits or Limits()
        self.deadlines = Timeouts(timeout, house.later, house.monotonic)
        self.settling = Timeouts(SETTLE, house.later, house.monotonic, slack=0.002)

    def __call__(self, flow: Flow, first: int = 0) -> None:
        """Route a flow, by the routes from ``first`` on (rule 3)."""
        decision = self.router.decide(flow.cx, flow.data, first, flow.memo, flow.datagrams)
        if decision >= 0:
            flow.route = self.labels[decision]
            self.chains[decision](flow)
        elif decision == FALLBACK:
            self.fallback(flow)
        elif decision == PENDING:
            host = counted_as(flow.cx.remote)
            if self.limits.take(host):
                _Pending(self, flow, first, host)
            else:
                flow.close("too many connections are being matched")
        else:
            self.give_up(flow, decision, first)

    def give_up(self, flow: Flow, decision: int, first: int) -> None:
        """Close a flow that could not be routed (rule 5)."""
        why = REASONS[decision]
        undecided = self.router.undecided(flow.cx, flow.data, first, flow.datagrams)
        level = self.log.warn if decision == TIMEOUT else self.log.debug
        level(
            "matching connection",
            remote=_text(flow.cx.remote),
            error=why,
            pending_routes=[self.labels[i] for i in undecided],
            bytes=len(flow.data),
        )
        flow.close(why)


class _Pending:
    """A flow that waits for more bytes, or for time to pass."""

    __slots__ = ("deadline", "flow", "host", "pause", "selector", "waiting")

    def __init__(self, selector: Selector, flow: Flow, first: int, host: str) -> None:
        self.selector, self.flow, self.host = selector, flow, host
        now = selector.monotonic()
        self.waiting = Waiting(
            selector.router, flow.cx, now, first=first, timeout=selector.timeout, memo=flow.memo
        )
        self.deadline = selector.deadlines.add(self.woken)
        self.pause: list[Any] | None = None
        if flow.data:
            self.waiting.data, self.waiting.datagrams = flow.data, flow.datagrams
            self.waiting.quiet_at = now + SETTLE
            self.pause = selector.settling.add(self.woken)
        if flow.ended:
            self.ended()
        else:
            flow.watch(self)

    def more(self) -> None:
        """Look at the bytes there are now."""
        selector, flow = self.selector, self.flow
        decision = self.waiting.look(flow.data, selector.monotonic(), flow.datagrams)
        if self.pause is not None:
            self.pause[1] = None
        if decision == PENDING:
            self.pause = selector.settling.add(self.woken)
        else:
            self._decided(decision)

    def ended(self) -> None:
        """No more bytes will come."""
        self._decided(self.waiting.end())

    def lost(self) -> None:
        """The connection is gone."""
        self._stop()

    def woken(self) -> None:
        """Time has passed."""
        decision = self.waiting.wake(self.selector.monotonic())
        if decision != PENDING:
            self._decided(decision)
        elif self.waiting.quiet_at < inf and self.pause is not None:
            self.pause[1] = None
            self.pause = self.selector.settling.add(self.woken)

    def _stop(self) -> None:
        self.deadline[1] = None
        if self.pause is not None:
            self.pause[1] = None
        self.selector.limits.give_back(self.host)

    def _decided(self, decision: int) -> None:
        self._stop()
        self.flow.unwatch()
        try:
            self._go(decision)
        except Exception:
            # Called from timers and transports alike: one connection ends, nothing else does.
            _failures.failure("a layer4 handler failed")
            self.flow.abort("internal error")

    def _go(self, decision: int) -> None:
        flow, selector = self.flow, self.selector
        if decision >= 0:
            flow.route = selector.labels[decision]
            selector.chains[decision](flow)
        elif decision == FALLBACK:
            selector.fallback(flow)
        else:
            selector.give_up(flow, decision, self.waiting.first)


def _text(address: tuple[str, int] | str) -> str:
    from caddylite.layer4.matching import address_text

    return address_text(address)
