"""A layered layout: columns from left to right, few crossings, long edges around the nodes.

Sugiyama's method in its simplest form: longest-path layers, dummies for long edges, barycentre
sweeps for the order, then each node moves towards the middle of its neighbours.
"""

from dataclasses import dataclass, field
from typing import Final

from caddylite.testing.graph.model import Graph

CHAR: Final = 6.6  # the width of a letter at 11 px
LINE: Final = 15.0
GAP_X: Final = 56.0
GAP_Y: Final = 16.0
MARGIN: Final = 16.0
_SWEEPS: Final = 8


@dataclass(slots=True)
class Box:
    """Where something is drawn: its left upper corner and its size (a dummy has none)."""

    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0
    layer: int = 0

    @property
    def middle(self) -> float:
        """The height at which edges touch it."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Layout:
    """The boxes by node, the bends of each edge, and the size of the whole."""

    boxes: dict[str, Box] = field(default_factory=dict)
    bends: dict[tuple[str, str], list[Box]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def lay_out(graph: Graph) -> Layout:
    """Give every node a place."""
    out = Layout()
    for node in graph.nodes.values():
        longest = max(len(line) for line in (*node.lines, ""))
        out.boxes[node.id] = Box(longest * CHAR + 16, len(node.lines) * LINE + 10)
    for id_, layer in _layers(graph).items():
        out.boxes[id_].layer = layer
    columns, neighbours = _columns(graph, out)
    _sort(columns, neighbours)
    _place(columns, neighbours)
    out.width = max((b.x + b.width for b in out.boxes.values()), default=0) + MARGIN
    every = [b for column in columns for b in column]
    out.height = max((b.y + b.height for b in every), default=0) + MARGIN
    return out


def _layers(graph: Graph) -> dict[str, int]:
    """Return each node's column: behind all that lead to it (edges of loops do not count)."""
    after: dict[str, list[str]] = {id_: [] for id_ in graph.nodes}
    for source, target in graph.edges:
        after[source].append(target)
    layer = dict.fromkeys(graph.nodes, 0)
    done: list[str] = []
    state: dict[str, int] = {}
    for start in graph.nodes:
        stack = [(start, iter(after[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            id_, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[id_] = 2
                done.append(id_)
                stack.pop()
            elif following not in state:
                state[following] = 1
                stack.append((following, iter(after[following])))
    rank = {id_: n for n, id_ in enumerate(reversed(done))}
    for id_ in rank:
        for following in after[id_]:
            if rank[following] > rank[id_]:
                layer[following] = max(layer[following], layer[id_] + 1)
    return layer


Columns = list[list[Box]]
Neighbours = dict[int, tuple[list[Box], list[Box]]]


def _columns(graph: Graph, out: Layout) -> tuple[Columns, Neighbours]:
    """Put the boxes, and a dummy wherever a long edge crosses a column, into columns."""
    columns: Columns = [
        [] for _ in range(max((b.layer for b in out.boxes.values()), default=0) + 1)
    ]
    neighbours: Neighbours = {}
    for box in out.boxes.values():
        columns[box.layer].append(box)
        neighbours[id(box)] = ([], [])
    for key in graph.edges:
        source, target = out.boxes[key[0]], out.boxes[key[1]]
        chain = [source]
        for layer in range(source.layer + 1, target.layer):
            dummy = Box(layer=layer, height=4)
            columns[layer].append(dummy)
            neighbours[id(dummy)] = ([], [])
            chain.append(dummy)
        out.bends[key] = chain[1:]
        if source.layer < target.layer:
            for one, other in zip(chain, [*chain[1:], target], strict=True):
                neighbours[id(one)][1].append(other)
                neighbours[id(other)][0].append(one)
    return columns, neighbours


def _sort(columns: Columns, neighbours: Neighbours) -> None:
    """Order each column by the middle of its neighbours, from the left and from the right."""
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        for column in columns if forwards else reversed(columns):
            place = {id(b): n for other in columns for n, b in enumerate(other)}
            middle = {}
            for number, box in enumerate(column):
                near = neighbours[id(box)][0 if forwards else 1]
                middle[id(box)] = (
                    sum(place[id(b)] for b in near) / len(near) if near else float(number)
                )
            column.sort(key=lambda b: middle[id(b)])


def _place(columns: Columns, neighbours: Neighbours) -> None:
    x = MARGIN
    for column in columns:
        y = MARGIN
        for box in column:
            box.x, box.y = x, y
            y += box.height + GAP_Y
        x += max((b.width for b in column), default=0) + GAP_X
    for sweep in range(_SWEEPS):
        side = sweep % 2
        for column in columns if side == 0 else reversed(columns):
            _settle(column, neighbours, side)
    lowest = min((b.y for c in columns for b in c), default=MARGIN)
    for box in (b for c in columns for b in c):
        box.y += MARGIN - lowest


def _settle(column: list[Box], neighbours: Neighbours, side: int) -> None:
    """Move each box towards its neighbours, as far as those above leave room; then centre."""
    wanted = []
    for box in column:
        near = neighbours[id(box)][side] or neighbours[id(box)][1 - side]
        middle = sum(b.middle for b in near) / len(near) if near else box.middle
        wanted.append(middle - box.height / 2)
    floor = float("-inf")
    for box, y in zip(column, wanted, strict=True):
        box.y = max(y, floor)
        floor = box.y + box.height + GAP_Y
    drift = sum(box.y - y for box, y in zip(column, wanted, strict=True)) / max(len(column), 1)
    for box in column:
        box.y -= drift
