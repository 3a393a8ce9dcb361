"""What to reorder so that a real Caddy decides as it should, whatever the segments."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from caddylite.caddy.config import Config
from caddylite.layer4.config import Route
from caddylite.testing.cuts import try_cuts
from caddylite.testing.lab import REAL, Lab
from caddylite.testing.stream import WHOLE, Cut

if TYPE_CHECKING:
    from caddylite.testing.cases import CaseFile
    from caddylite.testing.checking import Result

#: Lists with more routes are not searched.
_LONGEST = 12


def advise(file: "CaseFile", results: "Sequence[Result]") -> Iterator[str]:
    """Yield, for each route list that caddy-l4 goes through otherwise, what would help."""
    from caddylite.testing.cases import environment

    for variant in file.variants:
        mine = [r for r in results if r.variant is variant]
        places = dict.fromkeys(_server(r) for r in mine if not r.agreed)
        with environment(variant.env):
            lab = Lab.from_file(variant.config)
        for place in places:
            if place:
                yield _for_list(lab, place, [r for r in mine if _server(r) == place])


def _server(result: "Result") -> str:
    """Name the route list that a client comes to first."""
    for step in result.trace.steps:
        if step.kind == "routes":
            return step.where
    return ""


def _for_list(lab: Lab, place: str, results: "list[Result]") -> str:
    routes = _routes(lab.config, place)
    if len(routes) > _LONGEST:
        return f"{place}: too many routes to look for a better order"
    for frm in range(len(routes)):
        for to in range(len(routes)):
            moved = _moved(routes, frm, to)
            if abs(frm - to) > 0 and _good(lab, place, moved, results):
                other = f"before route {to}" if to < frm else f"behind route {to}"
                return (
                    f"{place}: put route {frm}{_line(lab, routes[frm])} {other}"
                    f"{_line(lab, routes[to])}; then caddy-l4 gives these answers, however the "
                    "bytes are cut"
                )
    return (
        f"{place}: moving one route does not help caddy-l4; make the routes exclude each other "
        "by matchers that look at the same bytes, or use caddylite"
    )


def _line(lab: Lab, route: Route) -> str:
    at = lab.places.at(route)
    return f" ({at})" if at is not None else ""


def _moved(routes: tuple[Route, ...], frm: int, to: int) -> tuple[Route, ...]:
    out = list(routes)
    out.insert(to, out.pop(frm))
    return tuple(out)


def _good(lab: Lab, place: str, routes: tuple[Route, ...], results: "list[Result]") -> bool:
    """Would everybody get what they get now, from either program?"""
    other = Lab(_with_routes(lab.config, place, routes))
    for r in results:
        data = r.case.client.data
        quick = [WHOLE, *(Cut((at,)) for at in (1, len(data) // 2) if 0 < at < len(data))]
        if r.real_cuts is not None and r.real_cuts.cut is not None:
            quick.append(r.real_cuts.cut)
        for decide_as in ("caddylite", REAL):
            for cut in quick:
                found = other.connect(
                    r.case.listen, r.case.client, cut=cut, decide_as=decide_as, detail=False
                )
                if _backend(found) != _backend(r.trace):
                    return False
    return all(
        try_cuts(other, r.case.listen, r.case.client, REAL, pauses=False).steady
        for r in results
        if r.case.any_cut
    )


def _backend(trace: Any) -> tuple[Any, ...]:
    return trace.outcome, trace.upstreams, trace.site


def _routes(config: Config, place: str) -> tuple[Route, ...]:
    layer4: Any = config.apps.get("layer4")
    if layer4 is not None and place in layer4.servers:
        found: tuple[Route, ...] = layer4.servers[place].routes
        return found
    http: Any = config.apps.get("http")
    server = http.servers.get(place.removesuffix("-wrapper")) if http is not None else None
    for wrapper in server.listener_wrappers if server is not None else ():
        if wrapper.name == "layer4":
            routes: tuple[Route, ...] = wrapper.routes
            return routes
    return ()


def _with_routes(config: Config, place: str, routes: tuple[Route, ...]) -> Config:
    apps: dict[str, Any] = dict(config.apps)
    layer4 = apps.get("layer4")
    if layer4 is not None and place in layer4.servers:
        server = replace(layer4.servers[place], routes=routes)
        apps["layer4"] = replace(layer4, servers={**layer4.servers, place: server})
        return replace(config, apps=apps)
    http, name = apps["http"], place.removesuffix("-wrapper")
    server = http.servers[name]
    wrappers = tuple(
        replace(w, routes=routes) if w.name == "layer4" else w for w in server.listener_wrappers
    )
    changed = replace(server, listener_wrappers=wrappers)
    apps["http"] = replace(http, servers={**http.servers, name: changed})
    return replace(config, apps=apps)
