"""A layered layout: columns from left to right, boxes ordered so that few arrows cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shipworthy.report.diagram.graph import Graph, Node

WIDTH = 248  # of a box, in units of the drawing
GAP = 132  # between the columns of a drawing with up to three
NARROW = 72  # between those of a wider one
LINE = 30  # height of a box with one line
TWO_LINES = 44
SPACE = 10  # between boxes
SECTION = 30  # above the first box of a section
TOP = 44  # room for the names of the columns
SIDE = 16
_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place: the upper left corner and the size."""

    node: Node
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Half its height down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes, the headings of sections (x, y, text), and the size of the drawing."""

    boxes: Mapping[str, Box]
    headings: tuple[tuple[float, float, str], ...]
    width: float
    height: float
    gap: float  # between columns


def lay_out(graph: Graph) -> Layout:
    """Place every node. Deterministic; linear in nodes and edges but for a few sorts."""
    ranks = sorted({n.rank for n in graph.nodes})
    columns = {rank: [n for n in graph.nodes if n.rank == rank] for rank in ranks}
    _order(columns, graph)
    boxes: dict[str, Box] = {}
    headings: list[tuple[float, float, str]] = []
    heights = {rank: _height(nodes) for rank, nodes in columns.items()}
    tallest = max(heights.values(), default=0)
    gap = GAP if len(ranks) <= 3 else NARROW
    for place, rank in enumerate(ranks):
        x = SIDE + place * (WIDTH + gap)
        y = TOP + (tallest - heights[rank]) / 2
        for node, heading in _with_headings(columns[rank]):
            if heading:
                headings.append((x, y + SECTION - 10, heading))
                y += SECTION
            height = TWO_LINES if node.note else LINE
            boxes[node.id] = Box(node, x, y, height)
            y += height + SPACE
    width = 2 * SIDE + len(ranks) * WIDTH + max(0, len(ranks) - 1) * gap
    return Layout(boxes, tuple(headings), width, TOP + tallest + SIDE, gap)


def _height(nodes: Iterable[Node]) -> float:
    return sum(
        (TWO_LINES if node.note else LINE) + SPACE + (SECTION if heading else 0)
        for node, heading in _with_headings(nodes)
    )


def _with_headings(nodes: Iterable[Node]) -> Iterable[tuple[Node, str]]:
    last = ""
    for node in nodes:
        yield node, node.group if node.group != last else ""
        last = node.group


def _order(columns: Mapping[int, list[Node]], graph: Graph) -> None:
    """Sort each column by the mean place of its neighbours, sections kept together (Sugiyama)."""
    neighbours: dict[str, list[str]] = {}
    for edge in graph.edges:
        neighbours.setdefault(edge.source, []).append(edge.target)
        neighbours.setdefault(edge.target, []).append(edge.source)
    for nodes in columns.values():
        _sort(nodes, {n.id: i for i, n in enumerate(nodes)})
    for sweep in range(_SWEEPS):
        order = sorted(columns, reverse=bool(sweep % 2))
        for rank in order:
            places = {
                n.id: index / max(1, len(nodes))
                for nodes in columns.values()
                for index, n in enumerate(nodes)
            }
            wanted = {n.id: _mean(neighbours.get(n.id, ()), places, n) for n in columns[rank]}
            _sort(columns[rank], wanted)


def _mean(neighbours: Iterable[str], places: Mapping[str, float], node: Node) -> float:
    known = [places[n] for n in neighbours if n in places]
    return sum(known) / len(known) if known else places[node.id]


def _sort(nodes: list[Node], wanted: Mapping[str, float]) -> None:
    groups = {group: i for i, group in enumerate(dict.fromkeys(n.group for n in nodes))}
    nodes.sort(key=lambda n: (groups[n.group], n.kind == "rest", wanted[n.id], n.label))
