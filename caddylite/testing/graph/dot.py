"""A graph in the DOT language of Graphviz."""

from typing import Final

from caddylite.testing.graph.model import Graph

_SHAPES: Final = {
    "listener": "cds", "wrapper": "component", "route": "box", "handler": "ellipse",
    "upstream": "cylinder", "site": "note", "closed": "octagon",
}  # fmt: skip


def write(graph: Graph) -> str:
    """Return the graph as DOT; the path is drawn thick."""
    out = ["digraph config {", "  rankdir=LR;", '  node [fontname="sans-serif", fontsize=11];']
    lit, lit_edges = set(graph.path), graph.lit_edges()
    for node in graph.nodes.values():
        label = "\n".join([*node.lines, *([node.at] if node.at else [])])
        more = ", color=red, penwidth=2" if node.id in lit else ""
        out.append(f"  {_q(node.id)} [shape={_SHAPES[node.kind]}, label={_q(label)}{more}];")
    for edge in graph.edges.values():
        said = [f"label={_q(edge.label)}"] if edge.label else []
        said += ["style=dashed"] if edge.falls else []
        lit_up = (edge.source, edge.target) in lit_edges
        said += ["color=red", "penwidth=2"] if lit_up else []
        attributes = f" [{', '.join(said)}]" if said else ""
        out.append(f"  {_q(edge.source)} -> {_q(edge.target)}{attributes};")
    return "\n".join([*out, "}"]) + "\n"


def _q(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
