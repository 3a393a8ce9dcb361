"""The HTTP router, as a pure machine: a request in, the handlers to run out, one after the other.

The rules are Caddy's (https://caddyserver.com/docs/json/apps/http/servers/routes): routes are
tried in order, each when its turn comes, so that what a handler changes counts for those after it;
of a group only the first route that matches is run; a terminal route is the last.

Where there are many routes, an index over the ``host`` matchers names the candidates, so that ten
thousand sites cost a request what ten do.
"""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

from caddylite.errors import ConfigError
from caddylite.http.handling import Handler
from caddylite.http.hosts import host_of, to_ascii
from caddylite.http.matchers.host import Host
from caddylite.http.matching import Test, any_of
from caddylite.http.request import Request
from caddylite.http.route import Route

H = TypeVar("H")

#: With fewer routes than this they are simply tried in order.
INDEX_FROM = 8
#: How many hosts the index remembers the candidates of; the names come from clients.
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Compiled(Generic[H]):
    """A route ready to run: its test (None: matches everything) and its handlers."""

    test: Test | None
    group: str
    handlers: tuple[H, ...]
    terminal: bool
    hosts: frozenset[str] | None  # None: any host may match


class Routes(Generic[H]):
    """A list of routes, compiled."""

    def __init__(self, routes: Sequence[Compiled[H]]) -> None:
        self.routes = tuple(routes)
        self._index = HostIndex([r.hosts for r in routes]) if len(routes) >= INDEX_FROM else None

    def __bool__(self) -> bool:
        return bool(self.routes)

    def walk(self, request: Request, groups: set[str]) -> Generator[H, None, bool]:
        """Yield the handlers to run; return whether a terminal route was the end.

        ``groups`` are those a route was already taken from, over the whole request. MatchError of
        a matcher comes out of here.
        """
        if self._index is not None:
            return (yield from self._walk_candidates(self._index, request, groups))
        for route in self.routes:
            if self._taken(route, request, groups):
                yield from route.handlers
                if route.terminal:
                    return True
        return False

    def _walk_candidates(
        self, index: "HostIndex", request: Request, groups: set[str]
    ) -> Generator[H, None, bool]:
        host = request.host
        candidates = index.candidates(host)
        at = 0
        while at < len(candidates):
            number = candidates[at]
            at += 1
            route = self.routes[number]
            if not self._taken(route, request, groups):
                continue
            yield from route.handlers
            if route.terminal:
                return True
            if request.host != host:  # a handler has changed it
                host = request.host
                candidates = index.candidates(host)
                at = bisect_right(candidates, number)
        return False

    @staticmethod
    def _taken(route: Compiled[H], request: Request, groups: set[str]) -> bool:
        if route.test is not None and not route.test(request):
            return False
        if route.group:
            if route.group in groups:
                return False
            groups.add(route.group)
        return True


class HostIndex:
    """Which routes a host can match, by number and in order."""

    def __init__(self, hosts: Sequence[frozenset[str] | None]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._wild: dict[str, list[int]] = {}
        self._any: list[int] = []
        self._known: dict[str, list[int]] = {}
        for number, names in enumerate(hosts):
            if names is None:
                self._any.append(number)
                continue
            for name in names:
                table = self._wild if name.startswith("*.") else self._exact
                table.setdefault(name.removeprefix("*."), []).append(number)

    def candidates(self, host: str) -> list[int]:
        """Return the numbers of the routes that may match a Host field."""
        known = self._known.get(host)
        if known is None:
            name = host_of(host).lower()
            parent = name.partition(".")[2]
            found = {*self._any, *self._exact.get(name, ()), *self._wild.get(parent, ())}
            known = sorted(found)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[host] = known
        return known


class RouteWords(NamedTuple):
    """What a complaint about a route begins with: one about a matcher, and about a handler."""

    matchers: str
    handlers: str

    @classmethod
    def same(cls, words: str) -> Self:
        """Begin both alike."""
        return cls(words, words)


#: Where it is said elsewhere what the routes are for.
NO_WORDS: Final = RouteWords.same("")


def compile_routes(
    routes: Iterable[Route],
    make: Callable[[Handler], H],
    cx: Any = None,
    words: RouteWords = NO_WORDS,
) -> Routes[H]:
    """Compile a list of routes; ``make`` turns a handler's IR into what is to be run."""
    return Routes([_compile(i, r, make, cx, words) for i, r in enumerate(routes)])


def _compile(
    number: int, route: Route, make: Callable[[Handler], H], cx: Any, words: RouteWords
) -> Compiled[H]:
    try:
        test = any_of(route.match, cx) if route.match else None
    except ConfigError as e:
        raise e.wrap(f"{words.matchers}route {number}: loading matcher modules: ") from None
    handlers = []
    for position, handler in enumerate(route.handle):
        try:
            handlers.append(make(handler))
        except ConfigError as e:
            where = f"{words.handlers}route {number}: loading handler modules: position {position}"
            what = f"loading module '{handler.name}': provision {handler.id}"
            raise e.wrap(f"{where}: {what}: ") from None
    return Compiled(test, route.group, tuple(handlers), route.terminal, _hosts(route))


def _hosts(route: Route) -> frozenset[str] | None:
    """Return the only host names that a route can match, None if there is no telling."""
    names: set[str] = set()
    for matchers in route.match:
        matcher = matchers.get("host")
        if not isinstance(matcher, Host):
            return None
        for name in matcher.names or ():
            plain = to_ascii(name).lower()
            if "{" in plain or "*" in plain.removeprefix("*."):
                return None
            names.add(plain)
    return frozenset(names) if route.match else None
