"""The router: bytes in, decision out. It has no sockets, no timers and no state between calls.

For each connection routes are tried in order; each is *matched*, *refuted* or *pending* (it needs
more bytes). A pending route is *committed* once the bytes so far name its protocol and only a
detail is missing. The six rules (:mod:`caddylite.layer4.waiting` applies those about time):

1. The first matched route that has only refuted routes before it is taken. A route without
   matchers counts as matched only then.
2. A matched route behind a pending one waits. It is taken all the same when bytes have come, no
   route before it is committed and no byte has come for ``SETTLE`` seconds. A route without
   matchers is never taken this way.
   Nor is one that stands behind a route without matchers, which would go first.
3. A taken route whose handlers all pass on continues with the routes after it.
4. When every route is refuted, the fallback runs.
5. The matching timeout, or ``LIMIT`` bytes, ends it.
6. The decision never depends on how the bytes were cut into segments. (Matchers only go from
   pending to matched or refuted as bytes are added; what lies behind ``LIMIT`` is not seen; a
   matcher sees only those placeholders that matchers before it have set.)
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection, Match, NeedMore, Peek
from caddylite.layer4.peeked import client_hello, note_hello
from caddylite.layer4.route_index import Candidate, RouteIndex
from caddylite.layer4.sets import in_order, reads_names

#: A decision is the index of the route taken, or one of these.
FALLBACK: Final = -1
PENDING: Final = -2
#: LIMIT bytes have settled nothing.
OVERFULL: Final = -3

#: Seconds without a byte after which a route behind undecided ones is taken (rule 2).
SETTLE: Final = 0.1
#: Bytes that matchers may look at. caddy-l4 reads on while it has fewer than 16 KiB, in steps of
#: 2 KiB; a whole ClientHello of 16 KiB fits with its headers.
LIMIT: Final = 18 * 1024
#: Seconds for matching when the config does not say.
MATCHING_TIMEOUT: Final = 3.0

REFUTED, MATCHED, WAITING, COMMITTED = 0, 1, 2, 3
STATUS_NAMES: Final = ("refuted", "matched", "pending", "committed")


@dataclass(frozen=True, slots=True)
class RouteReport:
    """What became of one route, for ``explain``, the log and tests.

    ``status`` is one of STATUS_NAMES; ``why`` says in a few words what refuted it or is missing;
    ``after`` is the number of bytes after which the status was certain.
    """

    index: int
    status: str
    why: str
    after: int


class CompiledRoute:
    """A route's matchers, ready to be asked. No sets: it has no matchers."""

    __slots__ = ("index", "sets")

    def __init__(self, index: int, sets: Sequence[Sequence[tuple[str, Match]]]) -> None:
        self.index = index
        self.sets = tuple(tuple(s) for s in sets)

    def status(self, p: Peek) -> int:
        """Return REFUTED, MATCHED, WAITING or COMMITTED."""
        best = REFUTED if self.sets else MATCHED
        for tests in self.sets:
            found = MATCHED
            for _, test in tests:
                p.at = 0
                try:
                    if not test(p):
                        found = REFUTED
                        break
                except NeedMore as more:
                    found = max(found, COMMITTED if more.committed else WAITING)
            if found == MATCHED:
                return MATCHED
            if found > best:
                best = found
        return best

    def why(self, p: Peek) -> str:
        """Say in words what stands against this route, set by set."""
        said = []
        for tests in self.sets:
            for name, test in tests:
                p.at, p.why = 0, ""
                try:
                    if not test(p):
                        said.append(f"{name}: {p.why or 'no match'}")
                        break
                except NeedMore as more:
                    said.append(f"{name}: needs more bytes" + (", committed" * more.committed))
        return "; ".join(said)


class Router:
    """Routes, compiled once. ``decide`` and ``settle`` are pure functions of what they are given.

    ``context`` is the running house (or None where there is none: ``explain``, tests), for
    :meth:`Matcher.prepare`; a ConfigError says what cannot be prepared.
    """

    def __init__(
        self, routes: Sequence[Route], context: Any = None, *, index: bool = True
    ) -> None:
        self.routes = tuple(
            CompiledRoute(i, _prepare_sets(i, route, context)) for i, route in enumerate(routes)
        )
        self._count = len(self.routes)
        # A matcher that reads what others have set wants every route before it to be asked.
        self._reads = any(reads_names(s) for route in routes for s in route.match)
        index = index and not self._reads
        self._index = RouteIndex(routes, self.routes, context) if index else None
        self._hello_from = self._count if self._index is None else self._index.hello_from

    def __len__(self) -> int:
        return self._count

    def decide(
        self,
        cx: Connection,
        data: bytes,
        first: int = 0,
        memo: dict[str, Any] | None = None,
        datagrams: tuple[bytes, ...] = (),
    ) -> int:
        """Apply the rules 1, 4 and 5 to the bytes so far, from route ``first`` on.

        Return the index of the route taken, FALLBACK, PENDING or OVERFULL. ``memo`` may be kept
        between calls while bytes are only added. Of an association ``datagrams`` are the whole
        datagrams so far, and ``data`` is their sum.
        """
        full = len(data) >= LIMIT
        p = Peek(data[:LIMIT] if full else data, cx, datagrams, memo)
        names = dict(cx.placeholders) if self._reads else None
        for route, matches in self._candidates(p):
            if route.index < first:
                continue
            status = MATCHED if matches else route.status(p)
            if status == MATCHED:
                return self._taken(route.index, p)
            if status != REFUTED:
                if names is not None:
                    cx.placeholders = names
                return OVERFULL if full else PENDING
        return self._taken(FALLBACK, p)

    def _taken(self, index: int, p: Peek) -> int:
        """Name what the routes before it would have named that the index leaves out."""
        if self._hello_from < self._count and (index >= self._hello_from or index == FALLBACK):
            note_hello(p)
        return index

    def settle(
        self,
        cx: Connection,
        data: bytes,
        first: int = 0,
        memo: dict[str, Any] | None = None,
        datagrams: tuple[bytes, ...] = (),
    ) -> int:
        """Apply rule 2, after a pause: the matched route that need not wait, or PENDING."""
        if not data:
            return PENDING
        p = Peek(data[:LIMIT], cx, datagrams, memo)
        if self.waits_for_hellos and _is_beginning_of_hello(p):
            return PENDING
        names = dict(cx.placeholders)
        for route, matches in self._candidates(p):
            if route.index < first:
                continue
            status = MATCHED if matches else route.status(p)
            if status == MATCHED and route.sets:
                return self._taken(route.index, p)
            if status in (MATCHED, COMMITTED):
                break
        cx.placeholders = names  # routes behind may have set some that an earlier one must not see
        return PENDING

    def _candidates(self, p: Peek) -> Iterable[Candidate]:
        if self._index is not None:
            return self._index.candidates(p)
        return [(route, False) for route in self.routes]

    def report(
        self, cx: Connection, data: bytes, first: int = 0, datagrams: tuple[bytes, ...] = ()
    ) -> list[RouteReport]:
        """Say what each route makes of these bytes; costly, for people to read."""
        data = data[:LIMIT]
        whole = Peek(data, cx, datagrams)
        beginnings = _Beginnings(data, cx)
        return [self._report(r, whole, beginnings) for r in self.routes[first:]]

    def _report(self, route: CompiledRoute, p: Peek, beginnings: "_Beginnings") -> RouteReport:
        status = route.status(p)
        after = len(p.data)
        if status in (REFUTED, MATCHED) and not p.datagrams:
            after = bisect_left(
                range(after), True, key=lambda size: route.status(beginnings[size]) < WAITING
            )
        why = route.why(p) if status != MATCHED else ""
        return RouteReport(route.index, STATUS_NAMES[status], why, after)

    @cached_property
    def waits_for_hellos(self) -> bool:
        """Does every route with matchers wait for a ClientHello? Then rule 2 has no say."""
        index = self._index
        return index is not None and all(
            index.waits_for_tls(r.index) for r in self.routes if r.sets
        )

    def undecided(
        self,
        cx: Connection,
        data: bytes,
        first: int = 0,
        datagrams: tuple[bytes, ...] = (),
    ) -> list[int]:
        """Return the routes still pending, for the log when the time is up."""
        p = Peek(data[:LIMIT], cx, datagrams)
        return [r.index for r in self.routes[first:] if r.status(p) >= WAITING]


def _is_beginning_of_hello(p: Peek) -> bool:
    try:
        client_hello(p)
    except NeedMore:
        return True
    return False


class _Beginnings(dict[int, Peek]):
    """A peek at so many of the first bytes, the same one for all the routes."""

    def __init__(self, data: bytes, cx: Connection) -> None:
        super().__init__()
        self.data, self.cx = data, cx

    def __missing__(self, size: int) -> Peek:
        found = self[size] = Peek(self.data[:size], self.cx)
        return found


def _prepare_sets(position: int, route: Route, context: Any) -> list[list[tuple[str, Match]]]:
    """Prepare a route's sets of matchers; a complaint says which route it is about."""
    try:
        return [in_order(s, context) for s in route.match]
    except ConfigError as e:
        raise e.wrap(f"route {position}: loading matcher modules: ") from None
