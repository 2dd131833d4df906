"""Columns, keys and checks of a table as CREATE TABLE and ALTER TABLE word them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from shipworthy.database.names import NAME, QUALIFIED, parts, qualified
from shipworthy.database.schema import Check, Column, ForeignKey, Index, Source, Table
from shipworthy.database.stated.words import at_commas, clause, in_parentheses, one_line
from shipworthy.regex import regex

_CONSTRAINT = regex(
    rf"(?:constraint\s+{NAME}\s+)?(?=primary\s+key|foreign\s+key|unique\b|check\s*\(|exclude\b|like\b)",
    re.IGNORECASE,
)
_COLUMN = regex(rf"({NAME})\s+(.+)", re.DOTALL)
_ENDS_TYPE = regex(
    r"\b(?:not|null|default|primary|unique|references|check|constraint|generated|collate)\b", re.I
)
SPELLED = {
    "varchar": "character varying",
    "decimal": "numeric",
    "int": "integer",
    "int4": "integer",
    "serial": "integer",
    "int8": "bigint",
    "bigserial": "bigint",
    "bool": "boolean",
    "timestamptz": "timestamp with time zone",
}
"""What PostgreSQL calls a type, by what statements may call it."""


def defined(table: Table, body: Iterable[str]) -> Table:
    """The table with what the list of its CREATE TABLE defines."""
    for part in body:
        table = _constrained(table, part) if _CONSTRAINT.match(part) else _with_column(table, part)
    return table


def altered(table: Table, action: str, source: Source) -> Table:
    """The table after one action of an ALTER TABLE."""
    words = re.match(
        r"(?P<verb>add|drop|rename|alter)\s+(?:(?P<column>column)\s+)?(?:if\s+(?:not\s+)?exists\s+)?(?P<rest>.*)",
        action.strip(),
        re.IGNORECASE | re.DOTALL,
    )
    if words is None:
        return table
    verb, rest = words["verb"].lower(), words["rest"]
    if verb == "add":
        if not words["column"] and _CONSTRAINT.match(rest):
            return _constrained(table, rest)
        return _with_column(table, rest, source)
    if verb == "drop" and not re.match(r"constraint\b", rest, re.IGNORECASE):
        dropped = parts(rest)[:1]
        return replace(table, columns=tuple(c for c in table.columns if (c.name,) != dropped))
    renamed = re.match(rf"({NAME})\s+to\s+({NAME})", rest, re.IGNORECASE)
    if verb == "rename" and renamed:
        old, new = parts(renamed[1])[0], parts(renamed[2])[0]
        kept = (replace(c, name=new) if c.name == old else c for c in table.columns)
        return replace(table, columns=tuple(kept))
    default = re.match(rf"({NAME})\s+set\s+default\s+(.*)", rest, re.IGNORECASE | re.DOTALL)
    if verb == "alter" and default:
        name, value = parts(default[1])[0], default[2].strip()
        kept = (replace(c, default=value) if c.name == name else c for c in table.columns)
        return replace(table, columns=tuple(kept))
    return table


def selected(definition: str, view: Table, tables: Mapping[str, Table]) -> tuple[Column, ...]:
    """The columns of a view by their names, as far as its list of them tells."""
    listed = re.match(
        r"\s*\(?\s*select\s+(?:distinct\s+)?(.*?)\bfrom\b", definition, re.I | re.DOTALL
    )
    found: list[Column] = []
    for part in at_commas(listed[1]) if listed else ():
        if part.endswith("*"):
            found += [c for name in view.depends_on for c in tables[name].columns]
        else:
            name = re.search(rf"({NAME})\s*$", part)
            found += [Column(parts(name[1])[0], "", True)] if name else []
    return tuple({column.name: column for column in found}.values())


def _with_column(table: Table, part: str, source: Source | None = None) -> Table:
    written = _COLUMN.match(part.strip())
    if written is None or table.column(parts(written[1])[0]):
        return table
    name, rest = parts(written[1])[0], written[2]
    ends = _ENDS_TYPE.search(rest)
    kind = one_line(rest[: ends.start()] if ends else rest).strip(' "')
    word, _, more = kind.partition("(")
    kind = SPELLED.get(word.strip(), word.strip()) + (f"({more}" if more else "")
    said = one_line(rest)
    default = re.search(
        r"\bdefault\s+('(?:[^']|'')*'|[\w.]+(?:\s*\(\s*\))?|\()", rest, re.IGNORECASE
    )
    column = Column(
        name,
        kind,
        "not null" not in said and "primary key" not in said,
        default[1] if default else None,
        "generated always" in said,
        source,
    )
    table = replace(table, columns=(*table.columns, column))
    if "primary key" in said:
        table = replace(table, primary_key=(name,))
    elif re.search(r"\bunique\b", said):
        table = _unique(table, (name,))
    target = re.search(rf"\breferences\s+({QUALIFIED})", rest, re.IGNORECASE)
    if target:
        table = _referring(table, (name,), target[1])
    condition = clause(rest, "check")
    return _checked(table, condition) if condition else table


def _constrained(table: Table, part: str) -> Table:
    rest = _CONSTRAINT.sub("", part, count=1)
    words = one_line(rest)
    if words.startswith("check"):
        return _checked(table, clause(rest, "check") or "")
    if "(" not in rest:
        return table
    listed = in_parentheses(rest, rest.index("(") + 1)
    names = tuple(parts(name)[0] for name in at_commas(listed) if parts(name))
    if words.startswith("primary"):
        return replace(table, primary_key=names)
    if words.startswith("unique"):
        return _unique(table, names)
    target = re.search(rf"\breferences\s+({QUALIFIED})", rest, re.IGNORECASE)
    return _referring(table, names, target[1]) if target else table


def _unique(table: Table, names: tuple[str, ...]) -> Table:
    made = Index("", names, True, False, True, "btree", None, "")
    return replace(table, indexes=(*table.indexes, made))


def _referring(table: Table, names: tuple[str, ...], target: str) -> Table:
    key = ForeignKey("", names, qualified(target), (), "NO ACTION")
    return replace(table, foreign_keys=(*table.foreign_keys, key))


def _checked(table: Table, condition: str) -> Table:
    named = tuple(
        c.name for c in table.columns if re.search(rf"\b{re.escape(c.name)}\b", condition)
    )
    return replace(table, checks=(*table.checks, Check("", named, condition)))
