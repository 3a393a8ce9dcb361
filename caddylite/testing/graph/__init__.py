"""Pictures of a config: listeners → wrappers → routes → handlers → upstreams.

graph = build(Lab.from_file("Caddyfile"), trace)
svg.write(graph)
"""

from caddylite.testing.graph.building import build
from caddylite.testing.graph.model import Edge, Graph, Node

__all__ = ["Edge", "Graph", "Node", "build"]
