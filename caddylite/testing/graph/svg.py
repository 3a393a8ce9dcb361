"""A graph as an SVG picture, drawn by ourselves."""

from html import escape
from itertools import pairwise
from typing import Final

from caddylite.testing.graph.layout import LINE, Box, Layout, lay_out
from caddylite.testing.graph.model import Edge, Graph, Node

_FILLS: Final = {
    "listener": "#dbeafe", "wrapper": "#ede9fe", "route": "#ffffff", "handler": "#fef9c3",
    "upstream": "#dcfce7", "site": "#ffedd5", "closed": "#fee2e2",
}  # fmt: skip
_ROUND: Final = {"listener": 14, "handler": 12, "closed": 2}
_STYLE: Final = (
    "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#111}"
    ".e{fill:none;stroke:#777;stroke-width:1.2}.f{stroke-dasharray:5 4}"
    ".l{font-size:10px;fill:#555}.b{stroke:#555}.t{stroke:#d33;stroke-width:2.6}"
)


def write(graph: Graph) -> str:
    """Return the picture; nodes have their place in the config as a tooltip."""
    layout = lay_out(graph)
    lit, lit_edges = set(graph.path), graph.lit_edges()
    width, height = round(layout.width), round(layout.height)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for key, edge in sorted(graph.edges.items(), key=lambda item: item[0] in lit_edges):
        out.append(_edge(layout, edge, key in lit_edges))
    for node in graph.nodes.values():
        out.append(_node(layout.boxes[node.id], node, node.id in lit))
    return "\n".join([*out, "</svg>"]) + "\n"


def _node(box: Box, node: Node, lit: bool) -> str:
    round_ = _ROUND.get(node.kind, 4)
    shape = (
        f'<rect class="b{" t" * lit}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{round_}" fill="{_FILLS[node.kind]}"/>'
    )
    words = "".join(
        f'<text x="{box.x + 8:.1f}" y="{box.y + 5 + LINE * (n + 0.75):.1f}">{escape(line)}</text>'
        for n, line in enumerate(node.lines)
    )
    title = f"<title>{escape(node.at or node.id)}</title>"
    return f"<g>{title}{shape}{words}</g>"


def _edge(layout: Layout, edge: Edge, lit: bool) -> str:
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    points = [(source.x + source.width, source.middle)]
    points += [(bend.x, bend.middle) for bend in layout.bends[edge.source, edge.target]]
    if source.layer < target.layer:
        points.append((target.x, target.middle))
    else:  # back, or within a column: around the right side
        points.append((target.x + target.width, target.middle))
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = max(abs(x1 - x0) / 2, 24)
        enter = -bend if source.layer < target.layer else bend
        path += f"C{x0 + bend:.1f} {y0:.1f} {x1 + enter:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    kinds = "e" + " f" * edge.falls + " t" * lit
    drawn = f'<path class="{kinds}" d="{path}" marker-end="url(#a)"/>'
    if edge.label:
        x, y = points[0]
        drawn += f'<text class="l" x="{x + 6:.1f}" y="{y - 4:.1f}">{escape(edge.label)}</text>'
    return drawn
