"""What matchers say in names: server names, hosts, protocols; and which of them covers which."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from caddylite.testing.lint.view import View

#: What people write for ALPN protocols, and the IDs that clients offer.
MISSPELT: Final = {
    "http/2": "h2", "http2": "h2", "http/2.0": "h2", "http/1": "http/1.1", "http1.1": "http/1.1",
    "http": "http/1.1", "http/3": "h3", "http3": "h3", "h1": "http/1.1", "http1": "http/1.1",
    "acme-tls": "acme-tls/1",
}  # fmt: skip


def snis(matcher: Any) -> tuple[str, ...]:
    """Return the names that a ``tls`` or ``quic`` matcher wants; empty if it wants none."""
    sni = (matcher.matchers or {}).get("sni")
    return tuple(sni.names or ()) if sni is not None else ()


def alpns(matcher: Any) -> tuple[str, ...]:
    """Return the protocols that a ``tls`` or ``quic`` matcher wants."""
    alpn = (matcher.matchers or {}).get("alpn")
    return tuple(alpn.protocols or ()) if alpn is not None else ()


def hosts(matcher: Any) -> tuple[str, ...]:
    """Return the hosts that an ``http`` matcher wants."""
    found: list[str] = []
    for matchers in matcher.sets or ():
        host = matchers.get("host")
        found += (host.names or ()) if host is not None else ()
    return tuple(found)


def names_asked(matchers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the server names and hosts that a set wants."""
    tls, http = matchers.get("tls"), matchers.get("http")
    return (snis(tls) if tls is not None else ()) + (hosts(http) if http is not None else ())


def name_covers(wide: str, narrow: str) -> bool:
    """Does a name with stars match all that another name matches? A star is one label."""
    one, other = wide.lower().split("."), narrow.lower().split(".")
    return len(one) == len(other) and all(
        a in ("*", b) for a, b in zip(one, other, strict=True)
    )  # fmt: skip


def all_covered(wide: Iterable[str], narrow: Iterable[str]) -> bool:
    """Is each name covered by one of the wide ones?"""
    wide = tuple(wide)
    return all(any(name_covers(w, n) for w in wide) for n in narrow)


def site_names(view: View, server: str) -> list[tuple[str, Any]]:
    """Return the names of the sites of an HTTP server, with the route of each."""
    found = []
    settings = view.http_servers.get(server)
    for route in getattr(settings, "routes", ()):
        for matchers in route.match:
            host = matchers.get("host")
            found += [(name, route) for name in getattr(host, "names", None) or ()]
    return found
