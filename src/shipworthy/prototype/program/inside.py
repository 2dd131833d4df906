"""Go through a tree of code, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=tuple[object, ...])


def nodes_in(tree: object, *kinds: type[Node]) -> Iterator[Node]:
    """Every node of these kinds in a tree, the outer ones before those inside of them."""
    pending = [tree]  # a generator in a generator for each level costs several times as much
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            if isinstance(part, kinds):
                yield part
            pending += [inner for inner in reversed(part) if isinstance(inner, tuple)]
