"""Who decides which route a connection takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from caddylite.layer4.config import Route
from caddylite.layer4.routing import FALLBACK, MATCHING_TIMEOUT, OVERFULL, PENDING, SETTLE
from caddylite.layer4.waiting import REASONS, Waiting
from caddylite.testing.stream import Quiet
from caddylite.testing.trace import Step

if TYPE_CHECKING:
    from caddylite.testing.lab import Lab
    from caddylite.testing.walk import Walk


#: So many undecided routes are named.
_NAMED: Final = 8


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
                why = REASONS[taken] + undecided(step)
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
        why = f"needs more bytes{undecided(step)}; closed after {deadline:g} s"
        walk.pending_at(where, why)
        raise Quiet


def undecided(step: Step) -> str:
    """Name the routes of a step that want more bytes; nothing if there are none."""
    numbers = step.look.undecided() if step.look is not None else []
    if len(numbers) < 2:
        return f": route {numbers[0]} is undecided" if numbers else ""
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f": routes {', '.join(map(str, numbers[:_NAMED]))}{more} are undecided"
