"""Tables as SQL files and schema code define them, and the dialect they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ast_grep_py import Rule, SgNode
from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, callee
from shipworthy.prototype.logs.logging_calls import is_log
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.prototype.tables import models
from shipworthy.prototype.tables.schemas import read_prisma, read_schema
from shipworthy.prototype.tables.sql import (
    Dialect,
    create_tables,
    dialect_of,
    views_and_new_names,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

__all__ = ["Dialect", "Table", "read_tables"]


class Table(Struct, frozen=True):
    """One table. `source` is migration, sql, drizzle, prisma, sqlalchemy, django, typeorm, sequelize,
    mongoose (a collection), convex or types.

    The name is as written, without quotes and without the schema `public`.
    """

    name: str
    source: str
    dialect: Dialect
    columns: tuple[str, ...]
    location: Location
    unselected: tuple[str, ...] = ()  # columns that a query leaves out where it does not name them


JUDGED = (Role.PRODUCT, Role.SCRIPT, Role.MIGRATION, Role.GENERATED, Role.CONFIG)
"""The roles of the files that may define tables."""
_PASTED = ("attached_assets/", "docs/")
_DISCARDED = ".bolt/"  # Bolt keeps migrations there that it took back
_MIGRATIONS = regex(r"(^|/)(migrations?|drizzle|alembic|versions)/", re.IGNORECASE)
_SQL_IN_CODE = ("CREATE TABLE", "create table", "Create Table")
_SCHEMA_IN_CODE = (
    *("pgTable(", "mysqlTable(", "sqliteTable(", "__tablename__", "models.Model"),
    *("table=True", "op.create_table(", ".createTable(", "Tables: {"),
    *("defineTable(", "...authTables", *models.SIGNS),
)
_DRIVERS = (
    (Dialect.MYSQL, regex(r"\b(mysql2?|pymysql|aiomysql|MySQLdb|mysqlclient)\b")),
    (Dialect.SQLITE, regex(r"\b(sqlite3?|better-sqlite3|aiosqlite|libsql|sql\.js)\b")),
    (Dialect.POSTGRES, regex(r"\b(psycopg2?|asyncpg|pg|postgres(ql)?|pglite|neondatabase)\b")),
)


def read_tables(prototype: Prototype) -> tuple[Table, ...]:
    """Every table that the prototype's files define; where it is dropped again is not followed."""
    found: list[Table] = []
    for file in prototype.of_role(*JUDGED):
        if file.text and not file.path.startswith(_DISCARDED):
            found += _tables(file)
    return tuple(_with_common_dialect(found))


def _tables(file: SourceFile) -> Iterable[Table]:
    text = file.text or ""
    if file.name.endswith(".sql"):
        return _script(file)
    if file.name.endswith(".prisma"):
        return _prisma(file)
    if file.language is None or file.path.startswith(_PASTED):
        return ()
    # Plain words first: most files have none of them and are never parsed again.
    schema = any(sign in text for sign in _SCHEMA_IN_CODE)
    embedded = any(sign in text for sign in _SQL_IN_CODE)
    if not schema and not embedded:
        return ()
    syntax = Syntax(file, file.language)
    found = _schema(syntax) if schema else []
    return [*found, *_embedded(syntax)] if embedded else found


def _script(file: SourceFile) -> Iterator[Table]:
    text = file.text or ""
    found = list(create_tables(text))
    if not found:
        return
    hosted = file.path.startswith("supabase/") or "/supabase/" in file.path
    dialect = Dialect.SUPABASE if hosted else dialect_of(text)
    for table in found:
        where = Location(file.path, table.line)
        yield Table(table.name, _source(file), dialect, table.columns, where)


def named_otherwise(file: SourceFile) -> Iterator[Table]:
    """The views of a SQL file and the tables that it renames: rows are asked of them as of a table."""
    for found in views_and_new_names(file.text or ""):
        where = Location(file.path, found.line)
        yield Table(found.name, _source(file), Dialect.UNKNOWN, (), where)


def _source(file: SourceFile) -> str:
    return "migration" if _MIGRATIONS.search(file.path) else "sql"


def _prisma(file: SourceFile) -> list[Table]:
    provider, models = read_prisma(file.text or "")
    dialect = _by_name(provider)
    return [
        Table(name, "prisma", dialect, columns, Location(file.path, line))
        for name, columns, line in models
    ]


def _schema(syntax: Syntax) -> list[Table]:
    return [
        Table(
            e.name,
            e.source,
            _by_name(e.dialect),
            e.columns,
            syntax.location(e.node),
            e.unselected,
        )
        for e in read_schema(syntax)
    ]


def _embedded(syntax: Syntax) -> Iterator[Table]:
    """CREATE TABLE in the string literals of code."""
    text = syntax.source.text or ""
    kinds: list[Rule] = [{"kind": "string"}]
    if syntax.language is not Language.PYTHON:
        kinds.append({"kind": "template_string"})
    driver = next((d for d, signs in _DRIVERS if signs.search(text)), Dialect.UNKNOWN)
    for node in syntax.root.find_all(any=kinds, regex=r"(?i)create\s+table\s"):
        parent = node.parent()
        if syntax.python and parent and parent.kind() == "expression_statement":
            continue  # a docstring
        if _is_shown(node):
            continue
        literal = node.text()
        quote = 3 if literal.startswith(('"""', "'''")) else 1
        script = literal.lstrip("rRfFbB")[quote:-quote]
        dialect = dialect_of(script)
        start = syntax.location(node).line
        for table in create_tables(script):
            where = Location(syntax.source.path, start + table.line - 1)
            known = dialect if dialect is not Dialect.UNKNOWN else driver
            yield Table(table.name, "sql", known, table.columns, where)


def _is_shown(node: SgNode) -> bool:
    """True for text that somebody reads, to run it himself: in a log, an error, an answer, a page."""
    for above in node.ancestors():
        kind = above.kind()
        if kind in ("call_expression", "call", "new_expression"):
            name = callee(above).rpartition(".")[2]
            return is_log(above) or name.endswith(("Error", "Exception")) or name in _SHOWING
        if kind in ("jsx_expression", "jsx_attribute"):
            return True
        if kind in ("arrow_function", "function_declaration", "function_definition"):
            return False
    return False


_SHOWING = frozenset("json jsonify send HTTPException alert writeText".split())


def _by_name(name: str) -> Dialect:
    names = {
        "postgresql": Dialect.POSTGRES,
        "pg": Dialect.POSTGRES,
        "cockroachdb": Dialect.POSTGRES,
    }
    if name in names:
        return names[name]
    return Dialect(name) if name in set(Dialect) else Dialect.UNKNOWN


def _with_common_dialect(tables: list[Table]) -> Iterator[Table]:
    """Give tables of unknown dialect the one that all others from such a source agree on."""
    known: dict[str, set[Dialect]] = {}
    for table in tables:
        if table.dialect is not Dialect.UNKNOWN:
            known.setdefault(table.source, set()).add(table.dialect)
    for table in tables:
        agreed = known.get(table.source, set())
        if table.dialect is Dialect.UNKNOWN and len(agreed) == 1:
            yield replace(table, dialect=next(iter(agreed)))
        else:
            yield table
