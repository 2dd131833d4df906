"""Go through a tree of code, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=tuple[object, ...])


def nodes_in(tree: object, *kinds: type[Node]) -> Iterator[Node]:
    """Every node of these kinds in a tree, the outer ones before those inside of them."""
    if isinstance(tree, kinds):
        yield tree
    if isinstance(tree, tuple):
        for part in tree:
            if isinstance(part, tuple):
                yield from nodes_in(part, *kinds)
