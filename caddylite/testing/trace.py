"""What would become of a client: the whole path, decided by the same engine that serves traffic.

Nothing live is touched: no socket, no name is looked up, no certificate is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError
from caddylite.http.config import Server as HTTPServer
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection, address_text
from caddylite.layer4.routing import FALLBACK, OVERFULL, PENDING, Router, RouteReport
from caddylite.netaddr import NetworkAddress
from caddylite.testing.clients import Client
from caddylite.wire import clienthello, proxy_header

#: Handlers that keep the connection.
TERMINAL = {"proxy", "echo", "close", "socks5"}


@dataclass(slots=True)
class Step:
    """One thing that happens: a route list is asked, a handler runs, a wrapper passes it on.

    ``where`` is the place in the config; ``taken`` the number of the route taken (of a list).
    """

    kind: str  # "routes", "handler", "wrapper", "site", "outcome"
    where: str
    text: str = ""
    routes: list[RouteReport] = field(default_factory=list)
    taken: int | None = None


@dataclass(slots=True)
class Trace:
    """The path of one client, and where it ends.

    ``outcome`` is ``proxy``, ``echo``, ``close``, ``socks5``, ``http``, ``closed`` (nobody wanted
    it), ``pending`` (more bytes are awaited) or ``tls`` (it ends in a handshake).
    ``place`` is the handler reached, as ``server/route.position:handler``.
    """

    client: Client
    listener: str
    steps: list[Step] = field(default_factory=list)
    outcome: str = ""
    place: str = ""
    upstreams: tuple[str, ...] = ()
    why: str = ""

    def end(self, outcome: str, place: str = "", why: str = "") -> bool:
        """Say how it ends; True, as what keeps a connection returns."""
        self.outcome, self.place, self.why = outcome, place, why
        self.steps.append(Step("outcome", place, why or outcome))
        return True


@dataclass(frozen=True, slots=True)
class Listener:
    """An address that a config listens on, and the server behind it."""

    app: str
    server: str
    address: str
    config: Any

    @property
    def ports(self) -> NetworkAddress:
        """The address, parsed."""
        return NetworkAddress.parse(self.address)


def listeners(config: Config) -> list[Listener]:
    """Return every address that a config listens on."""
    out = []
    for app in ("layer4", "http"):
        for name, server in sorted(getattr(config.apps.get(app), "servers", {}).items()):
            out += [Listener(app, name, a, server) for a in server.listen]
    return out


def choose(config: Config, wanted: str) -> Listener:
    """Return the listener that an address names; ConfigError if none or several could be meant."""
    known = listeners(config)
    if wanted:
        asked = NetworkAddress.parse(wanted)
        found = [k for k in known if k.address == wanted] or [
            k for k in known if _overlap(k.ports, asked)
        ]
    else:
        found = known
    if len(found) == 1 or (found and wanted):
        return found[0]
    listed = ", ".join(k.address for k in known) or "nothing"
    what = f"no listener at {wanted}" if wanted else "name a listener with --listen"
    raise ConfigError(what, hint=f"the config listens on {listed}")


def _overlap(one: NetworkAddress, other: NetworkAddress) -> bool:
    return (
        (one.network[:3] == "udp") == (other.network[:3] == "udp")
        and one.start_port <= other.end_port
        and other.start_port <= one.end_port
        and (one.host == other.host or not one.host or not other.host)
    )


def trace(config: Config, client: Client, listen: str = "") -> Trace:
    """Follow a client from a listener (the only one if not named) to where it ends."""
    listener = choose(config, listen)
    result = Trace(client, listener.address)
    port = listener.ports.start_port
    cx = Connection(client.remote, (listener.ports.host or "127.0.0.1", port), client.network)
    walk = _Walk(result, cx, client.data, client.inner)
    if listener.app == "layer4":
        if not walk.routes(listener.config.routes, listener.server):
            result.end("closed", listener.server, "no route matched: the connection is closed")
        return result
    _through_wrappers(walk, listener.server, listener.config)
    return result


def _through_wrappers(walk: "_Walk", name: str, server: HTTPServer) -> None:
    wrappers = list(server.listener_wrappers)
    names = [w.name for w in wrappers]
    if "tls" not in names and server.tls_connection_policies:
        names.append("tls")
    for at, wrapper in enumerate(names):
        where = f"{name}-wrapper" if wrapper == "layer4" else f"{name}/{wrapper}"
        if wrapper == "layer4":
            routes: tuple[Route, ...] = wrappers[at].routes  # type: ignore[attr-defined]
            if walk.routes(routes, where):
                return
            walk.note("wrapper", where, "no route matched: falls through to what is below")
        elif wrapper == "proxy_protocol" and walk.proxy_header(where, required=False):
            return
        elif wrapper == "http_redirect" and walk.plain_http():
            walk.trace.end("http", where, "plain HTTP is redirected to https")
            return
        elif wrapper == "tls" and walk.tls(where):
            return
    walk.site(name, server)


class _Walk:
    """A connection on its way; each step changes it as the live handler would."""

    def __init__(self, trace: Trace, cx: Connection, data: bytes, inner: bytes) -> None:
        self.trace, self.cx, self.data, self.inner = trace, cx, data, inner

    def note(self, kind: str, where: str, text: str) -> None:
        """Add a step."""
        self.trace.steps.append(Step(kind, where, text))

    def routes(self, routes: Sequence[Route], where: str) -> bool:
        """Go through a route list; True if something kept the connection (or waits for bytes)."""
        router = Router(routes)
        first = 0
        while True:
            taken = router.decide(self.cx, self.data, first)
            reports = router.report(self.cx, self.data, first)
            if taken == PENDING:
                taken = router.settle(self.cx, self.data, first)
            step = Step("routes", where, "", reports, taken if taken >= 0 else None)
            self.trace.steps.append(step)
            if taken == FALLBACK:
                return False
            if taken in (PENDING, OVERFULL):
                waiting = ", ".join(str(r.index) for r in reports if r.status[0] in "pc")
                why = "too many bytes settle nothing" if taken == OVERFULL else "needs more bytes"
                return self.trace.end("pending", where, f"{why}: route {waiting} is undecided")
            if self.handlers(routes[taken], f"{where}/{taken}"):
                return True
            first = taken + 1

    def handlers(self, route: Route, where: str) -> bool:
        """Run a route's handlers; True if one kept the connection."""
        for position, handler in enumerate(route.handle):
            place = f"{where}.{position}"
            if handler.name == "subroute":
                if self.routes(handler.routes, place):  # type: ignore[attr-defined]
                    return True
            elif handler.name in TERMINAL:
                return self.terminal(handler, f"{place}:{handler.name}")
            elif self.passing(handler, f"{place}:{handler.name}"):
                return True
        return False

    def terminal(self, handler: Any, place: str) -> bool:
        """End at a handler that keeps the connection."""
        why = {"echo": "sends back what it gets", "close": "closes the connection"}.get(
            handler.name, "hands it on"
        )
        if handler.name == "proxy":
            dials = [self.cx.expand(d) for u in handler.upstreams for d in u.dial]
            self.trace.upstreams = tuple(dials)
            why = "to " + ", ".join(dials)
            if handler.proxy_protocol:
                why += f", PROXY {handler.proxy_protocol} from {address_text(self.cx.remote)}"
        return self.trace.end(handler.name, place, why)

    def passing(self, handler: Any, place: str) -> bool:
        """Let a handler change the connection; True if it ends here after all."""
        if handler.name == "tls":
            return self.tls(place)
        if handler.name == "proxy_protocol":
            return self.proxy_header(place, required=True)
        if handler.name == "vars":
            values = {k: self.cx.expand(v) if isinstance(v, str) else v
                      for k, v in handler.variables.items()}  # fmt: skip
            self.cx.vars.update(values)
            self.note("handler", place, f"sets {values}")
            return False
        self.note("handler", place, "passes it on")
        return False

    def tls(self, place: str) -> bool:
        """Take TLS off; True if there is none to take off, or nothing inside yet."""
        found = clienthello.read(self.data)
        if not isinstance(found, clienthello.Hello):
            if isinstance(found, clienthello.Incomplete):
                return self.trace.end("pending", place, f"waits for a ClientHello: {found.why}")
            return self.trace.end("tls", place, f"the handshake fails: {found.why}")
        name = found.server_name
        self.note("handler", place, f"terminates TLS (SNI {name or 'absent'})")
        self.cx = replace(self.cx, encrypted=True, placeholders=dict(self.cx.placeholders))
        self.cx.placeholders["l4.tls.server_name"] = name
        self.data, self.inner = self.inner, b""
        if not self.data:
            return self.trace.end(
                "tls", place, "TLS ends here; nothing is known of what is inside"
            )
        return False

    def proxy_header(self, place: str, required: bool) -> bool:
        """Take a PROXY header off; True if it is malformed or still incomplete."""
        found = proxy_header.read(self.data)
        if isinstance(found, proxy_header.ProxyHeader):
            self.data = self.data[found.size :]
            if found.source is not None:
                self.cx.remote = found.source
            self.note("handler", place, f"the client is {address_text(self.cx.remote)}")
            return False
        if isinstance(found, proxy_header.Incomplete):
            return self.trace.end("pending", place, "waits for the rest of a PROXY header")
        if isinstance(found, proxy_header.Malformed):
            return self.trace.end("closed", place, f"malformed PROXY header: {found.why}")
        if required:
            return self.trace.end("closed", place, "there is no PROXY header")
        self.note("wrapper", place, "no PROXY header: the address stays as it is")
        return False

    def plain_http(self) -> bool:
        """Is it HTTP without TLS?"""
        return self.data[:1].isalpha() and b" HTTP/1." in self.data.split(b"\n")[0]

    def site(self, name: str, server: HTTPServer) -> None:
        """End at the site that answers the request, if one is known."""
        from caddylite.testing.sites import describe

        if not self.data:
            self.trace.end("pending", name, "waits for a request")
            return
        where, why = describe(name, server, self.cx, self.data)
        self.trace.end("http", where, why)
