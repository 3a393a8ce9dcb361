"""A config made fit for loopback: its own ports, and a stand-in in the place of each partner.

Every layer-4 server, and every ``layer4`` wrapper of an HTTP server, becomes a layer-4 server on a
free port of 127.0.0.1; every handler that keeps a connection becomes a ``proxy`` to a stand-in
that answers with the handler's place.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.codec import from_plain, to_plain
from caddylite.testing.trace import is_datagrams

#: Handlers that a stand-in takes the place of; what follows them in a route is left out.
PARTNERS: Final = frozenset({"proxy", "tls", "socks5", "postgres_tls", "echo", "close"})


@dataclass(slots=True)
class Harness:
    """The plain config, the places by the number of their stand-in, and the servers' ports.

    ``fronts`` and ``networks`` go by the name of the route list (``srv0``, ``srv0-wrapper``).
    """

    first_port: int
    places: list[tuple[str, bool]] = field(default_factory=list)
    servers: dict[str, Any] = field(default_factory=dict)
    fronts: dict[str, int] = field(default_factory=dict)

    @property
    def plain(self) -> dict[str, Any]:
        """The config as Caddy's JSON."""
        return {
            "admin": {"disabled": True},
            "logging": {"logs": {"default": {"level": "ERROR"}}},
            "apps": {"layer4": {"servers": self.servers}},
        }

    @property
    def config(self) -> Config:
        """The config, compiled."""
        return from_plain(Config, self.plain)

    def add(self, name: str, listen: list[str], ir: dict[str, Any]) -> None:
        """Add a route list."""
        if any(a.startswith(("unix", "fd")) for a in listen):
            return
        udp = bool(listen) and all(is_datagrams(a) for a in listen)
        port = self.fronts[name] = self.first_port + 500 + len(self.fronts)
        server = {"listen": [f"{'udp/' if udp else ''}127.0.0.1:{port}"]}
        server["routes"] = self._routes(ir.get("routes") or [], name, udp)
        if "matching_timeout" in ir:
            server["matching_timeout"] = ir["matching_timeout"]
        self.servers[name] = server

    def _routes(self, routes: list[dict[str, Any]], place: str, udp: bool) -> list[Any]:
        return [
            {**r, "handle": self._handlers(r.get("handle") or [], f"{place}/{i}", udp)}
            for i, r in enumerate(routes)
        ]

    def _handlers(self, handlers: list[dict[str, Any]], place: str, udp: bool) -> list[Any]:
        out: list[Any] = []
        for k, handler in enumerate(handlers):
            at, kind = f"{place}.{k}", handler["handler"]
            if kind in PARTNERS:
                self.places.append((f"{at}:{kind}", udp))
                dial = f"{'udp/' if udp else ''}127.0.0.1:{self.first_port + len(self.places) - 1}"
                return [*out, {"handler": "proxy", "upstreams": [{"dial": [dial]}]}]
            if kind == "subroute":
                inside = self._routes(handler.get("routes") or [], at, udp)
                out.append({**handler, "routes": inside})
            elif kind != "tee":
                out.append(handler)
        return out

    def place(self, port: int) -> str:
        """Return the place whose stand-in has a port."""
        return self.places[port - self.first_port][0]


def make(config: Config, first_port: int) -> Harness:
    """Make a config fit for loopback; 500 ports from ``first_port`` on are for stand-ins."""
    apps = to_plain(config).get("apps") or {}
    harness = Harness(first_port)
    for name, server in (apps.get("layer4") or {}).get("servers", {}).items():
        harness.add(name, server.get("listen") or [], server)
    for name, server in (apps.get("http") or {}).get("servers", {}).items():
        for wrapper in server.get("listener_wrappers") or []:
            if wrapper.get("wrapper") == "layer4":
                harness.add(f"{name}-wrapper", [], wrapper)
    return harness
