"""Listener wrappers, and the sites behind them."""

from collections.abc import Iterator
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.testing.lint.finding import INFO, WARNING, Remark
from caddylite.testing.lint.names import alpns, name_covers, site_names, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.rules.order import keeps
from caddylite.testing.lint.view import View

_RANK = {"proxy_protocol": 0, "layer4": 1, "http_redirect": 2, "tls": 3}
_WHY = {
    ("layer4", "proxy_protocol"): "layer4 would see the PROXY header instead of TLS or HTTP",
    ("tls", "proxy_protocol"): "TLS would take the PROXY header for a broken handshake",
    ("tls", "layer4"): "layer4 would see what is inside TLS: 'tls' matchers never match there",
    ("tls", "http_redirect"): "TLS would refuse the plain HTTP request before it can be answered",
}


def _wrapper_lists(view: View) -> Iterator[tuple[Any, ...]]:
    yield from (s.listener_wrappers for s in view.http_servers.values())
    yield from (wrappers for _, wrappers in view.orphans)


@rule("L4030", WARNING, "wrappers in the wrong order")
def wrapper_order(view: View) -> Iterator[Remark]:
    """Look for another order than proxy_protocol, layer4, http_redirect, tls."""
    for wrappers in _wrapper_lists(view):
        for number, wrapper in enumerate(wrappers):
            for earlier in wrappers[:number]:
                why = _WHY.get((earlier.name, wrapper.name))
                if why:
                    yield Remark(
                        wrapper,
                        f"'{earlier.name}' stands before '{wrapper.name}': {why}",
                        "the order that works is proxy_protocol, layer4, tls",
                    )


@rule("L4031", WARNING, "options for servers that do not exist")
def no_site(view: View) -> Iterator[Remark]:
    """Look for listener wrappers in a file without a site: no server is made, nothing listens."""
    for _, wrappers in view.orphans:
        if any(w.name == "layer4" for w in wrappers):
            yield Remark(
                wrappers[0],
                "there is no site in this file, so no HTTP server is made and these routes "
                "never run: nothing listens",
                "add a site (example.com { … }), or move the routes to a layer4 server",
            )


@rule("L4078", WARNING, "options for an address that no server has")
def nobody_there(view: View) -> Iterator[Remark]:
    """Look for ``servers <address>`` that is not, letter for letter, where a server listens."""
    listening = {text for s in view.http_servers.values() for text in s.listen}
    for block in view.blocks if listening else ():
        for segment in block.segments if not block.keys else ():
            d = Dispenser(segment)
            d.next()
            address = d.opt_arg() if segment[0].text == "servers" else None
            if address and address not in listening:
                yield Remark(
                    segment[0].span,
                    f"no site of this file makes a server on {address} (they listen on "
                    f"{', '.join(sorted(listening))}), so these options hold for none",
                    "write the address as the server has it (with 'bind' the host stands in it), "
                    "or no address, for all servers",
                )


@rule("L4028", INFO, "layer4 wrapper without tls behind it")
def no_tls_behind(view: View) -> Iterator[Remark]:
    """Look for wrapper lists that have layer4 but not tls: TLS ends before them all."""
    for wrappers in _wrapper_lists(view):
        names = [w.name for w in wrappers]
        if "layer4" in names and "tls" not in names:
            yield Remark(
                wrappers[names.index("layer4")],
                "without a 'tls' wrapper TLS ends in front of all wrappers "
                "on a server that has TLS: the routes see clear text",
                "write 'tls' after 'layer4'",
            )


@rule("L4032", WARNING, "ACME challenges swallowed by a pass-through")
def acme_swallowed(view: View) -> Iterator[Remark]:
    """Look for routes that pass on the names that this Caddy gets certificates for itself."""
    for routes, route, taken in _pass_throughs(view):
        if not routes.http_server or any("acme-tls/1" in a for a in taken):
            continue
        for name, _ in site_names(view, routes.http_server):
            if name_covers_any(route, name) and not _inner_name(name):
                yield Remark(
                    route,
                    f"the TLS-ALPN challenge for {name} goes to the upstream as well, "
                    "so a certificate for it can only be had through port 80",
                    "put a route '@acme tls alpn acme-tls/1' without handlers before it, "
                    "or leave port 80 open",
                )
                break


def _inner_name(name: str) -> bool:
    """Is it a name that no public authority gives certificates for?"""
    ends = (".localhost", ".local", ".internal", ".home.arpa", ".test")
    return name == "localhost" or name.endswith(ends) or name.replace(".", "").isdigit()


def _for_the_certificate(site: Any) -> bool:
    """Is a site there for its certificate only: does it answer nothing?"""
    handlers = list(_answering(site))
    return all(h.name == "static_response" and getattr(h, "abort", False) for h in handlers)


def _answering(route: Any) -> Iterator[Any]:
    for handler in route.handle:
        inside = getattr(handler, "routes", None)
        if inside is None:
            yield handler
        for inner in inside or ():
            yield from _answering(inner)


def name_covers_any(route: Any, name: str) -> bool:
    """Does a route take TLS clients of this name?"""
    if not route.match:
        return True
    for matchers in route.match:
        tls = matchers.get("tls")
        if tls is None or set(matchers) != {"tls"} or set(tls.matchers or {}) - {"sni"}:
            continue
        wanted = snis(tls)
        if not wanted or any(name_covers(w, name) for w in wanted):
            return True
    return False


def _pass_throughs(view: View) -> Iterator[tuple[Any, Any, list[tuple[str, ...]]]]:
    for routes in view.lists:
        if routes.kind != "wrapper" or routes.clear:
            continue
        for route in routes.routes:
            if keeps(route) and not any(h.name == "tls" for h in route.handle):
                yield routes, route, [alpns(m["tls"]) for m in route.match if "tls" in m]


@rule("L4033", WARNING, "site whose name a layer-4 route takes")
def site_taken(view: View) -> Iterator[Remark]:
    """Look for sites that no TLS client reaches: a route of the wrapper has their name."""
    for routes in view.lists:
        if routes.kind != "wrapper" or routes.clear or 443 not in routes.ports | {443}:
            continue
        for name, site in site_names(view, routes.http_server):
            if _for_the_certificate(site):
                continue
            for number, route in enumerate(routes.routes):
                ends = any(h.name == "tls" for h in route.handle)  # with that site's certificate
                if keeps(route) and not ends and name_covers_any(route, name):
                    at = view.at(site)
                    where = f" (line {at.line})" if at else ""
                    yield Remark(
                        route,
                        f"route {number} takes TLS clients of {name}: the site of that "
                        f"name{where} is never reached by them",
                        "remove the name from one of the two",
                    )
                    break
