"""Redirects from HTTP to HTTPS that automatic HTTPS adds, and the servers they go to."""

from typing import Any, ClassVar, Final

from msgspec.structs import replace

from caddylite.http.config import Server
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.matchers.host import Host
from caddylite.http.matchers.protocol import Protocol
from caddylite.http.route import MatcherSet, Route
from caddylite.http.weak import WeakString
from caddylite.netaddr import NetworkAddress

#: The ports that need not be named in a URL.
_STANDARD: Final = (80, 443)


class Redirects:
    """Which names are redirected to which addresses."""

    #: The server that is made for redirects no other server listens for.
    SERVER: ClassVar[str] = "remaining_auto_https_redirects"

    def __init__(self, http_port: int, https_port: int) -> None:
        self.http_port, self.https_port = http_port, https_port
        self._by_name: dict[str, list[NetworkAddress]] = {}

    def record(self, name: str, address: NetworkAddress) -> None:
        """Note a destination; a name goes to one port, the HTTPS port if it can be had."""
        known = self._by_name.get(name)
        if known is None:
            self._by_name[name] = [address]
        elif address.start_port != known[0].start_port:
            if self.https_port == address.start_port:
                self._by_name[name] = [address]
        elif address not in known:
            known.append(address)

    def work_in(
        self, servers: dict[str, Server], certificates: bool, logs: Any
    ) -> tuple[dict[str, Server], tuple[str, ...]]:
        """Return the servers with redirects, and the addresses of the server made for the rest.

        A server that listens on the HTTP port already gets them behind its routes for hosts
        (``certificates`` tells whether any are managed: if not, only the last one, for any host).
        """
        servers = dict(servers)
        own, left = sorted(servers), []
        routes_left: list[Route] = []
        for address, routes in sorted(self._routes().items()):
            for name in own:
                if _listens(servers[name], address):
                    servers[name] = self._insert(servers[name], routes if certificates else [])
                    break
            else:
                left.append(address)
                routes_left += routes
        if left:
            made = (*routes_left, self._to(self.https_port, ()))
            servers[self.SERVER] = Server(listen=tuple(left), routes=made, logs=logs)
        return servers, tuple(left)

    def _routes(self) -> dict[str, list[Route]]:
        """Return the redirects by the address they are served on, the most specific first."""
        names: dict[str, tuple[NetworkAddress, list[str]]] = {}
        for name in sorted(self._by_name):
            for address in self._by_name[name]:
                names.setdefault(str(address), (address, []))[1].append(name)
        out: dict[str, list[tuple[tuple[bool, bool, int, str], Route]]] = {}
        for address, hosts in names.values():
            port = self.http_port
            at = str(replace(address, start_port=port, end_port=port))
            route = self._to(address.start_port, () if hosts == [""] else tuple(hosts))
            first = hosts[0]
            rank = (not first, "*" in first, -len(first), first)
            out.setdefault(at, []).append((rank, route))
        return {at: [r for _, r in sorted(found, key=lambda f: f[0])] for at, found in out.items()}

    def _to(self, port: int, hosts: tuple[str, ...]) -> Route:
        """Make one redirect; a port that clients know of is not named."""
        target = "https://{http.request.host}"
        if port not in (self.http_port, self.https_port, *_STANDARD):
            target += f":{port}"
        matchers: MatcherSet = {"protocol": Protocol("http")}
        if hosts:
            matchers["host"] = Host(hosts)
        handler = StaticResponse(
            status_code=WeakString("308"),
            headers={"Location": (target + "{http.request.uri}",)},
            close=True,
        )
        return Route(match=(matchers,), handle=(handler,))

    def _insert(self, server: Server, routes: list[Route]) -> Server:
        at = 0
        for i, route in enumerate(server.routes):
            if any("host" in matchers for matchers in route.match):
                at = i + 1
        before, behind = server.routes[:at], server.routes[at:]
        return replace(server, routes=(*before, *routes, *behind, self._to(self.https_port, ())))


def _listens(server: Server, text: str) -> bool:
    """Does a server listen on an address (or, as Linux sees it, on one that includes it)?"""
    wanted = NetworkAddress.parse(text)
    for listen in server.listen:
        try:
            address = NetworkAddress.parse(listen)
        except ValueError:
            continue
        same_host = address.host == wanted.host or not (address.host and wanted.host)
        if (
            address.network == wanted.network
            and same_host
            and address.start_port <= wanted.start_port <= address.end_port
        ):
            return True
    return False
