"""What is noted while cases run: events, as words that can be counted, joined and sent."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from caddylite.layer4.config import Route
from caddylite.layer4.matching import NeedMore, Peek
from caddylite.layer4.routing import LIMIT

if TYPE_CHECKING:
    from caddylite.testing.walk import Walk


class Observer(Protocol):
    """Is told what happens on a client's way (``Lab.observer``); whole ways only, not cuts."""

    def decided(
        self, walk: "Walk", routes: Sequence[Route], where: str, first: int, taken: int | None
    ) -> None:
        """Routes from ``first`` on were asked, and ``taken`` was taken (None: nothing yet)."""

    def fell_through(self, where: str) -> None:
        """No route of a list wanted it."""

    def handler(self, place: str) -> None:
        """A handler was reached (``server/route.position:name``)."""

    def ended(self, outcome: str, place: str) -> None:
        """This is where it ends."""


class Collector:
    """Counts what is reached. ``seen`` may be added up over processes.

    The words are ``route PLACE``, ``set PLACE NUMBER``, ``matcher PLACE NUMBER NAME yes|no``,
    ``handler PLACE``, ``fallback PLACE`` and ``site PLACE``.
    """

    def __init__(self, seen: Counter[str] | None = None) -> None:
        self.seen: Counter[str] = Counter() if seen is None else seen

    def decided(
        self, walk: "Walk", routes: Sequence[Route], where: str, first: int, taken: int | None
    ) -> None:
        """Ask each matcher of the routes up to the one taken what it says."""
        last = len(routes) - 1 if taken is None else taken
        compiled = walk.lab.router(routes).routes
        stream = walk.stream
        peek = Peek(stream.data[:LIMIT], walk.cx, stream.datagrams)
        for route in compiled[first : last + 1]:
            place = f"{where}/{route.index}"
            for number, tests in enumerate(route.sets):
                answers = [self._ask(test, peek, f"{place} {number} {n}") for n, test in tests]
                if route.index == taken and all(answers):
                    self.seen[f"set {place} {number}"] += 1
        if taken is not None:
            self.seen[f"route {where}/{taken}"] += 1

    def _ask(self, test: object, peek: Peek, name: str) -> bool:
        peek.at = 0
        try:
            answer = bool(test(peek))  # type: ignore[operator]
        except NeedMore:
            return False
        self.seen[f"matcher {name} {'yes' if answer else 'no'}"] += 1
        return answer

    def fell_through(self, where: str) -> None:
        """Note a fallback."""
        self.seen[f"fallback {where}"] += 1

    def handler(self, place: str) -> None:
        """Note a handler."""
        self.seen[f"handler {place}"] += 1

    def ended(self, outcome: str, place: str) -> None:
        """Note the site that answers."""
        if outcome == "http":
            server, _, rest = place.partition("/")
            self.seen[f"site {server}/{rest.partition('/')[0]}"] += 1
