"""Where connections to a database are opened: once for the process, or again for each call."""

from __future__ import annotations

import re

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.patterns import parameters
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    callee,
    function_name,
)
from shipworthy.regex import regex


class Opened(Struct, frozen=True):
    """One connection or pool. `what` is how a person calls it; `pool` is True for what holds several
    connections. `again` is True where each call of the function opens another one."""

    what: str
    pool: bool
    again: bool
    location: Location
    function: str


# What is called, of which package, what it is, and whether it holds several connections.
_SCRIPT = {
    ("Pool", "pg"): ("a pool of PostgreSQL connections", True),
    ("Client", "pg"): ("a PostgreSQL connection", False),
    ("postgres", "postgres"): ("a pool of PostgreSQL connections", True),
    ("createConnection", "mysql2"): ("a MySQL connection", False),
    ("createPool", "mysql2"): ("a pool of MySQL connections", True),
    ("PrismaClient", "@prisma/client"): ("a Prisma client with a pool of its own", True),
    ("MongoClient", "mongodb"): ("a MongoDB client with a pool of its own", True),
    ("Client", "deno.land/x/postgres"): ("a PostgreSQL connection", False),
    ("Pool", "deno.land/x/postgres"): ("a pool of PostgreSQL connections", True),
}
_PYTHON = {
    "psycopg2.connect": ("a PostgreSQL connection", False),
    "psycopg.connect": ("a PostgreSQL connection", False),
    "psycopg.AsyncConnection.connect": ("a PostgreSQL connection", False),
    "asyncpg.connect": ("a PostgreSQL connection", False),
    "asyncpg.create_pool": ("a pool of PostgreSQL connections", True),
    "pymysql.connect": ("a MySQL connection", False),
    "mysql.connector.connect": ("a MySQL connection", False),
    "pyodbc.connect": ("a database connection", False),
}
_NAMES = frozenset({name for name, _ in _SCRIPT} | {"connect", "create_pool", "createPool"})
_WORDS = ("pg", "postgres", "mysql", "prisma", "mongodb", "psycopg", "pyodbc")
# Functions that run once, when the process starts, or by hand.
_ONCE = regex(
    r"^(_*main|module|init\w*|start\w*|setup\w*|bootstrap\w*|lifespan|migrate\w*|seed\w*|create_?(app|tables?|schema"
    r"|database|db)\w*|connect_?(to_?)?(db|database|mongo\w*)|run\w*|test\w*|check\w*|register\w*|on_startup|ensure\w*"
    r"|create|create\w*(client|pool|connection|adapter)|(validate|verify|try|ping)_?(\w*connection|\w*credential)\w*|build\w*|worker\w*|reset\w*|drop\w*)$|[sS]erver$",
    re.IGNORECASE,
)


def read(syntax: Syntax) -> list[Opened]:
    """Every place of a file that opens a connection to a database over the network."""
    if not syntax.says_any(_WORDS):
        return []
    bindings = bindings_of(syntax)
    nodes = syntax.calls_named(_NAMES)
    if not syntax.python:
        nodes = [*nodes, *syntax.nodes("new_expression")]
    found = [_opened(node, syntax, bindings) for node in nodes]
    return [one for one in found if one is not None]


def _opened(node: SgNode, syntax: Syntax, bindings: Bindings) -> Opened | None:
    kind = _python_kind(node, bindings) if syntax.python else _script_kind(node, bindings)
    if kind is None:
        return None
    function = function_name(node)
    again = _is_opened_again(node, syntax) and not _ONCE.search(function.rpartition(".")[2])
    return Opened(kind[0], kind[1], again, syntax.location(node), function)


def _python_kind(node: SgNode, bindings: Bindings) -> tuple[str, bool] | None:
    called = callee(node)
    owner = called.partition(".")[0]
    return _PYTHON.get(called) if owner in bindings.modules else None


def _script_kind(node: SgNode, bindings: Bindings) -> tuple[str, bool] | None:
    owner, _, method = callee(node).rpartition(".")
    module = bindings.modules.get(owner.partition(".")[0] or method, "")
    for (name, package), kind in _SCRIPT.items():
        constructs = name[0].isupper() == (node.kind() == "new_expression")
        if name == method and constructs and _is_of(module, package):
            return kind
    # `postgres` is a default export under any name.
    if module == "postgres" and not owner and node.kind() == "call_expression":
        return _SCRIPT["postgres", "postgres"]
    return None


def _is_of(module: str, package: str) -> bool:
    plain = module.removeprefix("npm:")
    return (
        plain == package
        or plain.startswith((f"{package}/", f"{package}@"))
        or ("deno.land" in package and package in module)
    )


_KEPT = regex(r"\b(global|globalThis|lru_cache|cache_resource|cached_property|singleton|cache)\b")


def _is_opened_again(node: SgNode, syntax: Syntax) -> bool:
    """True for a connection that a function keeps in a variable of its own (`const pool = …`,
    `conn = …`, `with …`), or in Python hands out; false at the top of a module or in a class, and for
    what is kept where the next call finds it."""
    function = next((n for n in node.ancestors() if n.kind() in FUNCTIONS), None)
    if function is None or _is_kept(function) or _is_of_others(node, function):
        return False
    for above in node.ancestors():
        kind = above.kind()
        if kind in FUNCTIONS:
            return kind == "lambda"
        if kind in ("binary_expression", "boolean_operator", "assignment_expression", "pair"):
            return False
        if kind == "variable_declarator":
            return not _leaves(above, function)
        if kind == "assignment":
            left = above.field("left")
            return left is not None and left.kind() == "identifier"
        if kind in ("with_item", "as_pattern"):
            return True
        if kind == "return_statement":
            return syntax.python
    return False


_PASSWORD = regex(r"\bpassw(?:or)?d[\"']?\s*[:=]\s*([A-Za-z_]\w*)\b(?!\()")


def _is_of_others(node: SgNode, function: SgNode) -> bool:
    """True where the caller hands over the password of the database: each call may mean another one."""
    if node.text().count("\n") > 40 or not (found := _PASSWORD.search(node.text())):
        return False
    names = {name for p in parameters(function) for name in _NAME.findall(p.text())}
    return found[1] in names - {"self", "env", "process", "settings", "request", "req"}


_NAME = regex(r"[A-Za-z_]\w*")


def _is_kept(function: SgNode) -> bool:
    holder = function.parent()
    decorated = holder.text() if holder and holder.kind() == "decorated_definition" else ""
    text = decorated or function.text()
    return len(text) > 20_000 or _KEPT.search(text) is not None


def _leaves(declared: SgNode, function: SgNode) -> bool:
    """True where a function makes it for others: it is returned, or put into something that stays."""
    name = declared.field("name")
    if name is None or not name.text().isidentifier():
        return True
    word = re.escape(name.text())
    body = function.text()
    return (
        re.search(
            rf"return\s+\{{?[^;{{}}()]*\b{word}\b\s*[;,}}\n]|(?<![=!<>])=\s*{word}\s*[;\n]|drizzle\(\s*{word}",
            body,
        )
        is not None
    )
