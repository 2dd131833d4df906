"""Queries through object mappers: Drizzle, Prisma, Mongoose, Knex, SQLAlchemy, Django."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, keyword, properties, string
from shipworthy.prototype.queries.chains import QueryCall, called_name, links_of
from shipworthy.regex import regex

DRIZZLE_WRITES = frozenset({"insert", "update", "delete"})
MODEL_METHODS = frozenset(
    """findMany findUnique findUniqueOrThrow findFirst findFirstOrThrow create createMany update
    updateMany delete deleteMany upsert count aggregate groupBy find findOne findById
    findByIdAndUpdate findOneAndUpdate findByIdAndDelete insertMany updateOne deleteOne
    countDocuments createManyAndReturn""".split()
)
MANAGER_METHODS = frozenset(
    "all filter get create exclude update_or_create get_or_create count".split()
)

_OPERATIONS = {
    "create": "insert",
    "createMany": "insert",
    "createManyAndReturn": "insert",
    "insertMany": "insert",
    "update": "update",
    "updateMany": "update",
    "updateOne": "update",
    "findByIdAndUpdate": "update",
    "findOneAndUpdate": "update",
    "delete": "delete",
    "deleteMany": "delete",
    "deleteOne": "delete",
    "findByIdAndDelete": "delete",
    "upsert": "upsert",
    "update_or_create": "upsert",
    "get_or_create": "upsert",
}
_MONGOOSE = frozenset(
    """find findOne findById findByIdAndUpdate findOneAndUpdate findByIdAndDelete insertMany
    updateOne deleteOne countDocuments create deleteMany updateMany""".split()
)
_ONE = frozenset(
    """findUnique findUniqueOrThrow findFirst findFirstOrThrow findOne findById count aggregate
    countDocuments""".split()
)
_DRIZZLE_NEXT = frozenset(
    "values set where returning onConflictDoUpdate onConflictDoNothing execute".split()
)
_KNEX = frozenset(
    """select insert update del delete where whereIn first join leftJoin orderBy count
    returning""".split()
)
_OF_MODEL = regex(
    r"(?:\w+\.)?(?:func\.\w+|distinct|count|exists|cast)\(\s*(?:\w+\(\s*)?(?:models\.)?([A-Z]\w*)"
)
_SESSIONS = ("db", "session", "s", "database", "tx", "sess", "conn")


def drizzle_write(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`db.insert(users).values(…)`, `tx.update(t).set(…)`, `db.delete(t).where(…)`."""
    given = arguments(call)
    if len(given) != 1 or given[0].kind() not in ("identifier", "member_expression"):
        return None
    receiver = callee(call).rpartition(".")[0].rpartition(".")[2].lower()
    if not receiver.endswith(("db", "tx", "trx", "database", "transaction", "db()", "getdb()")):
        return None
    top, links = links_of(call)
    names = [link.name for link in links]
    if not any(name in _DRIZZLE_NEXT for name in names):
        return None
    return QueryCall("drizzle", called_name(call), given[0].text().rpartition(".")[2], top, links)


def model_method(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """`prisma.user.findMany`, Drizzle's `db.query.users.findMany`, Mongoose's `User.findById`."""
    parts = callee(call).split(".")
    if len(parts) < 2 or "()" in parts[-2]:
        return None
    text = syntax.source.text or ""
    verb, model = parts[-1], parts[-2]
    if "query" in parts[1:-2] and verb in ("findMany", "findFirst"):
        library = "drizzle"
    elif len(parts) >= 3 and ("prisma" in callee(call).lower() or _is_prisma(call, syntax, parts)):
        library = "prisma"
    elif len(parts) == 2 and model[:1].isupper() and verb in _MONGOOSE and "mongoose" in text:
        library = "mongoose"
    else:
        return None
    top, links = links_of(call)
    given = arguments(call)
    keys = properties(given[0]) if given and given[0].kind() == "object" else {}
    return QueryCall(
        library=library,
        operation=_OPERATIONS.get(verb, "select"),
        table=model,
        top=top,
        links=links,
        limited=verb in _ONE or "take" in keys or "limit" in keys,
    )


def _is_prisma(call: SgNode, syntax: Syntax, parts: list[str]) -> bool:
    """True for a client by another name: `db.user.findMany(…)`, also where another file makes it.

    A client is imported or handed in a transaction, and its calls take one object with the keys that
    only Prisma has.
    """
    text = syntax.source.text or ""
    if parts[-3] in ("db", "tx") and ("prisma" in text or "$transaction" in text):
        return True
    given = arguments(call)
    if len(parts) != 3 or len(given) > 1 or parts[-1] not in MODEL_METHODS - _MONGOOSE_ONLY:
        return False
    if parts[0] not in bindings_of(syntax).modules:
        return False
    if not given:
        return parts[-1] == "findMany"
    keys = properties(given[0]).keys() if given[0].kind() == "object" else set[str]()
    return bool(keys & _PRISMA_KEYS)


_MONGOOSE_ONLY = frozenset(
    """find findOne findById findByIdAndUpdate findOneAndUpdate findByIdAndDelete insertMany updateOne
    deleteOne countDocuments""".split()
)
_PRISMA_KEYS = frozenset({"where", "data", "create"})


def knex(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """`knex("users").where(…)`, also with the client called db or trx."""
    given = arguments(call)
    function = call.field("function")
    if len(given) != 1 or function is None or function.kind() != "identifier":
        return None
    table = string(given[0])
    if table is None or "knex" not in (syntax.source.text or ""):
        return None
    top, links = links_of(call)
    names = [link.name for link in links[1:]]
    if not any(name in _KNEX for name in names):
        return None
    verbs = {"insert": "insert", "update": "update", "del": "delete", "delete": "delete"}
    operation = next((verbs[name] for name in names if name in verbs), "select")
    limited = "first" in names or "limit" in names or "count" in names
    return QueryCall("knex", operation, table, top, links, limited=limited)


def session_query(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """SQLAlchemy's `session.query(User).filter(…)`, whatever the session is called."""
    given = arguments(call)
    if not given or not _is_session(call):
        return None
    model = _model(given[0].text())
    if given[0].kind() not in ("identifier", "attribute", "call") or not model[:1].isalpha():
        return None
    table = model if model[:1].isupper() else None  # a column, or a count of all rows
    top, links = links_of(call)
    names = [link.name for link in links]
    operation = "delete" if "delete" in names else "update" if "update" in names else "select"
    limited = any(
        name in names for name in ("first", "one", "one_or_none", "limit", "count", "scalar", "get")
    )
    return QueryCall("sqlalchemy", operation, table, top, links, limited=limited)


def _model(text: str) -> str:
    """`User` of `User.id`, of `models.User` and of `func.count(User.id)`."""
    inner = _OF_MODEL.match(text)
    if inner is not None:
        return inner[1]
    first, _, rest = text.partition(".")
    second = rest.partition(".")[0]
    return second if first[:1].islower() and second[:1].isupper() else first


def session_get(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """SQLAlchemy's `session.get(User, id)`; otherwise Django's `User.objects.get(…)`."""
    given = arguments(call)
    is_model = len(given) == 2 and given[0].kind() == "identifier" and given[0].text()[:1].isupper()
    if is_model and _is_session(call):
        top, links = links_of(call)
        return QueryCall("sqlalchemy", "select", given[0].text(), top, links, limited=True)
    return django(call, syntax)


def django(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`User.objects.filter(…)`."""
    parts = callee(call).split(".")
    if len(parts) < 3 or parts[-2] != "objects" or not parts[-3][:1].isupper():
        return None
    top, links = links_of(call)
    names = [link.name for link in links]
    operation = _OPERATIONS.get(parts[-1], "select")
    if "delete" in names or "update" in names:
        operation = "delete" if "delete" in names else "update"
    limited = any(name in names for name in ("get", "first", "last", "count", "exists"))
    return QueryCall("django", operation, parts[-3], top, links, limited=limited)


def _is_session(call: SgNode) -> bool:
    """True for a receiver named like a session; `query` with a keyword is some other API."""
    receiver = callee(call).rpartition(".")[0].rpartition(".")[2].lower()
    if keyword(call, "query") or keyword(call, "prompt"):
        return False
    return receiver in _SESSIONS or receiver.endswith(("session", "_db", "session()"))
