"""A config as a graph: listeners, wrappers, routes, handlers, upstreams, sites."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

#: What is drawn: the kinds of nodes.
KINDS: Final = ("listener", "wrapper", "route", "handler", "upstream", "site", "closed")


@dataclass(frozen=True, slots=True)
class Node:
    """``id`` is the place as traces name it; ``at`` is ``file:line`` or empty."""

    id: str
    kind: str
    lines: tuple[str, ...]
    at: str = ""

    @property
    def label(self) -> str:
        """Its text, on one line."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Edge:
    """``falls``: the way of what was not taken, or goes on."""

    source: str
    target: str
    label: str = ""
    falls: bool = False


@dataclass(slots=True)
class Graph:
    """Nodes and edges in the order of the config; ``path`` are the nodes a client comes by."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    path: tuple[str, ...] = ()

    def node(self, id_: str, kind: str, lines: Iterable[str], at: str = "") -> str:
        """Add a node, if it is not there; return its id."""
        if id_ not in self.nodes:
            self.nodes[id_] = Node(id_, kind, tuple(lines), at)
        return id_

    def edge(self, source: str, target: str, label: str = "", falls: bool = False) -> None:
        """Add an edge; one between the same nodes is kept as it is."""
        self.edges.setdefault((source, target), Edge(source, target, label, falls))

    def drop_unreached(self) -> None:
        """Take away the ends that no edge leads to."""
        reached = {target for _, target in self.edges}
        for id_, node in list(self.nodes.items()):
            if node.kind == "closed" and id_ not in reached:
                del self.nodes[id_]

    def lit_edges(self) -> set[tuple[str, str]]:
        """Return the edges between nodes of the path, in its order."""
        place = {node: n for n, node in enumerate(self.path)}
        lit = set()
        for source, target in self.edges:
            if source in place and target in place and place[target] > place[source]:
                lit.add((source, target))
        # of several ways to a node the one from the nearest before it was taken
        best: dict[str, str] = {}
        for source, target in lit:
            if target not in best or place[source] > place[best[target]]:
                best[target] = source
        return {(source, target) for target, source in best.items()}
