"""A graph for Mermaid, which GitHub and GitLab draw in Markdown."""

from typing import Final

from caddylite.testing.graph.model import Graph

_BRACKETS: Final = {
    "listener": ("([", "])"), "wrapper": ("[[", "]]"), "route": ("[", "]"), "handler": ("(", ")"),
    "upstream": ("[(", ")]"), "site": ("[/", "/]"), "closed": ("{{", "}}"),
}  # fmt: skip


def write(graph: Graph) -> str:
    """Return the graph as a Mermaid flow chart; the path has the class ``taken``."""
    names = {id_: f"n{number}" for number, id_ in enumerate(graph.nodes)}
    out = ["flowchart LR"]
    for node in graph.nodes.values():
        opens, closes = _BRACKETS[node.kind]
        label = "<br/>".join(map(_text, node.lines))
        out.append(f'  {names[node.id]}{opens}"{label}"{closes}')
    lit, lit_edges = set(graph.path), graph.lit_edges()
    thick = []
    for number, edge in enumerate(graph.edges.values()):
        arrow = "-.->" if edge.falls else "-->"
        label = f"|{_text(edge.label)}|" if edge.label else ""
        out.append(f"  {names[edge.source]} {arrow}{label} {names[edge.target]}")
        if (edge.source, edge.target) in lit_edges:
            thick.append(number)
    taken = [names[i] for i in graph.nodes if i in lit]
    if taken:
        out.append("  classDef taken stroke:#d33,stroke-width:3px")
        out.append(f"  class {','.join(taken)} taken")
    if thick:
        out.append(f"  linkStyle {','.join(map(str, thick))} stroke:#d33,stroke-width:3px")
    return "\n".join(out) + "\n"


def _text(text: str) -> str:
    for char, entity in (("&", "&amp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, entity)
    return text
