"""Pieces of SQL: names quoted, values as numbered parameters and never as text."""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.database.names import quoted_part
from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.catalogue import Column, Relation
from shipworthy.sidecar.standin.rest.conditions import (
    QUANTIFIED,
    SEARCHES,
    SIMPLE,
    Condition,
    Filter,
    Logic,
)
from shipworthy.sidecar.standin.rest.selection import Chosen, Field

_JSON = ("json", "jsonb")
_SEARCHED = "tsvector"


class Parameters:
    """The values of one statement, in order."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> str:
        """`$n` for a value. PostgreSQL takes no NUL in a text."""
        if isinstance(value, str) and "\0" in value:
            raise Refusal(400, "22P05", "unsupported Unicode escape sequence", None, None)
        self.values.append(value)
        return f"${len(self.values)}"


def name_of(relation: Relation) -> str:
    """ "schema"."name"."""
    return f"{name(relation.schema)}.{name(relation.name)}"


def name(word: str) -> str:
    """A name in quotes; PostgreSQL cuts what is longer than 63 bytes, as it does with names of its own."""
    if "\0" in word:
        raise Refusal(400, "22P05", "unsupported Unicode escape sequence")
    return quoted_part(word) if word else '" "'


def chosen(one: Chosen, place: str, relation: Relation | None, parameters: Parameters) -> str:
    """A column of a SELECT."""
    if one.field.name == "*" and not one.field.path:
        return f"{place}.*"
    text = field(one.field, place, relation, parameters)
    if one.cast:
        text = f"CAST({text} AS {one.cast})"  # letters, digits, blanks, _ and $ alone: see Scanner
    return f"{text} AS {name(one.alias)}" if one.alias else text


def field(one: Field, place: str, relation: Relation | None, parameters: Parameters) -> str:
    """A column, or a value within it."""
    text = f"{place}.{name(one.name)}"
    if not one.path:
        return text
    column = relation.columns.get(one.name) if relation else None
    if column is not None and column.type not in _JSON:
        text = f"to_jsonb({text})"
    for step in one.path:
        kind = "int" if step.is_index else "text"
        text += f"{step.arrow}{parameters.add(step.key)}::{kind}"
    return text


def conditions(
    every: Sequence[Condition],
    place: str,
    relation: Relation | None,
    parameters: Parameters,
    embedded: dict[str, str],
) -> list[str]:
    """Each condition as SQL; `embedded` are the subqueries by the key under which they stand."""
    return [_condition(one, place, relation, parameters, embedded) for one in every]


def _condition(
    one: Condition,
    place: str,
    relation: Relation | None,
    parameters: Parameters,
    embedded: dict[str, str],
) -> str:
    if isinstance(one, Logic):
        parts = conditions(one.parts, place, relation, parameters, embedded)
        return f"{'NOT ' if one.negated else ''}({f' {one.operator} '.join(parts)})"
    if one.field.name in embedded and not one.field.path:
        return _presence(one, embedded[one.field.name])
    return _filter(one, place, relation, parameters)


def _presence(one: Filter, subquery: str) -> str:
    """`author=is.null`: whether there are related rows at all."""
    if one.operator != "is" or one.values[0] not in ("NULL", "NOT NULL"):
        raise Refusal(
            400,
            "PGRST120",
            f"Bad operator on the '{one.field.name}' embedded resource",
            "Only is null or not is null filters are allowed on embedded resources",
        )
    there = one.negated != (one.values[0] == "NOT NULL")
    return f"{subquery} IS {'' if there else 'NOT '}DISTINCT FROM NULL"


def _filter(one: Filter, place: str, relation: Relation | None, parameters: Parameters) -> str:
    left = field(one.field, place, relation, parameters)
    value = one.values[0]
    if one.operator == "is":
        right = f"IS {value}"  # one of five words
    elif one.operator == "in":
        listed = "{}" if one.values == ("",) else _array(one.values)
        right = f"= ANY({parameters.add(listed)})"
    elif one.operator == "isdistinct":
        right = f"IS DISTINCT FROM {parameters.add(value)}"
    elif one.operator in SEARCHES:
        return _search(one, left, relation, parameters)
    elif one.operator in SIMPLE:
        right = f"{SIMPLE[one.operator]} {parameters.add(value)}"
    else:
        if one.operator in ("like", "ilike"):
            value = value.replace("*", "%")
        bound = parameters.add(value)
        right = f"{QUANTIFIED[one.operator]} " + (
            f"{one.extra.upper()}({bound})" if one.extra else bound
        )
    return f"{'NOT ' if one.negated else ''}{left} {right}"


def _search(one: Filter, left: str, relation: Relation | None, parameters: Parameters) -> str:
    language = f"{parameters.add(one.extra)}::regconfig, " if one.extra else ""
    column = relation.columns.get(one.field.name) if relation else None
    if one.field.path or (column is not None and column.type != _SEARCHED):
        left = f"to_tsvector({language}{left})"
    asked = f"{SEARCHES[one.operator]}({language}{parameters.add(one.values[0])})"
    return f"{'NOT ' if one.negated else ''}{left} @@ {asked}"


def _array(values: Sequence[str]) -> str:
    """An array as PostgreSQL reads it, whatever the type of its elements."""
    escaped = (v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def record_of(columns: Sequence[Column]) -> str:
    """The column definitions under which a JSON object is read as a row."""
    return ", ".join(f"{name(c.name)} {c.type}" for c in columns)
