"""A graph as SVG that needs no script, and no style but the classes of the page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from shipworthy.prototype.tree import printable
from shipworthy.report.diagram.graph import Edge, Graph, Node
from shipworthy.report.diagram.layout import SIDE, WIDTH, Box, Layout, lay_out

_LABEL, _NOTE = 28, 36  # characters that fit into a box


def svg_of(graph: Graph, name: str) -> str:
    """The drawing; `name` makes its ids unique in the page. Everything in it is escaped."""
    layout = lay_out(graph)
    parts = [
        f'<svg class="diagram" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" role="img" '
        f'width="{layout.width:.0f}" height="{layout.height:.0f}" '
        f'aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{_text(graph.title)}</title>',
        f'<desc id="{name}-desc">{_text(graph.description)}</desc>',
        *_markers(name),
        *_columns(graph, layout),
        *(_heading(x, y, text) for x, y, text in layout.headings),
        *(_arrow(edge, layout, name) for edge in graph.edges),
        *(_box(box) for box in layout.boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts)


def _markers(name: str) -> Iterator[str]:
    yield "<defs>"
    for style in ("reads", "changes", "open", "uses", "cycle"):
        yield (
            f'<marker id="{name}-{style}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path class="head {style}" d="M0 0.5 7.5 4 0 7.5z"/>'
            "</marker>"
        )
    yield "</defs>"


def _columns(graph: Graph, layout: Layout) -> Iterator[str]:
    for place, title in enumerate(graph.columns):
        x = SIDE + place * (WIDTH + layout.gap)
        yield f'<text class="column" x="{x}" y="22">{_text(title)}</text>'


def _heading(x: float, y: float, text: str) -> str:
    return f'<text class="section" x="{x:.0f}" y="{y:.0f}">{_text(text)}</text>'


def _arrow(edge: Edge, layout: Layout, name: str) -> str:
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    if source.x == target.x:
        return _loop(source, target, edge, name, layout.gap)
    x1, x2 = (source.x + WIDTH, target.x) if source.x < target.x else (source.x, target.x + WIDTH)
    bend = (x2 - x1) * 0.5
    path = (
        f"M{x1:.0f} {source.middle:.0f}C{x1 + bend:.0f} {source.middle:.0f} "
        f"{x2 - bend:.0f} {target.middle:.0f} {x2 - 2:.0f} {target.middle:.0f}"
    )
    return f'<path class="edge {edge.style}" d="{path}" marker-end="url(#{name}-{edge.style})"/>'


def _loop(source: Box, target: Box, edge: Edge, name: str, gap: float) -> str:
    x = source.x + WIDTH
    # The further apart, the wider: arrows between many boxes of a column stay apart.
    bend = min(gap * 0.95, 12 + abs(source.y - target.y) * 0.16)
    path = (
        f"M{x:.0f} {source.middle:.0f}C{x + bend:.0f} {source.middle:.0f} "
        f"{x + bend:.0f} {target.middle:.0f} {x + 2:.0f} {target.middle:.0f}"
    )
    return f'<path class="edge {edge.style}" d="{path}" marker-end="url(#{name}-{edge.style})"/>'


def _box(box: Box) -> str:
    node = box.node
    rest = f"{node.label}: {node.note}" if node.note else node.label
    bar = (
        f'<rect class="bar {node.severity}" x="{box.x:.0f}" y="{box.y:.0f}" width="5" '
        f'height="{box.height:.0f}" rx="2"/>'
        if node.severity
        else ""
    )
    return (
        f'<g class="node {node.kind}"><title>{_text(rest)}</title>'
        f'<rect class="box" x="{box.x:.0f}" y="{box.y:.0f}" width="{WIDTH}" '
        f'height="{box.height:.0f}" rx="6"/>{bar}{_words(node, box)}</g>'
    )


def _words(node: Node, box: Box) -> str:
    x = box.x + 14
    if not node.note:
        return (
            f'<text class="name" x="{x:.0f}" y="{box.y + 20:.0f}">{_cut(node.label, _LABEL)}</text>'
        )
    return (
        f'<text class="name" x="{x:.0f}" y="{box.y + 18:.0f}">{_cut(node.label, _LABEL)}</text>'
        f'<text class="note" x="{x:.0f}" y="{box.y + 34:.0f}">{_cut(node.note, _NOTE)}</text>'
    )


def _cut(text: str, most: int) -> str:
    return _text(text if len(text) <= most else text[: most - 1] + "…")


def _text(text: str) -> str:
    return escape(printable(text))
