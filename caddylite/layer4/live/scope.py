"""What of a client's own words is limited where a handler stands.

A placeholder such as ``{l4.tls.server_name}`` holds what the client says. Where it becomes part of
an upstream's address the client chooses whom we connect to, unless every set of matchers that
leads there names the values allowed. This is worked out once, while the config is built.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from caddylite.layer4.config import Route
from caddylite.layer4.handling import Handler
from caddylite.layer4.matching import Matcher
from caddylite.placeholders import Template

#: Placeholders whose values a client cannot choose at will.
_OURS: Final = frozenset(
    {
        "l4.conn.local_addr",
        "l4.conn.wrap_time",
        "l4.tls.version",
        "l4.tls.cipher_suite",
        "l4.tls.resumed",
        "l4.tls.proto_mutual",
        "l4.tls.ech",
    }
)
_GLOBAL: Final = ("env.", "system.", "time.", "file.")
_GLOBAL_ONLY: Final = re.compile(r"\{(?:env|system|file)\.[^{}]*\}")
#: Handlers behind which other bytes are read than those that were matched.
_UNWRAPS: Final = frozenset({"tls", "postgres_tls", "proxy_protocol", "socks5"})

_ELSEWHERE: Final = frozenset(
    {"remote_ip", "remote_ip_list", "local_ip", "clock", "vars", "vars_regexp", "not", "http"}
)

#: The names of placeholders that are limited to values in the config.
Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the tree of routes a handler stands.

    ``bounded`` are the limited placeholders, ``unwrapped`` tells that a handler before has taken
    something off the connection, ``encrypted`` that one of them was ``tls``. ``sources`` says of
    each variable that holds a client's words which placeholders they come from. ``by_bytes``:
    nothing but the bytes of a connection decides where in this server it goes.
    """

    bounded: Names = frozenset()
    unwrapped: bool = False
    encrypted: bool = False
    sources: Mapping[str, Names] = field(default_factory=dict)
    by_bytes: bool = False

    @classmethod
    def of_server(cls, routes: Sequence[Route]) -> "Scope":
        """Return the scope in which the routes of a server stand."""
        return cls(sources=variables(routes), by_bytes=not _looks_elsewhere(routes))

    def into(self, routes: Sequence[Route], route: Route) -> "Scope":
        """Return the scope of a route's handlers."""
        kept = self.bounded
        if any(h.name == "vars" for h in _handlers(routes)):
            kept = _without_variables(kept)
        if self.encrypted and any(_reads_a_hello(r) for r in routes):
            kept = frozenset(n for n in kept if not n.startswith(("l4.tls.", "tls.")))
        return replace(self, bounded=kept | _bounded_by(route))

    def behind(self, handlers: Iterable[Handler]) -> "Scope":
        """Return the scope of what comes after these handlers in a chain."""
        names = {h.name for h in handlers}
        kept = _without_variables(self.bounded) if "vars" in names else self.bounded
        return replace(
            self,
            bounded=kept,
            unwrapped=self.unwrapped or bool(names & _UNWRAPS),
            encrypted=self.encrypted or "tls" in names,
        )

    def open_names(self, template: Template) -> list[str]:
        """Return the placeholders of an address with which a client chooses it at will."""
        found: list[str] = []
        for name in template.names:
            if name not in self.bounded:
                found += sorted(_sources(name, self.sources) - self.bounded)
        return found


def variables(routes: Iterable[Route]) -> dict[str, Names]:
    """Return the variables that are given a client's words anywhere, and the words' names."""
    given = [
        (Template(name), Template(value if isinstance(value, str) else ""))
        for h in _handlers(routes)
        if h.name == "vars"
        for name, value in getattr(h, "values", {}).items()
    ]
    sources: dict[str, Names] = {}
    for _ in range(len(given) + 1):  # a variable may be made of another
        before = dict(sources)
        for name, value in given:
            words = frozenset[str]().union(*(_sources(n, sources) for n in value.names))
            if not name.constant:  # it may be any of them
                words |= frozenset[str]().union(*(_sources(n, sources) for n in name.names))
                key = "*"
            else:
                key = name.literal
            sources[key] = sources.get(key, frozenset()) | words
        if sources == before:
            break
    return {key: words for key, words in sources.items() if words}


def _sources(name: str, sources: Mapping[str, Names]) -> Names:
    """Return the client's words that a placeholder holds."""
    if name in _OURS or name.startswith(_GLOBAL):
        return frozenset()
    if name.startswith("l4.vars."):
        return sources.get(name[8:], frozenset()) | sources.get("*", frozenset())
    return frozenset({name})


def _handlers(routes: Iterable[Route]) -> Iterable[Handler]:
    for route in routes:
        yield from _with_inner(route.handle)


def _looks_elsewhere(routes: Iterable[Route]) -> bool:
    """Does any matcher look at addresses, variables or the time?"""
    for route in routes:
        for matchers in route.match:
            inside = [getattr(m, "matchers", None) or {} for m in matchers.values()]
            if any(_ELSEWHERE & set(names) for names in (matchers, *inside)):
                return True
        inner = [getattr(h, "routes", ()) for h in _with_inner(route.handle)]
        if any(_looks_elsewhere(r) for r in inner):
            return True
    return False


def _with_inner(handlers: Iterable[Handler]) -> Iterable[Handler]:
    for h in handlers:
        yield h
        yield from _handlers(getattr(h, "routes", ()))
        yield from _with_inner(getattr(h, "branch", ()))


def _without_variables(names: Names) -> Names:
    return frozenset(n for n in names if not n.startswith("l4.vars."))


def _reads_a_hello(route: Route) -> bool:
    return any("tls" in matchers for matchers in route.match)


def _bounded_by(route: Route) -> Names:
    """Return what every set of a route limits."""
    if not route.match:
        return frozenset()
    return frozenset.intersection(*(_bounded_by_set(s) for s in route.match))


def _bounded_by_set(matchers: Mapping[str, Matcher]) -> Names:
    out: set[str] = set()
    for name, matcher in matchers.items():
        limits = _LIMITS.get(name)
        if limits is not None:
            out |= limits(matcher)
    return frozenset(out)


def _by_hello(prefix: str, matcher: Any) -> set[str]:
    inside = matcher.matchers or {}
    out = set()
    names = getattr(inside.get("sni"), "names", None)
    expression = inside.get("sni_regexp")
    if limited(names):
        out.add(f"{prefix}server_name")
    if expression is not None and (limited(names) or _enumerates(expression.pattern)):
        out |= _captures("tls.regexp.", expression.name_)
    if limited(getattr(inside.get("alpn"), "protocols", None)):
        out.add(f"{prefix}proto")
    return out


def _captures(prefix: str, name: str) -> set[str]:
    """Return the placeholders of an expression's groups; ten are enough for an address."""
    numbers = [str(i) for i in range(10)]
    return {f"{prefix}{n}" for n in numbers} | {f"{prefix}{name}.{n}" for n in numbers if name}


def _by_request(matcher: Any) -> set[str]:
    sets = matcher.sets or ()
    hosts = [getattr(s.get("host"), "names", None) for s in sets]
    return {"l4.http.host"} if hosts and all(limited(h) for h in hosts) else set()


def _by_values(matcher: Any) -> set[str]:
    """``vars {l4.tls.server_name} a b``: of several variables only one need match."""
    if len(matcher.values or {}) != 1:
        return set()
    ((key, values),) = matcher.values.items()
    if not limited(values, stars=False):
        return set()
    return {key[1:-1] if key.startswith("{") and key.endswith("}") else f"l4.vars.{key}"}


def _by_token(matcher: Any) -> set[str]:
    out = set()
    if matcher.cookie_ips:
        out.add("l4.rdp.cookie_ip")
    if matcher.cookie_ports:
        out.add("l4.rdp.cookie_port")
    return out


_LIMITS: Final[dict[str, Any]] = {
    "tls": lambda m: _by_hello("l4.tls.", m),
    "quic": lambda m: _by_hello("l4.quic.tls.", m),
    "http": _by_request,
    "vars": _by_values,
    "rdp": _by_token,
}


def limited(names: Sequence[str] | None, stars: bool = True) -> bool:
    """Are these names from the config, and not everything (``*``)?

    Wildcards below a name count (``*.example.com``): who has that zone has the config's trust.
    """
    if not names:
        return False
    for name in names:
        text = _GLOBAL_ONLY.sub("x", name)
        if "{" in text or (stars and set(text.split(".")) <= {"*", ""}):
            return False
    return True


def _enumerates(pattern: str) -> bool:
    """Does an anchored expression capture one of few words only (``^(a|b)\\.example\\.com$``)?"""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return False
    words = r"\((?:[\w-]+)(?:\|[\w-]+)*\)"
    return not re.search(r"[*+?{\[(|.]", re.sub(words, "", re.sub(r"\\\.", "", pattern)))
