"""Does one matcher set match whatever another one matches? (If in doubt: no.)"""

from collections.abc import Mapping
from typing import Any

from caddylite.layer4.config import Route
from caddylite.testing.lint.names import all_covered, alpns, hosts, snis

#: No request matchers at all: every request.
_ANY: tuple[dict[str, Any], ...] = ({},)
_PRIVATE = (
    "192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1",
)  # fmt: skip


def route_covers(wide: Route, narrow: Route) -> bool:
    """Does the earlier route match each connection that the later one would?"""
    if not wide.match:
        return True
    if not narrow.match:
        return False
    return all(any(set_covers(w, n) for w in wide.match) for n in narrow.match)


def only_names(route: Route) -> bool:
    """Does a route ask for server names or hosts without stars, and for nothing else?"""
    return all(len(matchers) == 1 and _only_names(*matchers.values()) for matchers in route.match)


def _only_names(matcher: Any) -> bool:
    if matcher.name == "tls":
        names, asked = snis(matcher), set(matcher.matchers or ()) == {"sni"}
    elif matcher.name == "http":
        names, asked = hosts(matcher), all(set(s) == {"host"} for s in matcher.sets or ())
    else:
        return False
    return asked and bool(names) and not any("*" in name or "{" in name for name in names)


def set_covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Is each matcher of the wide set implied by the narrow set?"""
    return all(name in narrow and covers(m, narrow[name]) for name, m in wide.items())


def covers(wide: Any, narrow: Any) -> bool:
    """Does one matcher match whatever another of the same kind matches?"""
    if wide == narrow:
        return True
    if wide.name in ("tls", "quic"):
        return _tls_covers(wide, narrow)
    if wide.name == "http":
        return _http_covers(wide, narrow)
    if wide.name in ("remote_ip", "local_ip"):
        return _ranges_cover(wide.ranges, narrow.ranges)
    return False


def _tls_covers(wide: Any, narrow: Any) -> bool:
    asked, given = wide.matchers or {}, narrow.matchers or {}
    for name, matcher in asked.items():
        if name not in given:
            return False
        if name == "sni" and all_covered(snis(wide), snis(narrow)):
            continue
        if name == "alpn" and set(alpns(wide)) >= set(alpns(narrow)):
            continue
        if matcher != given[name]:
            return False
    return True


def _http_covers(wide: Any, narrow: Any) -> bool:
    sets = wide.sets or ()
    if not any(sets):
        return True
    return all(any(_request_set_covers(w, n) for w in sets) for n in narrow.sets or _ANY)


def _request_set_covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    for name, matcher in wide.items():
        other = narrow.get(name)
        if other is None:
            return False
        if name == "host" and all_covered(matcher.names or (), other.names or ()):
            continue
        if matcher != other:
            return False
    return True


def _ranges_cover(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    from ipaddress import ip_network

    try:
        big = [ip_network(r, strict=False) for r in _spelled(wide)]
        small = [ip_network(r, strict=False) for r in _spelled(narrow)]
    except ValueError:
        return False
    return all(
        any(b.version == s.version and s.subnet_of(b) for b in big)  # type: ignore[arg-type]
        for s in small
    )


def _spelled(ranges: tuple[str, ...]) -> list[str]:
    return [r for given in ranges for r in (_PRIVATE if given == "private_ranges" else (given,))]
