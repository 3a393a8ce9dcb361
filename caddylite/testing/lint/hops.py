"""From one hop to the next: what is carried, where it leads to, what is expected there."""

from collections.abc import Iterator
from typing import Any

from caddylite.adapt.ownership import same_address
from caddylite.netaddr import NetworkAddress
from caddylite.testing.lint.view import Place, View, addresses, is_local

#: Protocols that a client opens with and that hold until the end.
_OPENINGS = ("tls", "http", "ssh", "rdp", "postgres", "xmpp", "socks4", "socks5")


def carried(place: Place) -> str:
    """Return what a handler is certainly given: ``tls``, ``clear``, a protocol; or nothing.

    Matchers say what comes in, and a ``tls`` handler in the same route or above takes TLS off.
    """
    known = "clear" if place.chain[-1].routes.clear else ""
    for step in reversed(place.chain):
        wanted = step.route.match
        known = next((n for n in _OPENINGS if wanted and all(n in m for m in wanted)), known)
        if any(h.name == "tls" for h in step.route.handle[: step.position]):
            known = "clear"
    return known


def targets(view: View, dial: NetworkAddress) -> Iterator[tuple[str, str, Any]]:
    """Yield (app, name, server) of the servers of this file that an address leads to."""
    if dial.is_unix:
        wanted = dial
    elif is_local(dial.host):
        wanted = NetworkAddress(dial.network, "", dial.start_port, dial.end_port)
    else:
        wanted = dial
    for app, servers in (("http", view.http_servers), ("layer4", view.layer4_servers)):
        for name, server in servers.items():
            for listened in addresses(server.listen):
                if _leads(wanted, dial, listened, app):
                    yield app, name, server
                    break


def _leads(wanted: NetworkAddress, dial: NetworkAddress, at: NetworkAddress, app: str) -> bool:
    if app == "http" and wanted.network.startswith("udp"):  # HTTP/3
        wanted = NetworkAddress("tcp", wanted.host, wanted.start_port, wanted.end_port)
    if same_address(wanted, at):
        return True
    if at.is_unix or dial.is_unix or at.network[:3] != wanted.network[:3]:
        return False
    inside = at.start_port <= dial.start_port <= at.end_port
    return inside and is_local(dial.host) and (is_local(at.host) or not at.host)


def expects(app: str, server: Any) -> Any:
    """Return what takes a PROXY header off: the wrapper or the handler; None if nothing does."""
    if app == "http":
        found = [w for w in server.listener_wrappers if w.name == "proxy_protocol"]
    else:
        found = [h for r in server.routes for h in r.handle if h.name == "proxy_protocol"]
    return found[0] if found else None
