"""Queries written as SQL text: `pool.query("SELECT …")`, sql`…`, `cursor.execute(…)`."""

from __future__ import annotations

import re
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    pattern_text,
    string,
)
from shipworthy.prototype.queries.assigned import assigned_in
from shipworthy.prototype.queries.chains import QueryCall, called_name, links_of
from shipworthy.regex import regex

JAVASCRIPT_METHODS = frozenset(
    """query execute run all get exec prepare unsafe sql $queryRaw $executeRaw $queryRawUnsafe
    $executeRawUnsafe raw any one oneOrNone none manyOrNone many""".split()
)
PYTHON_METHODS = frozenset(
    """execute scalars scalar fetch fetchrow fetchval fetch_all fetch_one read_sql read_sql_query
    stream executemany""".split()
)
_STATEMENT = regex(r"\s*(?:--[^\n]*\n\s*)*(select|insert|update|delete|with|replace|merge)\s", re.I)
_SHAPE = regex(
    r"\s(from|into|set|values|where|returning)\s|^\s*select\s+[\w.*]+\s*\(|^\s*select\s+1\b", re.I
)
_NAME = r"""["`\[]?(?:[\w$]+["`\]]?\s*\.\s*["`\[]?)?([\w$]+)["`\]]?"""
_TABLE = regex(rf"\b(?:from|into|update|join)\s+(?:only\s+)?{_NAME}", re.I)
_LIMITED = regex(
    r"\blimit\b|\bfetch\s+(?:first|next)\b|^\s*select\s+(?:count|exists|max|min|sum)\s*\(", re.I
)
_WRITES = regex(r"\b(insert\s+into|update|delete\s+from)\b", re.I)
_HOLDS_SQL = regex(r"sql|query|stmt|statement|^q\d?$", re.I)
_BUILDERS = {"select": "select", "insert": "insert", "update": "update", "delete": "delete"}


def javascript_statement(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """A call whose first argument is SQL, also as a tagged template or a constant of the file."""
    name = called_name(call)
    if name == "sql" and call.parent() is not None and _is_argument(call):
        return None  # db.execute(sql`…`) is read at execute
    given = arguments(call)
    if not given:
        return None
    text = _sql(given[0], syntax)
    if text is None:
        return None
    top, _ = links_of(call)
    library = "sqlite" if _is_sqlite(syntax) else _javascript_library(callee(call), name)
    return _statement(text, top, library, given[0].kind() == "identifier")


def python_statement(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """`cursor.execute("…")`, `session.execute(select(X))`, `session.scalars(statement)`."""
    given = arguments(call)
    if not given:
        return None
    first = given[0]
    if first.kind() == "keyword_argument":
        first = first.field("value") or first
    top, _ = links_of(call)
    text = _sql(first, syntax)
    if text is not None:
        named = first.kind() == "identifier"
        return _statement(text, top, _python_library(first, call, syntax), named)
    return _expression(first, top, syntax)


def _sql(node: SgNode, syntax: Syntax) -> str | None:
    """The SQL text of an argument: a literal, `text("…")`, sql`…`, or a name that holds one."""
    kind = node.kind()
    if kind in ("call", "call_expression") and called_name(node) in ("text", "sql", "raw", "SQL"):
        inner = arguments(node)
        return _sql(inner[0], syntax) if inner else None
    if kind in ("object", "dictionary"):
        return None
    if kind == "identifier":
        return _constant(node, syntax)
    text = pattern_text(node) or _joined(node)
    return text if text and is_sql(text) else None


def is_sql(text: str) -> bool:
    """True for text that reads as one SQL statement rather than as a sentence."""
    return bool(_STATEMENT.match(text) and _SHAPE.search(text))


def _joined(node: SgNode) -> str | None:
    """`"SELECT … " + x` and Python's adjacent literals, holes as {}."""
    if node.kind() in ("binary_expression", "binary_operator"):
        left, right = node.field("left"), node.field("right")
        if left and right:
            return (pattern_text(left) or _joined(left) or "{}") + (pattern_text(right) or "{}")
    if node.kind() == "concatenated_string":
        return "".join(pattern_text(c) or "" for c in node.children() if c.kind() == "string")
    return string(node)


def _constant(name: SgNode, syntax: Syntax) -> str | None:
    if not _HOLDS_SQL.search(name.text()):
        return None
    value = assigned_in(syntax).last_before(name)
    if value is None or value.kind() == "identifier":
        return None
    return _sql(value, syntax)


def _expression(node: SgNode, top: SgNode, syntax: Syntax) -> QueryCall | None:
    """SQLAlchemy's `select(X).where(…)`, given directly or by name."""
    if node.kind() == "identifier":
        holds = _HOLDS_SQL.search(node.text())
        assigned = assigned_in(syntax).last_before(node) if holds else None
        if assigned is None or assigned.kind() == "identifier":
            return None
        node = assigned
    if node.kind() != "call":
        return None
    _, links = links_of(node)
    operation = _BUILDERS.get(links[0].name.rpartition(".")[2]) if links else None
    given = links[0].arguments if links else None
    if operation is None or not given:
        return None
    limited = any(link.name == "limit" for link in links)
    table = _model(given[0])
    return QueryCall("sqlalchemy", operation, table, top, links, limited=limited)


def _model(selected: SgNode) -> str:
    """`Book` of `select(Book)`, `select(Book.id)` and `select(func.count(Book.id))`."""
    names = re.findall(r"(?<![.\w\"'])[A-Z]\w*", selected.text())
    return names[0] if names else selected.text().partition(".")[0]


def _statement(text: str, top: SgNode, library: str, named: bool) -> QueryCall:
    match = _STATEMENT.match(text)
    operation = match[1].lower() if match else "raw"
    if operation == "with":
        write = _WRITES.search(text)
        operation = write[1].split()[0].lower() if write else "select"
    table = _TABLE.search(text)
    if table and "information_schema" in table[0].lower():
        table = None  # the database's own catalogue, whose `tables` is no table of the product
    return QueryCall(
        library=library,
        operation={"replace": "upsert", "merge": "upsert"}.get(operation, operation),
        table=table[1] if table else None,
        top=top,
        columns=_selected(text) if operation == "select" else None,
        limited=bool(_LIMITED.search(text)),
        text="" if named else text,  # more may be put to the text under its name
    )


def _selected(text: str) -> str | None:
    found = re.match(r"\s*select\s+(?:distinct\s+)?(.*?)\s+from\s", text, re.I | re.S)
    return found[1] if found else None


def _javascript_library(called: str, name: str) -> str:
    if name.startswith("$"):
        return "prisma"
    return "knex" if called.endswith(".raw") else "sql"


def _python_library(statement: SgNode, call: SgNode, syntax: Syntax) -> str:
    if statement.kind() == "call" or "session" in callee(call).lower():
        return "sqlalchemy"
    return "sqlite" if _is_sqlite(syntax) else "sql"


@lru_cache(maxsize=1)
def _is_sqlite(syntax: Syntax) -> bool:
    """SQLite runs inside the process; a file that also speaks to a server counts as the server."""
    text = syntax.source.text or ""
    return "sqlite" in text and not any(name in text for name in ("psycopg", "asyncpg", "pymysql"))


def _is_argument(call: SgNode) -> bool:
    parent = call.parent()
    return parent is not None and parent.kind() == "arguments"
