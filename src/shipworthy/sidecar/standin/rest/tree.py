"""A query with its relationships found: the main relation and those within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.asked import Asked, Wanted
from shipworthy.sidecar.standin.rest.catalogue import Catalogue, Relation, Relationship
from shipworthy.sidecar.standin.rest.conditions import Filter, Logic
from shipworthy.sidecar.standin.rest.related import find_relationship
from shipworthy.sidecar.standin.rest.selection import Chosen, Embedded, Field, Selection

_EVERYTHING = Selection((), ())
_ALL = (Chosen(Field("*")),)


@dataclass(slots=True)
class Node:
    """A relation, what is wanted of it and what stands in its rows. `relation` is None for rows of a
    function that are those of no relation; `alias` is "" for the main one."""

    relation: Relation | None
    alias: str
    columns: tuple[Chosen, ...]
    wanted: Wanted
    branches: list[Branch] = field(default_factory=list)


@dataclass(slots=True)
class Branch:
    """A relation within another. `result` names its subquery."""

    node: Node
    way: Relationship
    asked: Embedded
    result: str


def grow(catalogue: Catalogue, relation: Relation | None, asked: Asked) -> Node:
    """Find all relationships. Raises Refusal where one is not found or not clear."""
    unused = set(asked.wanted)
    selection = asked.selection or _EVERYTHING
    root = _node(catalogue, relation, "", selection, asked, (), unused)
    missing = next((path for path in sorted(unused) if path), None)
    if missing:
        name = missing[-1]
        raise Refusal(
            400,
            "PGRST108",
            f"'{name}' is not an embedded resource in this request",
            None,
            f"Verify that '{name}' is included in the 'select' query parameter.",
        )
    return root


def _node(
    catalogue: Catalogue,
    relation: Relation | None,
    alias: str,
    selection: Selection,
    asked: Asked,
    path: tuple[str, ...],
    unused: set[tuple[str, ...]],
) -> Node:
    unused.discard(path)
    node = Node(relation, alias, selection.columns, asked.wanted.get(path, Wanted()))
    if not path and not selection.columns and not selection.embedded:
        node.columns = _ALL
    for number, one in enumerate(selection.embedded, 1):
        if relation is None:
            raise _no_relation(one)
        way = find_relationship(catalogue, relation, one.name, one.hint)
        under = next(
            (p for p in ((*path, one.shown), (*path, one.name)) if p in asked.wanted), None
        )
        depth = len(path) + 1
        child = _node(
            catalogue,
            way.target,
            f"{way.target.name}_{depth}",
            one.selection,
            asked,
            under or (*path, one.shown),
            unused,
        )
        result = f"{alias or relation.name}_{one.shown}_{depth}_{number}"
        node.branches.append(Branch(child, way, one, result))
    _check_order(node)
    return node


def _no_relation(one: Embedded) -> Refusal:
    return Refusal(
        400,
        "PGRST200",
        f"Could not find a relationship between the function and '{one.name}' in the schema cache",
    )


def _check_order(node: Node) -> None:
    """An order by the column of another relation needs one row of it."""
    for term in node.wanted.order:
        if not term.relation:
            continue
        branch = next((b for b in node.branches if b.asked.shown == term.relation), None)
        if branch is None:
            raise Refusal(
                400,
                "PGRST108",
                f"'{term.relation}' is not an embedded resource in this request",
                None,
                f"Verify that '{term.relation}' is included in the 'select' query parameter.",
            )
        if not branch.way.is_to_one:
            origin = node.relation.name if node.relation else ""
            raise Refusal(
                400,
                "PGRST118",
                f"A related order on '{term.relation}' is not possible",
                f"'{origin}' and '{term.relation}' do not form a many-to-one or one-to-one"
                " relationship",
            )


def all_filters(node: Node) -> Iterator[Filter]:
    """Every filter on the relation itself."""
    waiting: list[Filter | Logic] = list(node.wanted.where)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Logic):
            waiting += one.parts
        else:
            yield one
