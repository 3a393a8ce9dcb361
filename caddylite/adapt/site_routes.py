"""From a site to the route of its server: matchers for its addresses around its own routes."""

from collections.abc import Sequence

from caddylite.adapt.addresses import Address
from caddylite.adapt.helper import Surroundings
from caddylite.adapt.routes import build_subroute
from caddylite.adapt.sites import SitePart
from caddylite.adapt.stable_sort import stable_sort
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.matchers.host import Host
from caddylite.http.matchers.path import Path
from caddylite.http.route import MatcherSet, Route


def site_matchers(addresses: Sequence[Address]) -> tuple[MatcherSet, ...]:
    """Return a matcher set for each path in the addresses: its hosts, and itself.

    From the first address without a host on, hosts do not count any more: all are meant.
    """
    hosts_by_path: dict[str, dict[str, None]] = {}
    any_host = False
    for address in addresses:
        hosts = hosts_by_path.setdefault(address.path, {})
        if not address.host and not any_host:
            hosts.clear()
            any_host = True
        if not any_host:
            hosts[address.host] = None
    out: list[MatcherSet] = []
    for path, hosts in hosts_by_path.items():
        matchers: MatcherSet = {}
        if hosts:
            matchers["host"] = Host(tuple(hosts))
        if path:
            matchers["path"] = Path((path,))
        if matchers:
            out.append(matchers)
    return tuple(out)


def site_subroute(part: SitePart, around: Surroundings) -> Subroute:
    """Return the site's own routes, in the order of directives."""
    return build_subroute(part.pile.get("route", []), around)


def error_subroute(part: SitePart) -> Subroute | None:
    """Return the site's routes for errors: those for some status codes before those for all."""
    values = part.pile.get("error_route")
    if values is None:
        return None
    # Caddy sorts the pile itself, so that a site's later parts start from this order
    stable_sort(values, lambda a, b: _is_for_some(a.value) or not _is_for_some(b.value))
    return Subroute(routes=tuple(r for v in values for r in v.value.routes))


def _is_for_some(subroute: Subroute) -> bool:
    return bool(subroute.routes[0].match)


def wrapped(
    subroute: Subroute, matchers: tuple[MatcherSet, ...], alone: bool
) -> tuple[Route, ...]:
    """Put a site's routes behind its matchers, as one route that ends the search for a site.

    The only site of a server that needs no matchers (``alone``) stays as it is, except that its
    host matchers, if it has any, must not stand where automatic HTTPS looks for names.
    """
    if not matchers and alone and not any("host" in m for r in subroute.routes for m in r.match):
        return subroute.routes
    handlers = (subroute,) if subroute.routes else ()
    if not matchers and not handlers:
        return ()
    return (Route(match=matchers, handle=handlers, terminal=True),)
