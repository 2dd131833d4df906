"""SQL for what only the generated types know, and stand-ins for what nothing knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.generated_types import GeneratedTypes, TypedColumn, TypedTable
from shipworthy.database.likely_types import type_by_name, type_of
from shipworthy.database.names import literal, quoted, quoted_part
from shipworthy.database.replay.definitions import Thing
from shipworthy.database.replay.missing import Missing

_DEFAULTS = {
    "boolean": "false",
    "numeric": "0",
    "jsonb": "'{}'",
    "uuid": "gen_random_uuid()",
    "timestamptz": "now()",
    "date": "CURRENT_DATE",
    "text": "''",
}


def from_types(types: GeneratedTypes, lacking: Missing) -> list[str]:
    """The statements that make an object as the generated types describe it; [] if they do not."""
    if lacking.thing is Thing.RELATION and lacking.name in types.tables:
        return list(_table(types, types.tables[lacking.name]))
    if lacking.thing is Thing.COLUMN:
        table, _, name = lacking.name.rpartition(".")
        if table in types.tables:
            return list(_column(types, types.tables[table], name))
    if lacking.thing is Thing.TYPE and lacking.name in types.enums:
        return [_enum(types, lacking.name)]
    return []


def stub(lacking: Missing) -> list[str]:
    """The statements that make the least that lets a history go on."""
    name = lacking.name
    match lacking.thing:
        case Thing.RELATION if name.endswith("_seq"):
            return [f"CREATE SEQUENCE {quoted(name)}"]
        case Thing.RELATION:
            key = "id uuid PRIMARY KEY DEFAULT gen_random_uuid()"
            return [f"CREATE TABLE {quoted(name)} ({key})"]
        case Thing.COLUMN:
            table, _, column = name.rpartition(".")
            kind = type_by_name(column)
            return [f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted_part(column)} {kind}"]
        case Thing.FUNCTION:
            return [_function(lacking)]
        case Thing.TYPE:
            return [f"CREATE DOMAIN {quoted(name)} AS text"]
        case Thing.SCHEMA:
            return [f"CREATE SCHEMA {quoted_part(name)}"]
        case Thing.ROLE:
            return [f"CREATE ROLE {quoted_part(name)} NOLOGIN"]
        case Thing.EXTENSION:
            return [f"CREATE EXTENSION IF NOT EXISTS {quoted_part(name)} SCHEMA extensions"]
        case Thing.USER:
            return _user(name)


def _table(types: GeneratedTypes, table: TypedTable) -> Iterator[str]:
    names = {column.name for column in table.columns}
    yield from _needs_of(types, table.columns)
    keys = {name for reference in table.references for name in reference.columns}
    columns = [_definition(column, key=column.name in keys) for column in table.columns]
    if "id" in names:
        columns.append('PRIMARY KEY ("id")')
    uniques = dict.fromkeys(_referenced(types, table))
    columns += [f"UNIQUE ({', '.join(map(quoted_part, unique))})" for unique in uniques]
    yield f"CREATE TABLE {quoted(table.qualified)} ({', '.join(columns)})"


def _referenced(types: GeneratedTypes, table: TypedTable) -> Iterator[tuple[str, ...]]:
    """The columns that other tables refer to, which must be unique for that."""
    for other in types.tables.values():
        for reference in other.references:
            same = (other.schema, reference.target) == (table.schema, table.name)
            if same and reference.target_columns != ("id",):
                yield reference.target_columns


def _column(types: GeneratedTypes, table: TypedTable, name: str) -> Iterator[str]:
    for column in table.columns:
        if column.name == name:
            yield from _needs_of(types, (column,))
            yield f"ALTER TABLE {quoted(table.qualified)} ADD COLUMN {_definition(column)}"


def _needs_of(types: GeneratedTypes, columns: tuple[TypedColumn, ...]) -> Iterator[str]:
    """The extension and enums that columns need, made only where they are missing."""
    if any(type_of(column) == "vector" for column in columns):
        yield "CREATE EXTENSION IF NOT EXISTS vector SCHEMA extensions"
    for name in dict.fromkeys(c.enum for c in columns if c.enum in types.enums):
        yield (
            f"DO $shipworthy$ BEGIN IF to_regtype({literal(quoted(name))}) IS NULL THEN "
            f"{_enum(types, name)}; END IF; END $shipworthy$"
        )


def _enum(types: GeneratedTypes, name: str) -> str:
    values = ", ".join(literal(value) for value in types.enums[name])
    return f"CREATE TYPE {quoted(name)} AS ENUM ({values})"


def _definition(column: TypedColumn, *, key: bool = False) -> str:
    # A key is most likely a uuid, whatever its name.
    kind = "uuid" if key and column.type == "string" else type_of(column)
    default = "'{}'" if kind.endswith("[]") else _DEFAULTS.get(kind, "")
    text = f"{quoted_part(column.name)} {kind}"
    if not column.nullable:
        text += " NOT NULL"
        if column.optional and default:
            text += f" DEFAULT {default}"
    return text


def _function(lacking: Missing) -> str:
    head = f"CREATE FUNCTION {quoted(lacking.name)}"
    if lacking.trigger:
        return f"{head}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    arguments = re.sub(r"\bunknown\b", "text", lacking.arguments)
    name = lacking.name.rpartition(".")[2]
    returned = "boolean" if not name.startswith(("get_", "current_", "my_")) else type_by_name(name)
    return (
        f"{head}({arguments}) RETURNS {returned} LANGUAGE sql STABLE AS 'SELECT NULL::{returned}'"
    )


def _user(identity: str) -> list[str]:
    """A user of the platform. Triggers stay silent: what they would write is for the history to say."""
    email = literal(f"{identity}@example.invalid")
    return [
        "SET LOCAL session_replication_role = replica",
        "INSERT INTO auth.users (id, aud, role, email, created_at, updated_at) VALUES "  # noqa: S608
        f"({literal(identity)}, 'authenticated', 'authenticated', {email}, now(), now()) "
        "ON CONFLICT DO NOTHING",
        "SET LOCAL session_replication_role = origin",
    ]
