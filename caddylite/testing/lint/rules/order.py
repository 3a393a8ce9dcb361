"""Routes that are never reached, and those that take what was not meant for them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from caddylite.layer4.config import Route
from caddylite.testing.lint.covering import only_names, route_covers
from caddylite.testing.lint.finding import INFO, WARNING, Remark
from caddylite.testing.lint.names import names_asked
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import ENDS, Routes, View

#: Handlers that pass every connection on.
_GO_ON: Final = {
    "tls", "proxy_protocol", "postgres_tls", "subroute", "tee", "throttle", "vars",
}  # fmt: skip


def keeps(route: Route) -> bool:
    """Does the route keep every connection that it is given?"""
    return any(handler.name in ENDS for handler in route.handle)


@rule("L4010", WARNING, "route shadowed by an earlier one")
def shadowed(view: View) -> Iterator[Remark]:
    """Look for routes whose connections an earlier route always takes."""
    for routes in view.lists:
        for number, earlier in shadows(routes):
            where = view.at(routes.routes[earlier])
            line = f" (line {where.line})" if where else ""
            yield Remark(
                routes.routes[number],
                f"route {number} never runs: route {earlier}{line} matches "
                "everything that it matches and keeps the connection",
                "put the narrower route first, or remove it",
            )


def shadows(routes: Routes) -> Iterator[tuple[int, int]]:
    """Yield (route, earlier route that takes all of it).

    Routes that ask for nothing but fixed names can only cover those that ask for one of them, so
    these are looked up: lists of thousands of names are common.
    """
    broad: list[int] = []
    by_name: dict[str, list[int]] = {}
    for number, route in enumerate(routes.routes):
        if not keeps(route) and any(h.name in ("tls", "proxy_protocol") for h in route.handle):
            broad, by_name = [], {}  # what comes after sees another stream
            continue
        near = {n for name in _named(route) for n in by_name.get(name, ())}
        for earlier in sorted({*broad, *near}):
            if route.match and route_covers(routes.routes[earlier], route):
                yield number, earlier
                break
        if route.match and keeps(route):
            if only_names(route):
                for name in _named(route):
                    by_name.setdefault(name, []).append(number)
            else:
                broad.append(number)


def _named(route: Route) -> set[str]:
    return {name.lower() for matchers in route.match for name in names_asked(matchers)}


@rule("L4011", WARNING, "catch-all in the middle")
def catch_all_in_the_middle(view: View) -> Iterator[Remark]:
    """Look for routes without matchers that keep the connection, with routes behind them."""
    for routes in view.lists:
        for number, route in enumerate(routes.routes[:-1]):
            if not route.match and keeps(route):
                behind = len(routes.routes) - number - 1
                yield Remark(
                    route,
                    f"a route without matchers takes every connection: the {behind} "
                    f"route{'s' * (behind > 1)} behind it never run{'s' * (behind == 1)}",
                    "move it to the end, or give it matchers",
                )


@rule("L4006", WARNING, "server that keeps no connection")
def leads_nowhere(view: View) -> Iterator[Remark]:
    """Look for layer-4 servers none of whose routes ends anywhere: each connection is closed."""
    for routes in view.lists:
        if routes.kind == "server" and not any(
            h.name not in _GO_ON for h in _handlers(routes.routes)
        ):
            yield Remark(
                routes.owner,
                "no route of this server keeps a connection (proxy, echo, socks5 …): "
                "what it matches is closed as well",
                "add a route with the handler 'proxy'",
            )


def _handlers(routes: Iterable[Route]) -> Iterator[Any]:
    for route in routes:
        for handler in route.handle:
            yield handler
            yield from _handlers(getattr(handler, "routes", ()))


@rule("L4015", INFO, "route that does nothing")
def empty_route(view: View) -> Iterator[Remark]:
    """Look for routes that have no handlers: what matches just goes on."""
    for routes in view.lists:
        for number, route in enumerate(routes.routes):
            if route.handle:
                continue
            last = number == len(routes.routes) - 1
            goes = "falls through as it would without it" if last else "goes on to the next route"
            if not last and route.match:
                yield Remark(
                    route,
                    f"route {number} has no handlers: what it matches {goes}, "
                    "and is not kept from the routes behind it",
                    "give it a handler, or exclude what it matches from the later routes by 'not'",
                )
            else:
                yield Remark(
                    route,
                    f"route {number} has no handlers: what it matches {goes}",
                    "remove it; nothing changes",
                )


@rule("L4035", WARNING, "handler that never runs")
def behind_the_end(view: View) -> Iterator[Remark]:
    """Look for handlers behind one that keeps the connection, as ``tls`` behind ``proxy``."""
    for routes in view.lists:
        for route in routes.routes:
            last = next((n for n, h in enumerate(route.handle) if h.name in ENDS), None)
            if last is None or last == len(route.handle) - 1:
                continue
            name, never = route.handle[last].name, route.handle[last + 1]
            yield Remark(
                never,
                f"'{name}' keeps the connection, so '{never.name}' behind it never runs",
                f"put it before '{name}' (docker labels are sorted by name: number them)"
                if never.name not in ENDS
                else "remove one of the two",
            )
