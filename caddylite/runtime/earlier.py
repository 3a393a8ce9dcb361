"""A config with a module that cannot be read: is something before it wrong too?

Caddy reads a module's JSON when it comes to it, so what is wrong with a route is said before what
cannot be read in the next. Here the whole config is read first: for its complaint what comes
before that place is checked alone.
"""

from typing import Any, Final

from caddylite import jsontext
from caddylite.caddy.config import Config
from caddylite.codec import from_plain
from caddylite.decoding_words import Nested
from caddylite.errors import ConfigError
from caddylite.first_complaint import first_complaint

Path = tuple[Any, ...]
#: The lists of modules and routes that are loaded in order.
_LISTS: Final = ("match", "handle", "listener_wrappers")


def earlier(text: str, file: str) -> Config | None:
    """Return what comes before the module that cannot be read, in a text that is JSON.

    None where nothing does, or where the order cannot be told.
    """
    plain = jsontext.load(text, file)
    complaint = first_complaint(Config, plain)
    if not isinstance(complaint, Nested):
        return None
    path = complaint.module
    if path[:1] != ("apps",) or not any(step in _LISTS for step in path):
        return None
    app = path[1]
    apps = {**plain["apps"], app: _cut(plain["apps"][app], path[2:], app != "layer4")}
    if app == "http":
        apps.pop("layer4", None)
    try:
        return from_plain(Config, {**plain, "apps": apps})
    except ConfigError:
        return None


def _cut(value: Any, path: Path, http: bool) -> Any:
    """Return a value without what is at the end of the path, and what follows it.

    ``http``: are these routes of the HTTP app? It loads the matchers of all before any handler.
    """
    if not path or not isinstance(value, dict | list):
        return value
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        return [*value[:step], *_last(value[step], rest, http)]
    if step == "layer4":
        http = False
    inner: Any = value[step]
    if step == "servers":
        kept = {name: inner[name] for name in inner if name <= rest[0]}
        return {**value, step: {**kept, rest[0]: _cut(inner[rest[0]], rest[1:], http)}}
    if step == "routes" and http and "match" in rest[1:2]:
        return {**value, step: [_without(r, "handle") for r in inner[: rest[0]]]}
    cut = _cut(inner, rest, http and value.get("wrapper") != "layer4")
    if step == "routes" and http:
        cut = [*cut, *(_without(r, "handle") for r in inner[rest[0] + 1 :])]
    if step == "match":
        return _without(value, step, "handle")
    if step == "listener_wrappers":
        routes = [_without(r, "handle") for r in value.get("routes") or ()]
        return {**_without(value, "errors"), step: cut, "routes": routes}
    return {**value, step: cut}


def _last(value: Any, path: Path, http: bool) -> list[Any]:
    """Return what is left of the last item of a list: nothing, if it cannot be read itself."""
    return [_cut(value, path, http)] if any(step in _LISTS for step in path) else []


def _without(value: Any, *keys: str) -> Any:
    return {k: v for k, v in (value or {}).items() if k not in keys}
