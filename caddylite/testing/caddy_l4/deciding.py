"""How caddy-l4 goes through a route list: it reads in steps, and remembers one place only.

It keeps the last route taken and one mark, not the state of each route:

* the first route that wants more bytes ends the first round, and a read follows; afterwards a
  route that wants more is passed over in favour of those behind it;
* the mark moves behind each route that is refuted. Once it is behind the last one nothing is read
  any more, even if an earlier route still waits: the connection falls through;
* a route without matchers counts only where nothing before it waits;
* a matcher's error closes the connection.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from caddylite.errors import ConfigError
from caddylite.layer4.config import Route
from caddylite.layer4.routing import MATCHING_TIMEOUT
from caddylite.testing.caddy_l4.readers import Broken, Need
from caddylite.testing.caddy_l4.reading import Ask, Order, prepare
from caddylite.testing.stream import Quiet

if TYPE_CHECKING:
    from caddylite.testing.lab import Lab
    from caddylite.testing.walk import Walk

#: Bytes read at once, and how many are kept before matching is given up.
CHUNK: Final = 2048
FULL: Final = 16 * 1024
TIMED_OUT: Final = "aborted matching according to timeout"


class _Closed(Exception):
    """The connection is closed while it is matched."""


class CaddyL4:
    """The strategy of caddy-l4 at 42db569; ``order`` is that of the matchers in a set."""

    as_caddy_l4 = True

    def __init__(self, lab: "Lab", order: Order = list) -> None:
        self.lab, self.order = lab, order
        self._known: dict[int, tuple[Sequence[Route], list[Ask]]] = {}

    def _asks(self, routes: Sequence[Route]) -> list[Ask]:
        known = self._known.get(id(routes))
        if known is None:
            known = self._known[id(routes)] = routes, _prepared(routes, self.order)
        return known[1]

    def routes(self, walk: "Walk", routes: Sequence[Route], where: str, timeout: float) -> bool:
        """Choose routes as caddy-l4 does."""
        run = _Run(walk, self._asks(routes), where, timeout or MATCHING_TIMEOUT)
        try:
            taken = run.next()
            while taken is not None:
                self._step(walk, routes, where, taken)
                if walk.handlers(routes[taken], f"{where}/{taken}"):
                    return True
                taken = run.next()
        except _Closed as e:
            self._step(walk, routes, where, None)
            return walk.end("closed", where, str(e))
        except Quiet:
            self._step(walk, routes, where, None)
            raise
        self._step(walk, routes, where, None)
        return False

    def _step(self, walk: "Walk", routes: Sequence[Route], where: str, taken: int | None) -> None:
        """Report what our router thinks of the routes, and which one caddy-l4 takes."""
        walk.routes_step(routes, self.lab.router(routes), where, 0, taken)


def _prepared(routes: Sequence[Route], order: Order) -> list[Ask]:
    try:
        return [prepare(route, order) for route in routes]
    except ConfigError:
        from caddylite.testing.unready import usable

        return [prepare(route, order) for route in usable(routes)]


class _Run:
    """One connection in one route list: :meth:`next` gives the routes taken, one by one."""

    def __init__(self, walk: "Walk", asks: list[Ask], where: str, timeout: float) -> None:
        self.walk, self.asks, self.where = walk, asks, where
        self.deadline = walk.clock.now + timeout
        self.taken = self.mark = self.at = -1
        self.refuted: set[int] = set()

    def next(self) -> int | None:
        """Return the next route taken; None once the connection falls through."""
        count = len(self.asks)
        while True:
            while self.at + 1 < count:
                self.at += 1
                verdict = self._look(self.at)
                if verdict is not None:
                    if verdict:
                        return self.at
                    break
            if self.taken == count - 1 or not 0 <= self.mark < count:
                return None
            self.at = -1
            self._read()

    def _look(self, i: int) -> bool | None:
        """Ask one route. True: taken; False: the round ends here; None: go on with the next."""
        if i <= self.taken or (i in self.refuted and i < self.mark):
            return None
        ask = self.asks[i]
        try:
            matched = ask.matches(self.walk)
        except Need:
            self.refuted.discard(i)
            first, self.mark = self.mark == -1, i
            return False if first else None
        except Broken as e:
            raise _Closed(f"route {i}: {e}") from None
        if not matched:
            self.mark = max(self.mark, i + 1)
            self.refuted.add(i)
            return None
        if not ask.sets and 0 <= self.mark < i:
            return None
        self.taken, self.mark = i, i + 1
        return True

    def _read(self) -> None:
        """Read once, until the deadline."""
        walk = self.walk
        stream, clock = walk.stream, walk.clock
        if len(stream.data) >= FULL:
            raise _Closed("matching buffer is full")
        coming = max(stream.next_at, clock.now)
        if coming > self.deadline and self.deadline <= stream.horizon:
            clock.now = self.deadline
            raise _Closed(TIMED_OUT)
        if coming > stream.horizon:
            why = f"caddy-l4 waits for more bytes; closed after {self.deadline:g} s"
            walk.pending_at(self.where, why)
            raise Quiet
        stream.pull(CHUNK, datagrams=walk.cx.is_datagram)
