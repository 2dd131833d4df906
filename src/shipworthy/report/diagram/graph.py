"""What a diagram shows, before it is laid out: nodes in columns, and the edges between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `kind` is its style ("caller", "entry", "table", …); `note` a second, smaller line;
    `weight` says which nodes are named first where there are too many; `group` the section of its
    column. `rank` orders columns from the left."""

    id: str
    label: str
    kind: str
    rank: int
    note: str = ""
    group: str = ""
    weight: float = 0.0
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow. `style` is "reads", "changes", "open" (anybody) or "uses"."""

    source: str
    target: str
    style: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges; `left_out` counts the nodes that were put together, by their new box."""

    title: str
    description: str
    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def label(self, node: str) -> str:
        """What a node is called."""
        return next(n.label for n in self.nodes if n.id == node)


_LEAST = 5  # boxes that a section keeps


def condensed(graph: Graph, most: Mapping[int, int]) -> Graph:
    """The graph with at most so many boxes per column: of each section, those that weigh least become
    one box that says how many they are."""
    moved: dict[str, str] = {}
    kept: list[Node] = []
    for rank in sorted({n.rank for n in graph.nodes}):
        column = [n for n in graph.nodes if n.rank == rank]
        kept += _condensed_column(column, most.get(rank, 14), moved)
    edges = {
        Edge(moved.get(e.source, e.source), moved.get(e.target, e.target), e.style)
        for e in graph.edges
    }
    ordered = sorted(edges, key=lambda e: (e.source, e.target, e.style))
    return replace(
        graph, nodes=tuple(kept), edges=tuple(e for e in ordered if e.source != e.target)
    )


def _condensed_column(column: list[Node], most: int, moved: dict[str, str]) -> Iterable[Node]:
    if len(column) <= most:
        return column
    groups = dict.fromkeys(n.group for n in column)
    kept: list[Node] = []
    for group in groups:
        members = [n for n in column if n.group == group]
        share = max(_LEAST, round(most * len(members) / len(column)))
        if len(members) <= share + 1:
            kept += members
            continue
        ranked = sorted(members, key=lambda n: (-n.weight, n.label))
        named = {n.id for n in ranked[:share]}
        rest = [n for n in members if n.id not in named]
        box = replace(
            rest[0],
            id=f"rest:{column[0].rank}:{group}",
            label=f"{len(rest):,} more",
            note=", ".join(n.label for n in rest[:3]) + ", …",
            kind="rest",
            severity=_worst(rest),
        )
        moved.update((n.id, box.id) for n in rest)
        kept += [n for n in members if n.id in named] + [box]
    return kept


def _worst(nodes: Iterable[Node]) -> str:
    order = ("critical", "high", "medium", "low", "")
    return min((n.severity for n in nodes), key=order.index, default="")
