"""Validators and tables of Convex: what of the arguments is left, and which table an id is of.

https://docs.convex.dev/functions/validation and https://docs.convex.dev/database/schemas
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.knowledge.requests import parameter
from shipworthy.prototype.handlers.knowledge.schemas import SCHEMA, passed_schema
from shipworthy.prototype.handlers.knowledge.shapes import listed
from shipworthy.prototype.handlers.values import UNKNOWN, Value, replace
from shipworthy.regex import regex

ID_OF = "id of "
"""Begins the tag of a value that is the id of a row, before the name of its table."""
_TRUTHY = frozenset({"truthy"})
_SCHEMA = "convex schema"
_TABLE = "convex table"
_KINDS = {
    "string": "string",
    "bytes": "string",
    "number": "number",
    "float64": "number",
    "int64": "number",
    "bigint": "number",
    "boolean": "boolean",
    "any": "any",
    "record": "record",
    "literal": "literal",
    "null": "literal",
}


def _kind(walk: Evaluation, site: Site) -> Value | None:
    tags = {"truthy", f"schema:{_KINDS[site.name]}"}
    return Value(what=SCHEMA, literal=site.argument(0).literal, tags=frozenset(tags))


def _id(walk: Evaluation, site: Site) -> Value | None:
    """`v.id("orders")`: the text of an id of this table, which whoever calls chooses."""
    tags = {"truthy", "schema:string", f"{ID_OF}{site.argument(0).text or ''}"}
    return Value(what=SCHEMA, tags=frozenset(tags))


def _object(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=SCHEMA, fields=site.argument(0).fields, tags=_TRUTHY)


def _inner(walk: Evaluation, site: Site) -> Value | None:
    """`v.optional(…)`, and `v.array(…)`, whose elements may be ids."""
    inner = site.argument(0)
    if site.name == "optional":
        return inner if inner.what == SCHEMA else Value(what=SCHEMA, tags=_TRUTHY)
    ids = {t for t in inner.tags if t.startswith(ID_OF)}
    return Value(what=SCHEMA, tags=frozenset({"truthy", "schema:array", *ids}))


def _union(walk: Evaluation, site: Site) -> Value | None:
    """`v.union(v.literal("open"), v.literal("closed"))`: one of a list; of other things any of them."""
    written = [v for v in site.given if "schema:literal" in v.tags]
    if written and len(written) == len(site.given):
        allowed = listed(Value(elements=tuple(Value(literal=v.literal) for v in written)))
        return Value(what=SCHEMA, tags=_TRUTHY | allowed)
    others = [v for v in site.given if v not in written]
    return others[0] if len(others) == 1 else Value(what=SCHEMA, tags=_TRUTHY | {"schema:any"})


def _table(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_TABLE, fields=site.argument(0).fields or {}, tags=_TRUTHY)


def _tables(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_SCHEMA, fields=dict(site.argument(0).fields or {}), tags=_TRUTHY)


def _same(walk: Evaluation, site: Site) -> Value | None:
    """`.index("by_user", ["userId"])`: the table with one more index."""
    return site.receiver


def accepted(walk: Evaluation, declared: Value, at: int) -> Value:
    """The arguments of a call as its validators let them through; all of them where it has none."""
    sent = parameter("body")
    fields = declared.fields
    if fields is None:
        return sent
    schema = declared if declared.what == SCHEMA else Value(what=SCHEMA, fields=fields)
    taken = passed_schema(walk, schema, sent, "the validators of its arguments", at)
    return with_ids(declared, taken)


def with_ids(declared: Value, given: Value) -> Value:
    """Arguments, of which those that are ids are known as such."""
    if declared.fields is None or given.fields is None:
        return given
    named = dict(given.fields)
    for key, validator in declared.fields.items():
        ids = frozenset(t for t in validator.tags if t.startswith(ID_OF))
        if ids and key in named:
            named[key] = replace(named[key], tags=named[key].tags | ids)
    return replace(given, fields=named)


def table_of(walk: Evaluation, row_id: Value) -> str:
    """The table that an id is of; "" where nothing tells."""
    for value in (row_id, *(case for case, _ in row_id.cases)):
        for tag in value.tags:
            if tag.startswith(ID_OF):
                return tag.removeprefix(ID_OF)
    tables = _known(walk)
    return min((_named(o, tables) for o in row_id.origins), key=lambda name: not name, default="")


def _named(origin: Origin, tables: Mapping[str, Mapping[str, str]]) -> str:
    key = origin.key.rpartition(".")[2]
    if origin.kind == "row" and key in ("_id", ""):
        return origin.name
    if origin.kind == "row" and (of := tables.get(origin.name, {}).get(key)):
        return of
    word = _ID.sub("", key).lower()
    plurals = {word, f"{word}s", f"{word}es", f"{word.removesuffix('y')}ies"}
    return next((t for t in tables if word and t.lower().replace("_", "") in plurals), "")


_ID = regex(r"_?[iI]ds?$")


def columns_of(walk: Evaluation, table: str) -> Iterable[str]:
    """The columns that the schema gives a table; none where it has none."""
    return _known(walk).get(table, {})


def _known(walk: Evaluation) -> Mapping[str, Mapping[str, str]]:
    """The columns of all tables; with those that hold ids of rows, the table that these are of."""
    found: dict[str, dict[str, str]] | None = walk.program.beforehand.get(_SCHEMA)
    if found is None:
        found = {}
        walk.program.beforehand[_SCHEMA] = found
        for path in walk.program.modules:
            if not _PLACE.search(path):
                continue
            schema = walk.exported(path, "default")
            for name, table in (schema.fields or {}).items() if schema.what == _SCHEMA else ():
                found[name] = {
                    column: next((t[len(ID_OF) :] for t in kind.tags if t.startswith(ID_OF)), "")
                    for column, kind in (table.fields or {}).items()
                }
    return found


_PLACE = regex(r"(^|/)schema\.[jt]s$")


def _fields(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`schema.tables.orders.validator.fields`."""
    if key in ("validator", "fields", "tables"):
        return value
    return (value.fields or {}).get(key, UNKNOWN) if value.what == _SCHEMA else None


_V = "convex/values.v."
CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"{_V}{name}": _kind for name in _KINDS},
    f"{_V}id": _id,
    f"{_V}object": _object,
    f"{_V}optional": _inner,
    f"{_V}array": _inner,
    f"{_V}union": _union,
    "convex/server.defineTable": _table,
    "convex/server.defineSchema": _tables,
    **{f"{_TABLE}.{n}": _same for n in ("index", "searchIndex", "vectorIndex")},
}

PROPERTIES = {_SCHEMA: _fields, _TABLE: _fields}
