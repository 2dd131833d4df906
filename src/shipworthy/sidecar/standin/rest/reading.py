"""SELECT statements for a query with related rows, in the shape that PostgREST gives them."""

# ruff: noqa: S608 - names are quoted by sql.py, values are parameters

from __future__ import annotations

from shipworthy.sidecar.standin.rest.asked import Order
from shipworthy.sidecar.standin.rest.sql import (
    Parameters,
    chosen,
    conditions,
    field,
    name,
    name_of,
)
from shipworthy.sidecar.standin.rest.tree import Branch, Node, all_filters

SOURCE = "pgrst_source"  # the name that PostgREST gives to it, as some functions know


def select(node: Node, parameters: Parameters, source: str = "", join: str = "") -> str:
    """A SELECT of the node's rows. `source` is read instead of the relation; `join` ties to a parent."""
    place = _place(node, source)
    columns = [chosen(one, place, node.relation, parameters) for one in node.columns]
    columns += [_shown(branch) for branch in node.branches]
    joins = "".join(_joined(branch, place, parameters) for branch in node.branches)
    present = {b.asked.shown: name(b.result) for b in node.branches}
    where = conditions(node.wanted.where, place, node.relation, parameters, present)
    return (
        f"SELECT {', '.join(c for c in columns if c) or 'NULL'} FROM {_from(node, source)}{joins}"
        f"{_where([*where, *([join] if join else [])])}{_order(node, place, parameters)}{_limit(node)}"
    )


def count(node: Node, parameters: Parameters, source: str = "", join: str = "") -> str:
    """A SELECT of one value for each row that counts, whatever page is wanted."""
    place = _place(node, source)
    asked_for = {one.field.name for one in all_filters(node)}
    deciding = [b for b in node.branches if b.asked.inner or b.asked.shown in asked_for]
    joins = "".join(_joined(b, place, parameters) for b in deciding)
    present = {b.asked.shown: name(b.result) for b in deciding}
    where = conditions(node.wanted.where, place, node.relation, parameters, present)
    return (
        f"SELECT 1 FROM {_from(node, source)}{joins}{_where([*where, *([join] if join else [])])}"
    )


def _place(node: Node, source: str) -> str:
    if node.alias:
        return name(node.alias)
    return source or (name_of(node.relation) if node.relation else SOURCE)


def _from(node: Node, source: str) -> str:
    table = source or (name_of(node.relation) if node.relation else SOURCE)
    return f"{table} AS {name(node.alias)}" if node.alias else table


def _shown(branch: Branch) -> str:
    """What of a branch stands in the row."""
    result, key = name(branch.result), name(branch.asked.shown)
    if not branch.node.columns and not branch.node.branches:
        return ""
    if branch.asked.spread:
        return _spread(branch)
    if branch.way.is_to_one:
        return f"row_to_json({result}.*)::jsonb AS {key}"
    return f"coalesce({result}.{result}, '[]') AS {key}"


def _spread(branch: Branch) -> str:
    result = name(branch.result)
    keys = [one.alias or one.field.name for one in branch.node.columns]
    keys += [b.asked.shown for b in branch.node.branches]
    if branch.way.is_to_one:
        return ", ".join(f"{result}.*" if k == "*" else f"{result}.{name(k)}" for k in keys)
    return ", ".join(f"coalesce({result}.{name(k)}, '[]') AS {name(k)}" for k in keys if k != "*")


def _joined(branch: Branch, place: str, parameters: Parameters) -> str:
    """The lateral subquery of a branch; rows of many become one JSON array."""
    result = name(branch.result)
    kind = "INNER" if branch.asked.inner else "LEFT"
    inner = _subquery(branch, place, parameters)
    if branch.way.is_to_one:
        return f" {kind} JOIN LATERAL ({inner}) AS {result} ON TRUE"
    several = f"json_agg({result})::jsonb AS {result}"
    if branch.asked.spread:
        keys = [one.alias or one.field.name for one in branch.node.columns]
        several += "".join(
            f", json_agg({result}.{name(k)})::jsonb AS {name(k)}" for k in keys if k != "*"
        )
    there = f"{result}.{result} IS NOT NULL" if branch.asked.inner else "TRUE"
    return (
        f" {kind} JOIN LATERAL (SELECT {several} FROM ({inner}) AS {result}) AS {result} ON {there}"
    )


def _subquery(branch: Branch, place: str, parameters: Parameters) -> str:
    here = name(branch.node.alias)
    junction = branch.way.junction
    if junction is None:
        ties = [f"{here}.{name(b)} = {place}.{name(a)}" for a, b in branch.way.pairs]
        return select(branch.node, parameters, join=" AND ".join(ties))
    between = name(f"{branch.node.alias}_between")
    ties = [f"{between}.{name(b)} = {place}.{name(a)}" for a, b in junction.source]
    ties += [f"{here}.{name(b)} = {between}.{name(a)}" for a, b in junction.target]
    tie = f"EXISTS (SELECT FROM {name_of(junction.table)} AS {between} WHERE {' AND '.join(ties)})"
    return select(branch.node, parameters, join=tie)


def _where(parts: list[str]) -> str:
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _order(node: Node, place: str, parameters: Parameters) -> str:
    terms = [_term(term, node, place, parameters) for term in node.wanted.order]
    return f" ORDER BY {', '.join(terms)}" if terms else ""


def _term(term: Order, node: Node, place: str, parameters: Parameters) -> str:
    relation = node.relation
    if term.relation:
        branch = next(b for b in node.branches if b.asked.shown == term.relation)
        place, relation = name(branch.result), branch.node.relation
    text = field(term.field, place, relation, parameters)
    return " ".join(part for part in (text, term.direction, term.nulls) if part)


def _limit(node: Node) -> str:
    limit, offset = node.wanted.limit, node.wanted.offset
    text = f" LIMIT {limit}" if limit is not None else ""
    return text + (f" OFFSET {offset}" if offset else "")
