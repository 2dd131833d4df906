"""Tables that code declares: Drizzle, Prisma, Convex, SQLAlchemy, Django, Alembic, Supabase types, models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    chain,
    keyword,
    properties,
    string,
)
from shipworthy.prototype.tables.entity import Entity
from shipworthy.prototype.tables.models import read_models
from shipworthy.regex import regex

Model = tuple[str, tuple[str, ...], int]

_DRIZZLE = {"pgTable": "postgres", "mysqlTable": "mysql", "sqliteTable": "sqlite"}
_COLUMNS = frozenset({"Column", "mapped_column", "relationship"})
_PRISMA_MODEL = regex(r"^\s*model\s+(\w+)\s*\{\s*$")
_PRISMA_FIELD = regex(r"^\s*(\w+)\s+(\w+)(\[\])?")
_PRISMA_MAP = regex(r'@?@map\(\s*(?:name:\s*)?"([^"]+)"')
_PRISMA_ENUM = regex(r"^[ \t]*enum\s+(\w+)\s*\{([^}]*)\}", re.MULTILINE)
_PRISMA_VALUE = regex(r"^[ \t]*(\w+)", re.MULTILINE)
_PRISMA_SOURCE = regex(r"datasource\s+\w+\s*\{[^}]*\}")
_PRISMA_ENV = regex(r'env\(\s*"(\w+)"\s*\)')
_PRISMA_PROVIDER = regex(r'datasource\s+\w+\s*\{[^}]*?provider\s*=\s*"(\w+)"')


def read_schema(syntax: Syntax) -> Iterator[Entity]:
    """The tables that a code file declares."""
    if syntax.python:
        yield from _classes(syntax)
        yield from _alembic(syntax)
    else:
        yield from _drizzle(syntax)
        yield from _knex(syntax)
        yield from _convex(syntax)
        yield from _types(syntax)
        yield from read_models(syntax)


def read_prisma(source: str) -> tuple[str, list[Model]]:
    """The provider of a Prisma schema and its models: table, columns, 1-based line."""
    provider = _PRISMA_PROVIDER.search(source)
    lines = [line.partition("//")[0] for line in source.split("\n")]
    heads = {m[1]: n for n, line in enumerate(lines) if (m := _PRISMA_MODEL.match(line))}
    models = [_prisma_model(name, number, lines, set(heads)) for name, number in heads.items()]
    return (provider[1] if provider else ""), models


def prisma_enumerations(source: str) -> dict[str, tuple[str, ...]]:
    """The values that each enumeration of a Prisma schema lists."""
    return {name: tuple(_PRISMA_VALUE.findall(body)) for name, body in _PRISMA_ENUM.findall(source)}


def prisma_addresses(source: str) -> tuple[str, ...]:
    """The settings from which a Prisma schema for PostgreSQL takes the addresses of its database."""
    found = _PRISMA_SOURCE.search(source)
    provider = _PRISMA_PROVIDER.search(source)
    wanted = found and provider and provider[1] in ("postgresql", "postgres")
    return tuple(_PRISMA_ENV.findall(found[0])) if found and wanted else ()


def _prisma_model(name: str, number: int, lines: list[str], models: set[str]) -> Model:
    columns: list[str] = []
    for line in lines[number + 1 :]:
        if line.strip() == "}":
            break
        mapped = _PRISMA_MAP.search(line)
        if line.strip().startswith("@@"):
            name = mapped[1] if mapped else name
            continue
        field = _PRISMA_FIELD.match(line)
        if field and field[2] not in models:  # a field of another model's type is a relation
            columns.append(mapped[1] if mapped else field[1])
    return name, tuple(columns), number + 1


def _drizzle(syntax: Syntax) -> Iterator[Entity]:
    for call in syntax.calls:
        called = callee(call)
        if called not in _DRIZZLE:
            continue
        given = arguments(call)
        name = string(given[0]) if given else None
        if not name:
            continue
        columns = _drizzle_columns(given[1]) if len(given) > 1 else ()
        yield Entity(name, "drizzle", _DRIZZLE[called], tuple(columns), call)


def _drizzle_columns(node: SgNode) -> Iterator[str]:
    """The database names of the columns; the key where the builder is given none."""
    for key, value in properties(node).items():
        links = chain(value) if value.kind() == "call_expression" else []
        given = links[0].arguments if links else None
        yield (string(given[0]) if given else None) or key


def _knex(syntax: Syntax) -> Iterator[Entity]:
    """`knex.schema.createTable("users", (table) => { table.string("email"); })`."""
    for call in syntax.calls:
        given = arguments(call) if callee(call).endswith(".createTable") else []
        name = string(given[0]) if len(given) > 1 else None
        if name:
            yield Entity(name, "migration", "", tuple(_knex_columns(given[1])), call)


def _knex_columns(builder: SgNode) -> Iterator[str]:
    parameter = builder.field("parameter") or builder.field("parameters")
    variable = re.sub(r"\W.*", "", parameter.text().strip("( ")) if parameter else ""
    for call in builder.find_all(kind="call_expression"):
        links = chain(call)
        column = len(links) == 2 and links[0].name == variable and links[1].name
        given = arguments(call)
        name = string(given[0]) if column and given else None
        if name and column not in ("foreign", "index", "unique", "primary", "references"):
            yield name


def _convex(syntax: Syntax) -> Iterator[Entity]:
    """`orders: defineTable({ userId: v.id("users") }).index(…)` of a schema, or kept by that name."""
    for call in syntax.calls:
        given = arguments(call) if callee(call) == "defineTable" else []
        holder = call.parent()
        while holder is not None and holder.kind() in ("call_expression", "member_expression"):
            holder = holder.parent()
        named = holder.field("key") or holder.field("name") if holder is not None else None
        if given and named is not None:
            name = string(named) or named.text()
            yield Entity(name, "convex", "", tuple(_convex_columns(given[0])), call)
        elif callee(call) == "defineSchema" and "...authTables" in call.text():
            for name, columns in _OF_CONVEX_AUTH.items():
                yield Entity(name, "convex", "", tuple(columns.split()), call)


_OF_CONVEX_AUTH = {
    "users": "name image email emailVerificationTime phone phoneVerificationTime isAnonymous",
    "authSessions": "userId expirationTime",
    "authAccounts": "userId provider providerAccountId secret emailVerified phoneVerified",
    "authRefreshTokens": "sessionId expirationTime firstUsedTime parentRefreshTokenId",
    "authVerificationCodes": "accountId provider code expirationTime verifier",
}
"""The tables of Convex Auth (https://labs.convex.dev/auth/setup/schema)."""


def _convex_columns(node: SgNode) -> Iterator[str]:
    """The columns of a table, also of `v.object({…})` and of one that is of several kinds."""
    objects = [node, *node.find_all(kind="object")] if node.kind() == "call_expression" else [node]
    yield from dict.fromkeys(column for each in objects for column in properties(each))


def _types(syntax: Syntax) -> Iterator[Entity]:
    """The `Tables` of the type file that the Supabase command line generates."""
    if "Row: {" not in (syntax.source.text or ""):
        return
    for tables in syntax.root.find_all(
        {"rule": {"kind": "property_signature", "regex": r"^Tables\b"}}
    ):
        for name, table in _members(tables):
            row = dict(_members(table)).get("Row")
            if row is not None:
                columns = tuple(column for column, _ in _members(row))
                yield Entity(name, "types", "supabase", columns, table)


def _members(signature: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The properties of the object type of a property."""
    for node in signature.find_all(kind="object_type")[:1]:
        for child in node.children():
            name = child.field("name") if child.kind() == "property_signature" else None
            if name:
                yield (string(name) or name.text()), child


def _classes(syntax: Syntax) -> Iterator[Entity]:
    for node in syntax.nodes("class_definition"):
        body, name = node.field("body"), node.field("name")
        if body is None or name is None:
            continue
        bases = node.field("superclasses")
        fields = dict(_fields(body))
        if "__tablename__" in fields:
            table = string(fields["__tablename__"]) or name.text().lower()
            yield Entity(table, "sqlalchemy", "", tuple(_column_names(fields)), node)
        elif bases and re.search(r"table\s*=\s*True", bases.text()):
            columns = tuple(_annotated(body))
            yield Entity(name.text().lower(), "sqlalchemy", "", columns, node)
        elif bases and "models.Model" in bases.text() and "abstract = True" not in body.text():
            columns = tuple(
                k for k, v in fields.items() if "Field(" in v.text() or "Key(" in v.text()
            )
            yield Entity(name.text(), "django", "", columns, node)


def _fields(body: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The assignments of a class body."""
    for statement in body.children():
        for child in statement.children() if statement.kind() == "expression_statement" else ():
            if child.kind() == "assignment":
                left, right = child.field("left"), child.field("right")
                if left and right:
                    yield left.text(), right


def _column_names(fields: dict[str, SgNode]) -> Iterator[str]:
    for name, value in fields.items():
        kind = callee(value).rpartition(".")[2] if value.kind() == "call" else ""
        if kind in _COLUMNS and kind != "relationship":
            given = arguments(value)
            yield (string(given[0]) if given else None) or name


def _annotated(body: SgNode) -> Iterator[str]:
    for statement in body.children():
        for child in statement.children() if statement.kind() == "expression_statement" else ():
            left = child.field("left") if child.kind() == "assignment" else None
            if left and child.field("type") and "Relationship(" not in child.text():
                yield left.text()


def _alembic(syntax: Syntax) -> Iterator[Entity]:
    """`op.create_table("users", sa.Column("id", …))`."""
    for call in syntax.calls:
        if callee(call) != "op.create_table":
            continue
        given = arguments(call)
        name = string(given[0]) if given else None
        if name and keyword(call, "prefixes") is None:
            columns = (_alembic_column(argument) for argument in given[1:])
            yield Entity(name, "migration", "", tuple(c for c in columns if c), call)


def _alembic_column(argument: SgNode) -> str:
    if argument.kind() != "call" or not callee(argument).endswith("Column"):
        return ""
    given = arguments(argument)
    return (string(given[0]) if given else None) or ""
