"""HTTP/3, which comes over UDP and so goes past every listener wrapper."""

from collections.abc import Iterator
from typing import Any

from caddylite.layer4.config import Route
from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.names import alpns, name_covers, site_names, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.rules.order import keeps
from caddylite.testing.lint.view import NO_BYTES, Routes, View

_WEB = (80, 443, 8080, 8443)


@rule("L4075", WARNING, "HTTP/3 goes past the wrapper")
def past_the_wrapper(view: View) -> Iterator[Remark]:
    """Look for routes of a wrapper that clients avoid by HTTP/3: blocked ones, names of sites."""
    for routes in view.lists:
        server = view.http_servers.get(routes.http_server)
        if routes.kind != "wrapper" or server is None or not _has_h3(view, server, routes):
            continue
        for route in routes.routes:
            who = _kept_away(view, routes, route) if keeps(route) else ""
            if who:
                yield Remark(
                    route,
                    f"the server also answers HTTP/3 on UDP, where listener wrappers do not "
                    f"apply: {who} that speak it get to the sites",
                    "leave HTTP/3 out: servers { protocols h1 h2 }",
                )
                break


def _has_h3(view: View, server: Any, routes: Routes) -> bool:
    protocols = server.protocols or ("h1", "h2", "h3")
    secure = bool(server.tls_connection_policies) or view.https_port in routes.ports
    return "h3" in protocols and secure


def _kept_away(view: View, routes: Routes, route: Route) -> str:
    """Say which clients a route should keep from the sites, and HTTP/3 does not; or nothing."""
    if route.match and all(m.keys() <= NO_BYTES for m in route.match):
        return "clients of these addresses"
    wide = [name for name, _ in site_names(view, routes.http_server) if "*" in name]
    if not _to_web(view, route):
        return ""
    for matchers in route.match:
        for name in snis(matchers["tls"]) if "tls" in matchers else ():
            if any(name_covers(w, name) for w in wide) and not alpns(matchers["tls"]):
                return f"clients of {name}"
    return ""


def _to_web(view: View, route: Route) -> bool:
    """Does a route lead to a web server, whose clients may come by HTTP/3?"""
    found = (dial for place, _, _, dial in view.dials() if place.route is route)
    return any(dial is not None and dial.start_port in _WEB for dial in found)
