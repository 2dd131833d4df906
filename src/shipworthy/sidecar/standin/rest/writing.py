"""INSERT, UPDATE and DELETE for a request; the rows come from its JSON body, read by PostgreSQL."""

# ruff: noqa: S608 - names are quoted by sql.py, values are parameters

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shipworthy.database.names import literal
from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.asked import Asked
from shipworthy.sidecar.standin.rest.catalogue import Column, Relation
from shipworthy.sidecar.standin.rest.sql import Parameters, conditions, name, name_of, record_of
from shipworthy.sidecar.standin.rest.tree import Node


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of a request: the text that came and what it holds."""

    text: str
    rows: tuple[dict[str, Any], ...]
    is_list: bool


def read_body(content: bytes) -> Body:
    """Read a JSON object or a list of objects. Raises Refusal."""
    try:
        text = content.decode()
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "PGRST102", "Empty or invalid json") from error
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise Refusal(400, "PGRST102", "Empty or invalid json")
    return Body(text, tuple(rows), isinstance(found, list))


def insert(
    relation: Relation, asked: Asked, body: Body, how: Insertion, parameters: Parameters, back: str
) -> str:
    """INSERT … RETURNING `back`. `how` says what happens to rows that are there already."""
    columns = _columns(relation, asked, body)
    listed = ", ".join(name(c.name) for c in columns)
    if body.is_list and not body.rows:
        return f"SELECT {back} FROM {name_of(relation)} WHERE false"
    source = _source(body, columns, parameters, defaults=how.defaults)
    inserted = f"({listed}) SELECT {_of_body(columns)} {source}"
    if not columns:
        # A row of defaults has no column to select from the body.
        inserted = "DEFAULT VALUES"
    return (
        f"INSERT INTO {name_of(relation)} {inserted}"
        f"{_on_conflict(relation, asked, columns, how.resolution)} RETURNING {back}"
    )


@dataclass(frozen=True, slots=True)
class Insertion:
    """`resolution` is "", merge-duplicates or ignore-duplicates; `defaults`: for keys that lack."""

    resolution: str
    defaults: bool


def update(
    node: Node, relation: Relation, asked: Asked, body: Body, parameters: Parameters, back: str
) -> str:
    """UPDATE … RETURNING `back` of the rows that the filters name."""
    columns = _columns(relation, asked, body)
    if not columns:
        return f"SELECT {back} FROM {name_of(relation)} WHERE false"
    where = _where(node, relation, parameters, "UPDATE")
    assigned = ", ".join(f"{name(c.name)} = pgrst_body.{name(c.name)}" for c in columns)
    source = _source(body, columns, parameters, defaults=False, one=True)
    return f"UPDATE {name_of(relation)} SET {assigned} {source} WHERE {where} RETURNING {back}"


def delete(node: Node, relation: Relation, parameters: Parameters, back: str) -> str:
    """DELETE … RETURNING `back` of the rows that the filters name."""
    where = _where(node, relation, parameters, "DELETE")
    return f"DELETE FROM {name_of(relation)} WHERE {where} RETURNING {back}"


def returned(node: Node, relation: Relation) -> str:
    """The columns that a RETURNING must give so that `node` can be read from them."""
    wanted = [one.field.name for one in node.columns]
    wanted += [column for b in node.branches for column in _tying(b.way)]
    wanted += [term.field.name for term in node.wanted.order if not term.relation]
    place = name_of(relation)
    if "*" in wanted:
        return f"{place}.*"
    return ", ".join(f"{place}.{name(one)}" for one in dict.fromkeys(wanted)) or "1"


def _tying(way: Any) -> tuple[str, ...]:
    pairs = way.junction.source if way.junction else way.pairs
    return tuple(column for column, _ in pairs)


def _columns(relation: Relation, asked: Asked, body: Body) -> tuple[Column, ...]:
    names = asked.columns
    if names is None:
        names = tuple(body.rows[0]) if body.rows else ()
        if any(row.keys() != body.rows[0].keys() for row in body.rows):
            raise Refusal(400, "PGRST102", "All object keys must match")
    return tuple(_column(relation, one) for one in names)


def _column(relation: Relation, wanted: str) -> Column:
    if wanted not in relation.columns:
        raise Refusal(
            400,
            "PGRST204",
            f"Could not find the '{wanted}' column of '{relation.name}' in the schema cache",
        )
    return relation.columns[wanted]


def _of_body(columns: Sequence[Column]) -> str:
    return ", ".join(f"pgrst_body.{name(c.name)}" for c in columns)


def _source(
    body: Body,
    columns: Sequence[Column],
    parameters: Parameters,
    *,
    defaults: bool,
    one: bool = False,
) -> str:
    """FROM the rows of the body, each read by the types of the columns."""
    if not columns:
        return ""
    kind = "jsonb" if defaults else "json"
    given = f"{parameters.add(body.text)}::{kind}"
    if not body.is_list:
        given = f"{kind}_build_array({given})"
    if defaults:
        known = ", ".join(f"{literal(c.name)}, {c.default}" for c in columns if c.default)
        given = (
            f"(SELECT jsonb_agg(jsonb_build_object({known}) || element)"
            f" FROM jsonb_array_elements({given}) AS element)"
        )
    limit = " LIMIT 1" if one else ""
    return f"FROM (SELECT * FROM {kind}_to_recordset({given}) AS _({record_of(columns)}){limit}) pgrst_body"


def _on_conflict(
    relation: Relation, asked: Asked, columns: Sequence[Column], resolution: str
) -> str:
    target = asked.on_conflict or relation.key
    if not resolution or not target:
        return ""
    listed = ", ".join(name(column) for column in target)
    if resolution == "ignore-duplicates" or not columns:
        return f" ON CONFLICT ({listed}) DO NOTHING"
    assigned = ", ".join(f"{name(c.name)} = EXCLUDED.{name(c.name)}" for c in columns)
    return f" ON CONFLICT ({listed}) DO UPDATE SET {assigned}"


def _where(node: Node, relation: Relation, parameters: Parameters, verb: str) -> str:
    """The filters; hosted projects load pg-safeupdate, which refuses to change every row at once."""
    if not node.wanted.where:
        raise Refusal(400, "21000", f"{verb} requires a WHERE clause")
    parts = conditions(node.wanted.where, name_of(relation), relation, parameters, {})
    return " AND ".join(parts)
