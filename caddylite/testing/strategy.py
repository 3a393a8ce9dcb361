"""Who decides which route a connection takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from caddylite.layer4.config import Route
from caddylite.layer4.routing import FALLBACK, MATCHING_TIMEOUT, OVERFULL, PENDING, SETTLE
from caddylite.layer4.waiting import REASONS, Waiting
from caddylite.testing.stream import Quiet

if TYPE_CHECKING:
    from caddylite.testing.lab import Lab
    from caddylite.testing.walk import Walk


class Strategy(Protocol):
    """Goes through a route list."""

    #: Whether handlers are those of caddy-l4 too.
    as_caddy_l4: bool

    def routes(self, walk: "Walk", routes: Sequence[Route], where: str, timeout: float) -> bool:
        """Choose routes and run their handlers; True if something kept the connection."""
        ...


class Ours:
    """The router of caddylite, with its rules about time, on the walk's clock."""

    as_caddy_l4 = False

    def __init__(self, lab: "Lab") -> None:
        self.lab = lab

    def routes(self, walk: "Walk", routes: Sequence[Route], where: str, timeout: float) -> bool:
        """Choose routes as the runtime does."""
        router = self.lab.router(routes)
        first = 0
        while True:
            taken = self._decide(walk, routes, where, first, timeout)
            step = walk.routes_step(routes, router, where, first, taken if taken >= 0 else None)
            if taken == FALLBACK:
                return False
            if taken < 0:
                undecided = [r.index for r in step.routes if r.status in ("pending", "committed")]
                which = ", ".join(map(str, undecided))
                why = REASONS[taken] + (f": route {which} is undecided" if which else "")
                return walk.end("pending" if taken == OVERFULL else "closed", where, why)
            if walk.handlers(routes[taken], f"{where}/{taken}"):
                return True
            first = taken + 1

    def _decide(
        self, walk: "Walk", routes: Sequence[Route], where: str, first: int, timeout: float
    ) -> int:
        router = self.lab.router(routes)
        stream, clock = walk.stream, walk.clock
        grams = walk.cx.is_datagram
        stream.catch_up(datagrams=grams)
        decision: int = router.decide(walk.cx, stream.data, first, stream.memo, stream.datagrams)
        if decision != PENDING:
            return decision
        waiting = Waiting(
            router, walk.cx, clock.now, first=first, timeout=timeout or MATCHING_TIMEOUT,
            memo=stream.memo,
        )  # fmt: skip
        if stream.data:
            waiting.data, waiting.datagrams = stream.data, stream.datagrams
            waiting.quiet_at = clock.now + SETTLE
        while decision == PENDING:
            coming = stream.next_at
            if coming <= waiting.wake_at:
                stream.arrive(datagrams=grams)
                decision = waiting.look(stream.data, clock.now, stream.datagrams)
                continue
            if waiting.wake_at > stream.horizon:
                self._not_decided(walk, routes, where, first, waiting.deadline)
            clock.now = waiting.wake_at
            decision = waiting.wake(clock.now)
        return decision

    def _not_decided(
        self, walk: "Walk", routes: Sequence[Route], where: str, first: int, deadline: float
    ) -> None:
        step = walk.routes_step(routes, self.lab.router(routes), where, first)
        undecided = [r.index for r in step.routes if r.status in ("pending", "committed")]
        which = ", ".join(map(str, undecided))
        why = f"needs more bytes: route {which} is undecided; closed after {deadline:g} s"
        walk.pending_at(where, why)
        raise Quiet
