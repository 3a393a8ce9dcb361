"""A connection that is being matched: bytes and the time go in, a decision comes out."""

from math import inf
from typing import Any, Final

from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import LIMIT, MATCHING_TIMEOUT, PENDING, SETTLE, Router

#: The matching timeout has run out (rule 5).
TIMEOUT: Final = -4
#: The peer has ended its side before any route could be taken.
ENDED: Final = -5

#: What the log says of a decision that closes the connection.
REASONS: Final = {
    TIMEOUT: "aborted matching according to timeout",
    ENDED: "the connection ended while it was being matched",
    -3: "matching buffer is full",
}


class Waiting:
    """The rules about time (2 and 5) over a :class:`Router`. It has no clock: ``now`` is given.

    ``wake_at`` is when :meth:`wake` should be called if nothing comes before; asking earlier,
    later or more often does no harm.
    """

    __slots__ = (
        "cx",
        "data",
        "datagrams",
        "deadline",
        "first",
        "memo",
        "quiet_at",
        "router",
        "settle",
    )

    def __init__(
        self,
        router: Router,
        cx: Connection,
        now: float,
        *,
        first: int = 0,
        timeout: float = MATCHING_TIMEOUT,
        settle: float = SETTLE,
        memo: dict[str, Any] | None = None,
    ) -> None:
        self.router, self.cx, self.first = router, cx, first
        self.data = b""
        self.datagrams: tuple[bytes, ...] = ()
        self.memo: dict[str, Any] = {} if memo is None else memo
        self.deadline = now + timeout
        self.settle = settle
        self.quiet_at = inf

    def feed(self, data: bytes, now: float) -> int:
        """Add bytes; return a decision of :meth:`Router.decide`."""
        self.data += data
        return self.look(self.data, now)

    def look(self, data: bytes, now: float, datagrams: tuple[bytes, ...] = ()) -> int:
        """Decide on all the bytes so far (of an association: in these datagrams)."""
        self.data, self.datagrams = data, datagrams
        decision = self.router.decide(self.cx, data, self.first, self.memo, datagrams)
        if decision == PENDING:
            self.quiet_at = now + self.settle if data else inf
        return decision

    @property
    def wake_at(self) -> float:
        """The next moment at which time alone may decide."""
        return min(self.quiet_at, self.deadline)

    def wake(self, now: float) -> int:
        """Let time decide: a route's index, PENDING or TIMEOUT."""
        if now >= self.quiet_at:
            self.quiet_at = inf
            decision = self._settle()
            if decision != PENDING:
                return decision
        return TIMEOUT if now >= self.deadline else PENDING

    def end(self) -> int:
        """No more bytes will come: nobody need wait for the pause of rule 2."""
        decision = self._settle()
        return ENDED if decision == PENDING else decision

    def _settle(self) -> int:
        return self.router.settle(self.cx, self.data, self.first, self.memo, self.datagrams)

    def undecided(self) -> list[int]:
        """Return the routes that were still pending."""
        data = self.data[:LIMIT]
        return self.router.undecided(self.cx, data, self.first, self.datagrams)
