"""From what the directives contribute to a list of routes: sorted, grouped, joined."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from caddylite.adapt.helper import ConfigValue, Surroundings
from caddylite.adapt.order import DEFAULT_ORDER, usual_order
from caddylite.adapt.stable_sort import stable_sort
from caddylite.errors import ConfigError
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.matchers.path import Path
from caddylite.http.route import Route

#: Directives of which only the first match runs, in the order in which their groups are named.
_EXCLUSIVE: Final = ("handle", "rewrite", "root")


def build_subroute(values: list[ConfigValue], around: Surroundings) -> Subroute:
    """Sort these values by the order of directives and join their routes into one handler."""
    order = around.options.get("order") or DEFAULT_ORDER
    if any(v.directive not in order for v in values) and "order" not in around.options:
        order = usual_order()  # a plugin's directive: only then are plugins looked for
    for v in values:
        if v.directive not in order:
            raise ConfigError(
                f"directive '{v.directive}' is not an ordered HTTP handler, so it cannot be used "
                "here - try placing within a route block or using the order global option"
            ).as_is()
    # In place: the values of a site that several servers share are sorted again for each, and
    # where the comparison contradicts itself that shows.
    sort_values(values, {name: place for place, name in enumerate(order)})
    return join_routes(values, around)


def join_routes(values: list[ConfigValue], around: Surroundings) -> Subroute:
    """Join routes, in the order they are in, into one handler; exclusive ones into groups."""
    groups = _groups(values, around)
    routes: list[Route] = []
    for v in values:
        if isinstance(v.value, Subroute):
            routes += v.value.routes
        elif isinstance(v.value, Route):
            group = groups.get(v.directive)
            routes.append(v.value if group is None else replace(v.value, group=group))
    return Subroute(routes=consolidate_routes(routes))


def _groups(values: list[ConfigValue], around: Surroundings) -> dict[str, str]:
    """Name a group for each exclusive directive that is there at least twice.

    A ``rewrite`` gets one even if alone, so that it is not joined with its neighbours: what
    follows must look at the rewritten request.
    """
    out = {}
    for name in _EXCLUSIVE:
        count = sum(v.directive == name for v in values)
        grouped = count > 1 or name == "rewrite"
        out[name] = around.next_group() if grouped else ""
    return out


def consolidate_routes(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Join neighbours with the same matchers, group and terminality into one route."""
    out: list[Route] = []
    handlers: list[list[object]] = []
    for route in routes:
        if out and _alike(out[-1], route):
            handlers[-1] += route.handle
        else:
            out.append(route)
            handlers.append(list(route.handle))
    return tuple(
        r if len(r.handle) == len(h) else replace(r, handle=tuple(h))
        for r, h in zip(out, handlers, strict=True)
    )


def _alike(a: Route, b: Route) -> bool:
    return a.match == b.match and a.terminal == b.terminal and a.group == b.group


# --- the order of routes


def sort_values(values: list[ConfigValue], places: dict[str, int]) -> None:
    """Sort in place: by the order of directives, then the more specific matcher first."""
    keys = {id(v): _Key(v, places) for v in values}
    stable_sort(values, lambda a, b: _before(keys[id(a)], keys[id(b)]))


class _Key:
    """What the comparison of two values looks at."""

    __slots__ = ("directive", "is_route", "matched", "path", "place")

    def __init__(self, value: ConfigValue, places: dict[str, int]) -> None:
        self.directive, self.place = value.directive, places[value.directive]
        route = value.value
        self.is_route = isinstance(route, Route)
        self.matched = bool(self.is_route and route.match)
        self.path = _only_path(route) if self.is_route else ""


def _only_path(route: Route) -> str:
    """Return the path of a route with one matcher set that names one path; else nothing."""
    if len(route.match) != 1:
        return ""
    matcher = route.match[0].get("path")
    patterns = matcher.patterns if isinstance(matcher, Path) else None
    return patterns[0] if patterns is not None and len(patterns) == 1 else ""


def _before(a: _Key, b: _Key) -> bool:
    if a.directive != b.directive:
        return a.place < b.place
    if not (a.is_route and b.is_route):
        return False
    more_specific = _more_specific(a, b)
    # of variables the last one set wins: the least specific goes first
    return not more_specific if a.directive == "vars" else more_specific


def _more_specific(a: _Key, b: _Key) -> bool:
    """Compare two single paths (the longer first, not counting a ``*`` at the end).

    Where there are no two single paths, any matcher goes before none.
    """
    if not (a.path and b.path):
        return a.matched and not b.matched
    left, right = a.path.removesuffix("*"), b.path.removesuffix("*")
    if left == right:
        return _length(a.path) < _length(b.path)
    if _length(left) == _length(right):
        return left.encode(errors="surrogateescape") < right.encode(errors="surrogateescape")
    return _length(left) > _length(right)


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogateescape"))
