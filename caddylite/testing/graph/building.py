"""From a config to its graph."""

from collections.abc import Iterator, Sequence
from typing import Any

from caddylite.http.route import Route as SiteRoute
from caddylite.layer4.config import Route
from caddylite.testing.graph import words
from caddylite.testing.graph.model import Graph
from caddylite.testing.lab import Lab
from caddylite.testing.trace import TERMINAL, Listener, Trace


def build(lab: Lab, trace: Trace | None = None) -> Graph:
    """Draw what stands behind every listener; the trace's way through it is the graph's path."""
    builder = _Builder(lab)
    for listener in lab.listeners:
        builder.listener(listener)
    builder.own_listeners()
    builder.graph.drop_unreached()
    if trace is not None:
        builder.graph.path = tuple(dict.fromkeys(_path(builder.graph, trace)))
    return builder.graph


class _Builder:
    def __init__(self, lab: Lab) -> None:
        self.lab, self.graph = lab, Graph()
        self.done: set[str] = set()

    def at(self, value: Any) -> str:
        span = self.lab.places.at(value)
        return str(span) if span is not None else ""

    def listener(self, listener: Listener) -> None:
        """Add an address and, once for each server, what is behind it."""
        g, name, server = self.graph, listener.server, listener.config
        top = g.node(f"listen {listener.address}", "listener", [listener.address], self.at(server))
        if listener.app == "layer4":
            hub = g.node(f"server {name}", "wrapper", [f"layer4 {name}"], self.at(server))
            g.edge(top, hub)
            if hub not in self.done:
                self.done.add(hub)
                self.routes(hub, name, server.routes, self.closed(name))
            return
        first = self.http(name, server)
        g.edge(top, first)

    def own_listeners(self) -> None:
        """Lead the upstreams that are listeners of this config on to them."""
        for id_, node in list(self.graph.nodes.items()):
            if node.kind != "upstream":
                continue
            for listener in self.lab.listeners:
                if _leads_to(node.lines[0], listener):
                    self.graph.edge(id_, f"listen {listener.address}")

    def closed(self, name: str) -> str:
        """Add the end of what no route wants."""
        return self.graph.node(f"closed {name}", "closed", ["closed"])

    def http(self, name: str, server: Any) -> str:
        """Add the wrappers and sites of an HTTP server; return where connections enter."""
        g = self.graph
        app = f"http {name}"
        wrappers = list(server.listener_wrappers) if server is not None else []
        ids = [f"{name}-wrapper" if w.name == "layer4" else f"{name}/{w.name}" for w in wrappers]
        if app not in self.done:
            self.done.add(app)
            g.node(app, "site", [f"http {name}"])
            for number, wrapper in enumerate(wrappers):
                g.node(ids[number], "wrapper", [wrapper.name], self.at(wrapper))
            for number, wrapper in enumerate(wrappers):
                below = ids[number + 1] if number + 1 < len(ids) else app
                if wrapper.name == "layer4":
                    self.routes(ids[number], ids[number], wrapper.routes, below)
                else:
                    g.edge(ids[number], below)
            self.sites(app, name, server)
        return ids[0] if ids else app

    def routes(self, entry: str, where: str, routes: Sequence[Route], fall: str) -> None:
        """Add a route list; what falls through goes to the node ``fall``."""
        g = self.graph
        for index, route in enumerate(routes):
            sets = [words.matcher_set(s) for s in route.match] or ["anything"]
            lines = [f"route {index}", *(f"or {s}" * (n > 0) or s for n, s in enumerate(sets))]
            g.edge(entry, g.node(f"{where}/{index}", "route", lines, self.at(route)))
        caught = any(not r.match and _keeps(r) for r in routes)
        if not caught:
            g.edge(entry, fall, "else", falls=True)
        for index, route in enumerate(routes):
            onwards = f"{where}/{index + 1}" if index + 1 < len(routes) else fall
            self.handlers(f"{where}/{index}", route.handle, onwards)

    def handlers(self, route: str, handlers: Sequence[Any], onwards: str) -> None:
        """Add a route's handlers one behind the other."""
        g = self.graph
        ids = [f"{route}.{n}:{h.name}" for n, h in enumerate(handlers)]
        for id_, handler in zip(ids, handlers, strict=True):
            g.node(id_, "handler", words.handler(handler), self.at(handler))
        before, label = route, ""
        for number, handler in enumerate(handlers):
            g.edge(before, ids[number], label)
            before, label = ids[number], ""
            if handler.name == "subroute":
                below = ids[number + 1] if number + 1 < len(ids) else onwards
                self.routes(ids[number], f"{route}.{number}", handler.routes, below)
                if number + 1 == len(ids):
                    return
                label = "else"
            elif handler.name in TERMINAL:
                self.upstreams(ids[number], handler)
                return
        g.edge(before, onwards, "goes on", falls=True)

    def upstreams(self, id_: str, handler: Any) -> None:
        """Add where a handler sends connections."""
        for upstream in getattr(handler, "upstreams", ()):
            to = upstream.dial if isinstance(upstream.dial, tuple) else (upstream.dial,)
            for text in to:
                if text:
                    self.graph.edge(id_, self.graph.node(f"to {text}", "upstream", [text]))

    def sites(self, app: str, name: str, server: Any) -> None:
        """Add the sites of an HTTP server, each with its upstreams."""
        for route in getattr(server, "routes", ()):
            hosts = [h for m in route.match if "host" in m for h in m["host"].names or ()]
            inside = list(_all_handlers(route))
            kinds = sorted({h.name for h in inside} - {"subroute", "vars"})
            lines = [", ".join(hosts[:3]) or "any host", ", ".join(kinds[:4])]
            first = next((a for h in inside if (a := self.at(h))), "")
            site = f"site {name} {hosts[0] if hosts else '*'}"
            self.graph.node(site, "site", filter(None, lines), first)
            self.graph.edge(app, site)
            for handler in inside:
                if handler.name == "reverse_proxy":
                    self.upstreams(site, handler)


def _leads_to(dial: str, listener: Listener) -> bool:
    """Is an upstream an address of this machine that a listener takes?"""
    from caddylite.adapt.ownership import same_address
    from caddylite.netaddr import NetworkAddress

    try:
        to = NetworkAddress.parse(dial)
    except ValueError:
        return False
    at, local = listener.ports, ("localhost", "127.0.0.1", "::1")
    if listener.app == "http" and to.network.startswith("udp"):  # HTTP/3
        to = NetworkAddress("tcp", to.host, to.start_port, to.end_port)
    if to.host in local and at.host in ("", "0.0.0.0", "::", *local):
        to = NetworkAddress(to.network, at.host, to.start_port, to.end_port)
    return same_address(to, at)


def _keeps(route: Route) -> bool:
    return any(h.name in TERMINAL for h in route.handle)


def _all_handlers(route: SiteRoute) -> Iterator[Any]:
    for handler in route.handle:
        yield handler
        for inside in getattr(handler, "routes", ()):
            yield from _all_handlers(inside)


def _path(graph: Graph, trace: Trace) -> Iterator[str]:
    """Yield the nodes that a client came by, in their order."""
    listener = f"listen {trace.listener}"
    yield listener
    for source, target in graph.edges:
        if source == listener and graph.nodes[target].kind in ("wrapper", "site"):
            yield target
    for step in trace.steps:
        for id_ in (step.where, f"{step.where}/{step.taken}"):
            if id_ in graph.nodes:
                yield id_
                yield from _subroutes(graph, id_, trace)
    server = trace.place.split("/")[0].split(".")[0]
    if trace.site or trace.outcome == "http":
        yield from (n for n in (f"http {server}", f"site {server} {trace.site or '*'}")
                    if n in graph.nodes)  # fmt: skip
    yield from (f"to {u}" for u in trace.upstreams if f"to {u}" in graph.nodes)
    if trace.outcome == "closed":
        yield f"closed {server}"


def _subroutes(graph: Graph, route: str, trace: Trace) -> Iterator[str]:
    for id_, node in graph.nodes.items():
        if node.kind == "handler" and id_.startswith(f"{route}.") and id_.endswith(":subroute"):
            inner = id_.removesuffix(":subroute")
            if "/" not in inner[len(route) :] and any(s.where == inner for s in trace.steps):
                yield id_
