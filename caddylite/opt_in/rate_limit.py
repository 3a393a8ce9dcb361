"""The handler and directive ``rate_limit`` (github.com/mholt/caddy-ratelimit)."""

from collections.abc import Callable
from typing import Any, Final

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.gonumbers import atoi, parse_float
from caddylite.http.handling import Handler
from caddylite.http.matching import RequestMatcher, parse_nested_set
from caddylite.kinds import Storage
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration

#: Its place in the standard order of directives.
BEFORE: Final = "basic_auth"


class Zone(Node, frozen=True):
    """A class of requests, and how many of them are let through in a window."""

    match: tuple[dict[str, RequestMatcher], ...] = ()
    key: str = ""
    max_events: int = 0
    window: Duration = Duration(0)
    ipv4_prefix: int = 0
    ipv6_prefix: int = 0


class Distributed(Node, frozen=True):
    """How the instances of a cluster tell each other."""

    write_interval: Duration = Duration(0)
    read_interval: Duration = Duration(0)
    purge_age: Duration = Duration(0)


@module("http.handlers.rate_limit")
class RateLimit(Handler, frozen=True):
    """Refuses requests over a rate (adapt only).

    Syntax::

        rate_limit {
            zone <name> {
                key         <string>
                window      <duration>
                events      <max_events>
                ipv4_prefix <bits>
                ipv6_prefix <bits>
                match {
                    <matchers>
                }
            }
            distributed {
                read_interval  <duration>
                write_interval <duration>
                purge_age      <duration>
            }
            log_key
            disable_metrics
            storage <module...>
            jitter  <percent>
            sweep_interval <duration>
        }
    """

    rate_limits: dict[str, Zone] = {}
    jitter: float = 0.0
    sweep_interval: Duration = Duration(0)
    distributed: Distributed | None = None
    storage: Storage | None = None
    log_key: bool = False
    disable_metrics: bool = False


#: Option of a zone: its field, its name in complaints, how it is read, what a bad one is called.
_ZONE: Final[dict[str, tuple[str, str, Callable[[str], Any], str]]] = {
    "key": ("key", "zone key", str, ""),
    "window": ("window", "zone window", Duration.parse, "window duration"),
    "events": ("max_events", "zone max events", atoi, "max events integer"),
    "ipv4_prefix": ("ipv4_prefix", "zone ipv4_prefix", atoi, "ipv4_prefix integer"),
    "ipv6_prefix": ("ipv6_prefix", "zone ipv6_prefix", atoi, "ipv6_prefix integer"),
}
_DISTRIBUTED: Final[dict[str, tuple[str, str, Callable[[str], Any], str]]] = {
    name: (name, name.replace("_", " "), Duration.parse, name.replace("_", " "))
    for name in ("read_interval", "write_interval", "purge_age")
}
_OWN: Final[dict[str, tuple[str, str, Callable[[str], Any], str]]] = {
    "jitter": ("jitter", "jitter", parse_float, "jitter percentage"),
    "sweep_interval": ("sweep_interval", "sweep interval", Duration.parse, "sweep interval"),
}


def handler(h: Helper) -> Handler:
    """Read the directive."""
    given: dict[str, Any] = {}
    zones: dict[str, Zone] = {}
    while h.next():
        h.no_more_args()
        for option in h.block():
            if option == "zone":
                name = h.arg()
                zones[name] = _zone(h)
            elif option == "distributed":
                values: dict[str, Any] = {}
                for inner in h.block():
                    _read(h, inner, _DISTRIBUTED, values)
                given["distributed"] = Distributed(**values)
            elif option in ("log_key", "disable_metrics"):
                h.no_more_args()
                given[option] = True
            elif option == "storage":
                given["storage"] = _storage(h)
            else:
                _read(h, option, _OWN, given)
    return RateLimit(rate_limits=zones, **given)


def _read(d: Dispenser, option: str, table: dict[str, Any], given: dict[str, Any]) -> None:
    if option not in table:
        raise d.err(f"unrecognized subdirective '{option}'")
    field, name, read, bad = table[option]
    text = d.arg()
    if given.get(field):
        raise d.err(f"{name} already specified: {_shown(given[field])}")
    try:
        given[field] = read(text)
    except ValueError as e:
        raise d.err(f"invalid {bad} '{text}': {e}") from None


def _shown(value: Any) -> str:
    return value.text if isinstance(value, Duration) else str(value)


def _zone(h: Helper) -> Zone:
    given: dict[str, Any] = {}
    sets: list[dict[str, RequestMatcher]] = []
    for option in h.block():
        if option == "match":
            sets.append(parse_nested_set(h))
        else:
            _read(h, option, _ZONE, given)
    if not given.get("window") or not given.get("max_events"):
        raise h.err("a rate limit zone requires both a window and maximum events")
    return Zone(match=tuple(sets), **given)


def _storage(h: Helper) -> Storage:
    h.arg()
    return load_module(h, Storage)
