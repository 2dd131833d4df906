"""Go through a tree of code, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from shipworthy.prototype.program.nodes import Literal, Name

Node = TypeVar("Node", bound=tuple[object, ...])


def nodes_in(tree: object, *kinds: type[Node]) -> Iterator[Node]:
    """Every node of these kinds in a tree, the outer ones before those inside of them."""
    pending = [tree] if isinstance(tree, tuple) else []
    while pending:  # a generator in a generator for each level costs several times as much
        part = pending.pop()
        kind = type(part)
        if kind in kinds:
            yield part  # type: ignore[misc]
        if kind not in _LEAVES:
            pending += [inner for inner in part[::-1] if isinstance(inner, tuple)]


_LEAVES = frozenset({Name, Literal})  # two parts in three
