"""A route list as it was asked once; what each route said is worked out when somebody reads it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection, Match, NeedMore, Peek
from caddylite.layer4.routing import PENDING, Router, RouteReport


@dataclass
class Look:
    """What there was to see when the routes from ``first`` on were asked.

    ``data`` are the bytes of the client's ``flight`` behind the first ``offset`` ones, which had
    been consumed; ``place`` says where a part of the config stands.
    """

    router: Router
    routes: Sequence[Route]
    first: int
    cx: Connection
    data: bytes
    datagrams: tuple[bytes, ...]
    place: Callable[[Any], str]
    flight: int = 0
    offset: int = 0

    def __post_init__(self) -> None:
        self.cx = self._connection()  # the connection goes on and changes

    def _connection(self) -> Connection:
        cx = self.cx
        return replace(cx, vars=dict(cx.vars), placeholders=dict(cx.placeholders))

    @cached_property
    def reports(self) -> list[RouteReport]:
        """What each route makes of the bytes."""
        return self.router.report(self._connection(), self.data, self.first, self.datagrams)

    @property
    def numbers(self) -> range:
        """The numbers of the routes that were asked."""
        return range(self.first, len(self.routes))

    def line(self, index: int) -> str:
        """Return where a route is written."""
        return self.place(self.routes[index])

    def undecided(self) -> list[int]:
        """Return the routes that need more bytes."""
        return self.router.undecided(self._connection(), self.data, self.first, self.datagrams)

    def alternatives(self, index: int) -> list[int]:
        """Return which of a route's sets of matchers match."""
        peek = Peek(self.data, self._connection(), self.datagrams)
        sets = self.router.routes[index].sets
        return [n for n, tests in enumerate(sets) if all(_says_yes(t, peek) for _, t in tests)]

    def turns(self) -> Iterator[int]:
        """Yield after how many bytes of the flight a pause would let another route go first."""
        if self.datagrams or self.router.waits_for_hellos:
            return
        cx, before = self._connection(), PENDING
        memo: dict[str, Any] = {}
        for size in range(1, len(self.data)):
            found = self.router.settle(cx, self.data[:size], self.first, memo)
            if found != before:
                before = found
                yield self.offset + size


def _says_yes(test: Match, peek: Peek) -> bool:
    peek.at = 0
    try:
        return test(peek)
    except NeedMore:
        return False
