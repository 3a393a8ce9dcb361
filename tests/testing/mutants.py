"""Configs whose routes were changed as by mistake: made from Caddy's JSON, at random places."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from caddylite.caddy.config import Config
from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError
from caddylite.testing.lab import Lab

#: What a name, a protocol, a range or a path is changed to.
OTHERS = {
    "sni": "mutant.example", "host": "mutant.example", "alpn": "mutant", "path": "/mutant",
    "ranges": "203.0.113.99/32", "dial": "192.0.2.99:1", "protocols": "mutant",
}  # fmt: skip

Change = Callable[[], None]


def mutants(config: Config, chance: Random) -> Iterator[Lab]:
    """Yield changed configs without end: one change each, now and then two."""
    while True:
        plain = to_plain(config)
        plain = deepcopy(plain)
        for _ in range(chance.choice((1, 1, 1, 2))):
            changes = list(_changes(plain))
            if changes:
                chance.choice(changes)()
        try:
            yield Lab(from_plain(Config, plain))
        except ConfigError:
            continue


def _changes(value: Any, key: str = "") -> Iterator[Change]:
    """Yield every change that can be made in a part of a config."""
    if isinstance(value, dict):
        yield from _of_mapping(value)
        for name, inside in value.items():
            yield from _changes(inside, name)
    elif isinstance(value, list):
        if key == "routes":
            yield from _of_routes(value)
        for place, inside in enumerate(value):
            if isinstance(inside, str) and key in OTHERS:
                yield lambda place=place: value.__setitem__(place, OTHERS[key])
            yield from _changes(inside, key)


def _of_routes(routes: list[Any]) -> Iterator[Change]:
    """A route swapped with the next one, or left out."""
    for place in range(len(routes) - 1):
        yield lambda place=place: routes.insert(place, routes.pop(place + 1))
    if len(routes) > 1:
        for place in range(len(routes)):
            yield lambda place=place: routes.pop(place)


def _of_mapping(value: dict[str, Any]) -> Iterator[Change]:
    """A ``not`` dropped, a PROXY header no longer sent."""
    if isinstance(value.get("not"), list) and value["not"]:
        yield lambda: value.update(value.pop("not")[0])
    if value.get("handler") == "proxy" and "proxy_protocol" in value:
        yield lambda: value.pop("proxy_protocol")
