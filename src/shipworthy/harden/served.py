"""Whether the app's own queries are still let through: a rule that shuts out everybody closes too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.database.rules.callers_rights import works_for_callers
from shipworthy.database.schema import Schema, Table
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.queries.query import Query

_ROLES = ("authenticated", "anon")  # what a browser is to the database
_NEEDED = {
    "select": ("SELECT",),
    "insert": ("INSERT",),
    "update": ("UPDATE",),
    "delete": ("DELETE",),
    "upsert": ("INSERT", "UPDATE"),
}


def shut_out(before: Prototype, after: Prototype) -> str:
    """A query of the app that some user could make before and nobody can now, in words; '' for none.

    Only queries that do not run on a server are asked: there a secret key passes all rules by.
    """
    old, new = _schema(before), _schema(after)
    if old is None or new is None or old is new:
        return ""
    for query in _of_browsers(after):
        if _serves(old, query) and not _serves(new, query):
            what = f"{query.operation} on {query.table}"
            return f"the app needs it: {query.location} makes a {what}, which nobody may any more"
    return ""


def _of_browsers(prototype: Prototype) -> Iterator[Query]:
    where = sides(prototype)
    for query in prototype.queries:
        on_server = where.get(query.location.path) is Side.SERVER
        if query.library == "supabase" and query.table and not on_server:
            yield query


def _serves(schema: Schema, query: Query) -> bool:
    """True where a visitor or a signed-in user may make the query at all."""
    name = query.table or ""
    if query.operation == "rpc":
        functions = (f for f in schema.functions.values() if f.name == name)
        return any(set(_ROLES) & f.callers for f in functions)
    table = schema.tables.get(name if "." in name else f"public.{name}")
    needed = _NEEDED.get(query.operation)
    if table is None or needed is None:
        return False  # not judged: it was not served before either
    return any(
        all(_may(schema, table, role, privilege, query.written or ()) for privilege in needed)
        for role in _ROLES
    )


def _may(schema: Schema, table: Table, role: str, privilege: str, columns: Iterable[str]) -> bool:
    if privilege not in table.grants.get(role, frozenset()):
        granted = table.column_grants.get((role, privilege), frozenset())
        if not granted or (privilege in ("INSERT", "UPDATE") and not set(columns) <= granted):
            return False
    if table.is_view and table.invoker and not works_for_callers(schema, table):
        return False
    if not table.row_security or table.is_view:
        return True
    return any(
        policy.permissive
        and policy.command in (privilege, "ALL")
        and set(policy.roles) & {role, "public"}
        for policy in table.policies
    )


def _schema(prototype: Prototype) -> Schema | None:
    try:
        proof = prototype.database
    except FactUnavailable:
        return None
    return proof.schema if proof is not None and proof.supabase else None
