"""What can be reached in a config, and how much of it was."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from caddylite.errors import Span
from caddylite.layer4.config import Route
from caddylite.testing.graph import words
from caddylite.testing.lab import Lab
from caddylite.testing.trace import TERMINAL


@dataclass(frozen=True, slots=True)
class Point:
    """Something that cases may reach. ``key`` is the event's words without ``yes`` or ``no``.

    ``kind`` is ``route``, ``set`` (one of several alternatives of a route), ``matcher``,
    ``handler``, ``fallback`` or ``site``.
    """

    key: str
    kind: str
    label: str
    at: Span | None

    @property
    def line(self) -> int:
        """The line in the config, 0 if it is not known."""
        return self.at.line if self.at is not None else 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A point, how often it was reached, and its score: 0, a half or 1. ``why`` if not 1."""

    point: Point
    hits: int
    score: float
    why: str = ""


@dataclass(slots=True)
class Report:
    """What was reached of one config."""

    file: str
    text: str
    measured: list[Measured]

    @property
    def percent(self) -> float:
        """The sum of the scores, in percent; 100 if there is nothing to reach."""
        if not self.measured:
            return 100.0
        return 100.0 * sum(m.score for m in self.measured) / len(self.measured)

    @property
    def missing(self) -> list[Measured]:
        """What was not, or not wholly, reached."""
        return [m for m in self.measured if m.score < 1]

    def by_line(self) -> dict[int, list[Measured]]:
        """Return what stands on each line of the config's own file."""
        out: dict[int, list[Measured]] = {}
        for m in self.measured:
            if m.point.at is not None and m.point.at.file == self.file:
                out.setdefault(m.point.line, []).append(m)
        return dict(sorted(out.items()))


def report(lab: Lab, seen: Counter[str], text: str = "") -> Report:
    """Measure a config by what a Collector has noted."""
    return Report(lab.file, text, [_measure(point, seen) for point in points(lab)])


def _measure(point: Point, seen: Counter[str]) -> Measured:
    if point.kind != "matcher":
        hits = seen[point.key]
        return Measured(point, hits, float(hits > 0), "" if hits else "never reached")
    yes, no = seen[f"{point.key} yes"], seen[f"{point.key} no"]
    if yes and no:
        return Measured(point, yes + no, 1.0)
    if not (yes or no):
        return Measured(point, 0, 0.0, "never asked")
    why = "never refuted" if yes else "never matched"
    return Measured(point, yes + no, 0.5, why)


def points(lab: Lab) -> Iterator[Point]:
    """Yield what can be reached, in the order of the config."""
    apps = lab.config.apps
    for name, server in getattr(apps.get("layer4"), "servers", {}).items():
        yield from _routes(lab, server.routes, name, server)
    for name, server in getattr(apps.get("http"), "servers", {}).items():
        for wrapper in server.listener_wrappers:
            if wrapper.name == "layer4":
                yield from _routes(lab, wrapper.routes, f"{name}-wrapper", wrapper)
        for number, route in enumerate(server.routes):
            hosts = [h for m in route.match if "host" in m for h in m["host"].names or ()]
            label = f"site {', '.join(hosts) or 'for any host'}"
            yield Point(f"site {name}/{number}", "site", label, _site_at(lab, route))


def _routes(lab: Lab, routes: Sequence[Route], where: str, owner: Any) -> Iterator[Point]:
    for index, route in enumerate(routes):
        place, at = f"{where}/{index}", lab.places.at(route)
        yield Point(f"route {place}", "route", f"route {index} of {where}", at)
        for number, matchers in enumerate(route.match):
            if len(route.match) > 1:
                label = f"alternative {words.matcher_set(matchers)}"
                set_at = lab.places.at(matchers) or at
                yield Point(f"set {place} {number}", "set", label, set_at)
            for name, matcher in matchers.items():
                key = f"matcher {place} {number} {name}"
                matcher_at = lab.places.at(matcher) or at
                yield Point(key, "matcher", words.matcher(matcher), matcher_at)
        for position, handler in enumerate(route.handle):
            here = f"{place}.{position}"
            label = " ".join(words.handler(handler))
            at_handler = lab.places.at(handler)
            yield Point(f"handler {here}:{handler.name}", "handler", label, at_handler)
            if handler.name == "subroute":
                inside: Sequence[Route] = handler.routes  # type: ignore[attr-defined]
                yield from _routes(lab, inside, here, handler)
    catches = any(not r.match and any(h.name in TERMINAL for h in r.handle) for r in routes)
    if routes and not catches:
        label = f"fallback of {where}"
        yield Point(f"fallback {where}", "fallback", label, lab.places.at(owner))


def _site_at(lab: Lab, route: Any) -> Span | None:
    """Return where the first handler of a site that has a place stands."""
    for handler in route.handle:
        at = lab.places.at(handler)
        for inside in getattr(handler, "routes", ()):
            at = at or _site_at(lab, inside)
        if at is not None:
            return at
    return lab.places.at(route)
