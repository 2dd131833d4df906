"""Queries through Drizzle: tables, conditions, the builder and the relational queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from shipworthy.prototype.handlers.comparing import apart
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import (
    JOINED,
    OWNER,
    PEOPLE,
    count,
    one,
    query,
    raised,
    reached_people,
    rows,
    told,
    whole_relations,
)
from shipworthy.prototype.handlers.knowledge.shapes import listed
from shipworthy.prototype.handlers.knowledge.sql_clients import adds, ask, result_of
from shipworthy.prototype.handlers.values import (
    EVERY,
    NULL,
    ROWS,
    SOME,
    UNKNOWN,
    Value,
    all_origins,
    union,
)

DB = "drizzle"
TABLE = "drizzle:table"
COLUMN = "column"
CONDITION = "condition"
_PENDING = "drizzle:select"


def _table(walk: Evaluation, site: Site) -> Value | None:
    """`pgTable("users", { … })`."""
    name, columns = site.argument(0).text, site.argument(1).fields
    if not name:
        return None
    table = _table_called(name)
    return replace(table, fields={**(table.fields or {}), "columns": Value(fields=columns)})


def _table_called(name: str) -> Value:
    return Value(what=TABLE, fields={"name": Value(literal=name)}, tags=frozenset({"truthy"}))


def columns_of(table: Value) -> Mapping[str, Value] | None:
    """The columns of a table by their names, each with the tags of what it takes; None if not known."""
    columns = (table.fields or {}).get("columns", UNKNOWN).fields if _is_table(table) else None
    return None if columns is None or "..." in columns else columns


def _enumerated(walk: Evaluation, site: Site) -> Value | None:
    """`pgEnum("role", ["user", "admin"])`, which is called once more for each column."""
    given = site.argument(1)
    tags = listed(given)
    return Value(
        fields={"enumValues": given},
        native=lambda _walk, _site: Value(what="drizzle:column", tags=tags),
    )


def _typed(walk: Evaluation, site: Site) -> Value | None:
    """`text("role", { enum: ["user", "admin"] })`, `integer("credits")`."""
    options = next((v.fields for v in site.given if v.fields is not None), {})
    kind = "number" if site.name in _NUMBERS else "boolean" if site.name == "boolean" else "string"
    tags = listed(options["enum"]) if "enum" in options else frozenset({f"schema:{kind}"})
    return Value(what="drizzle:column", tags=tags)


def _column(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key.startswith(("$", "_")):
        return UNKNOWN
    table = (value.fields or {}).get("name", UNKNOWN)
    return Value(what=COLUMN, fields={"table": table, "name": Value(literal=key)})


def name_of(value: Value) -> str:
    """The name of a table or column; of one that could not be followed, as the code calls it."""
    if value.what in (TABLE, COLUMN):
        return (value.fields or {}).get("name", UNKNOWN).text or ""
    return value.what.rpartition(".")[2].removesuffix("()")


def _database(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=DB, client=OWNER, tags=frozenset({"truthy"}))


def _is_table(value: Value) -> bool:
    return value.what == TABLE


def _is_database(site: Site) -> bool:
    """True for the receiver of a query: made by Drizzle, or of a name that says so."""
    if site.receiver.what == DB:
        return True
    last = site.what.split(".")[-2] if "." in site.what else ""
    return last.lower() in ("db", "tx", "trx", "database") or last.endswith("Db")


# -- conditions -----------------------------------------------------------------------------------


def condition(fields: Mapping[str, Value]) -> Value:
    """A condition: the columns that are compared, each with what it is compared with."""
    return Value(what=CONDITION, fields=dict(fields), tags=frozenset({"truthy"}))


def _compares(walk: Evaluation, site: Site) -> Value | None:
    first, second = site.argument(0), site.argument(1)
    if first.what != COLUMN and second.what == COLUMN and first.origins:
        first, second = second, first
    if second.what == COLUMN:  # a join
        return condition({})
    if site.name in ("ne", "notInArray"):
        second = apart(second)
    return condition({name_of(first) or "?": second if site.has(1) else NULL})


def _and(walk: Evaluation, site: Site) -> Value | None:
    return condition(_merged(site.given))


def _or(walk: Evaluation, site: Site) -> Value | None:
    """Any of them may hold, so no column is sure to be asked."""
    parts = [v for v in site.given if not v.is_null]
    if len(parts) == 1:
        return parts[0]
    return condition({"or": Value(origins=union(parts))})


def _not(walk: Evaluation, site: Site) -> Value | None:
    return condition({"not": apart(Value(origins=all_origins(site.argument(0))))})


def _merged(values: tuple[Value, ...]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for value in values:
        for key, inner in conditions(value).items():
            known = found.get(key)
            found[key] = inner if known is None else Value(origins=union((known, inner)))
    return found


def conditions(value: Value) -> Mapping[str, Value]:
    """The columns that a condition asks for."""
    if value.what == CONDITION:
        return value.fields or {}
    if value.what == "sql fragment":
        return _of_text(value)
    if value.elements is not None:
        return _merged(value.elements)
    if value.origins:
        return {"?": value}
    return {}


def _of_text(value: Value) -> dict[str, Value]:
    """A condition written as text: each column belongs to the part that follows it."""
    found: dict[str, Value] = {}
    column = ""
    for part in value.elements or ():
        if part.what == COLUMN:
            column = name_of(part)
        elif part.what == "sql fragment":
            found.update(_of_text(part))
        elif part.text is None and all_origins(part):
            found[column or "sql"] = part
    return found


# -- the builder ----------------------------------------------------------------------------------


def _select(walk: Evaluation, site: Site) -> Value | None:
    if not _is_database(site) or site.argument(0).text is not None:
        return None
    given = site.given[-1] if site.given else UNKNOWN
    names = ",".join(given.fields) if given.fields else "*"
    whole = [f"{n}:{name_of(v)}" for n, v in (given.fields or {}).items() if _is_table(v)]
    fields = {"columns": Value(literal=names), JOINED: Value(literal=",".join(whole))}
    return Value(what=_PENDING, fields=fields)


def _from(walk: Evaluation, site: Site) -> Value | None:
    columns = (site.receiver.fields or {}).get("columns", UNKNOWN).text or "*"
    if site.argument(0).what == ROWS:  # a query inside a query
        return site.argument(0)
    literals = {"columns": columns}
    if joined := (site.receiver.fields or {}).get(JOINED, UNKNOWN).text:
        literals[JOINED] = joined
    effect = query(walk, site, "select", name_of(site.argument(0)), literals=literals)
    return rows(walk, effect)


def _write(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """`db.insert(table)`, `db.update(table)`, `db.delete(table)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        table = site.argument(0)
        if len(site.given) != 1 or not (_is_table(table) or site.receiver.what == DB):
            return None
        bounds = {"rows": EVERY} if operation == "delete" else None
        return rows(walk, query(walk, site, operation, name_of(table), literals=bounds))

    return answer


def _values(walk: Evaluation, site: Site) -> Value | None:
    fields = site.argument(0).fields or {}
    added = raised({column: value for column, value in fields.items() if adds(value)})
    told(walk, site.receiver.effect, values=site.argument(0), literals=added)
    return rows(walk, site.receiver.effect)


def where(walk: Evaluation, site: Site) -> Value | None:
    """`.where(condition)`, and as Knex has it `.where({ column: value })` and `.where("column", value)`."""
    first = site.argument(0)
    if first.closure is not None:
        given = (_table_called(""), Value(what="drizzle-orm"))
        first = walk.enter(first.closure, given, {}, site.call.at)
    if first.what in (CONDITION, "sql fragment"):
        told(walk, site.receiver.effect, filters=conditions(first))
    elif first.fields is not None:
        told(walk, site.receiver.effect, filters=first.fields)
    elif first.text is not None and site.has(1):  # of Knex
        value = site.argument(2) if site.has(2) else site.argument(1)
        if site.has(2) and (site.argument(1).text or "").lower() in ("!=", "<>", "not in"):
            value = apart(value)
        told(walk, site.receiver.effect, filters={first.text.rpartition(".")[2]: value})
    elif first.text is None and not first.is_null:
        told(walk, site.receiver.effect, filters=conditions(first))
    at = site.receiver.effect
    if not first.is_null and at >= 0 and walk.effects[at].literals.get("rows") == EVERY:
        told(walk, at, literals={"rows": SOME})
    return rows(walk, at)


def _conflict(walk: Evaluation, site: Site) -> Value | None:
    changed = (site.argument(0).fields or {}).get("set")
    told(walk, site.receiver.effect, operation="upsert")
    if changed is not None:
        inputs = {f"value:{k}": all_origins(v) for k, v in (changed.fields or {}).items()}
        known = walk.effects[site.receiver.effect].inputs if site.receiver.effect >= 0 else {}
        told(
            walk,
            site.receiver.effect,
            inputs={k: v | known.get(k, frozenset()) for k, v in inputs.items()},
        )
    return site.receiver


def _same(walk: Evaluation, site: Site) -> Value | None:
    return rows(walk, site.receiver.effect, *site.receiver.tags)


def _limited(walk: Evaluation, site: Site) -> Value | None:
    told(walk, site.receiver.effect, literals={"limit": str(site.argument(0).literal)[:20]})
    return rows(walk, site.receiver.effect)


def _one(walk: Evaluation, site: Site) -> Value | None:
    return one(walk, site.receiver.effect)


# -- relational queries ---------------------------------------------------------------------------


def _find(walk: Evaluation, site: Site) -> Value | None:
    """`db.query.users.findFirst({ where })`."""
    parts = site.what.split(".")
    if len(parts) < 3 or parts[-3] != "query":
        return None
    options = site.argument(0).fields or {}
    literals = {"columns": _columns(options)}
    if joined := ",".join(whole_relations(options)):
        literals[JOINED] = joined
    if people := ",".join(reached_people(options)):
        literals[PEOPLE] = people
    effect = query(walk, site, "select", parts[-2], literals=literals)
    asked = options.get("where", NULL)
    if asked.closure is not None:
        given = (_table_called(parts[-2]), Value(what="drizzle-orm"))
        asked = walk.enter(asked.closure, given, {}, site.call.at)
    told(walk, effect, filters=conditions(asked))
    return one(walk, effect) if site.name == "findFirst" else rows(walk, effect)


def _columns(options: Mapping[str, Value]) -> str:
    columns = options.get("columns")
    return ",".join(columns.fields) if columns is not None and columns.fields else "*"


def _count(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what != DB:
        return None
    effect = query(walk, site, "select", name_of(site.argument(0)))
    told(walk, effect, filters=conditions(site.argument(1)))
    return count(walk, effect, rows(walk, effect).origins)


def _execute(walk: Evaluation, site: Site) -> Value | None:
    text = site.argument(0)
    effect = ask(walk, site, text, tagged=text.what == "sql fragment")
    return result_of(walk, effect) if effect >= 0 else UNKNOWN


def _aliased(walk: Evaluation, site: Site) -> Value | None:
    return replace(site.argument(0))


_DRIVERS = """node-postgres postgres-js neon-http neon-serverless vercel-postgres better-sqlite3 libsql mysql2
d1 bun-sqlite planetscale-serverless pglite bun-sql sqlite-proxy pg-proxy expo-sqlite""".split()
_CORES = ("pg-core", "mysql-core", "sqlite-core")
_KINDS = ("pg-core.pg", "mysql-core.mysql", "sqlite-core.sqlite")
_NUMBERS = frozenset(
    "integer serial bigserial smallint bigint real doublePrecision numeric decimal int float".split()
)
_TYPES = ("text", "varchar", "char", "boolean", "mysqlEnum", "timestamp", *sorted(_NUMBERS))
_COMPARISONS = """eq ne gt gte lt lte like ilike notLike notIlike inArray notInArray between notBetween isNull
isNotNull arrayContains arrayContained arrayOverlaps""".split()
_SHAPES = """orderBy offset leftJoin innerJoin rightJoin fullJoin groupBy having returning $dynamic as
for union unionAll prepare onDuplicateKeyIgnore execute all values_ run distinct""".split()

CALLS = {
    **{f"drizzle-orm/{driver}.drizzle": _database for driver in _DRIVERS},
    **{f"drizzle-orm/{kind}Table": _table for kind in _KINDS},
    **{f"drizzle-orm/{kind}TableCreator()": _table for kind in _KINDS},
    **{f"drizzle-orm/{kind}Schema().table": _table for kind in _KINDS},
    **{f"drizzle-orm.{name}": _compares for name in _COMPARISONS},
    "drizzle-orm/pg-core.pgEnum": _enumerated,
    **{f"drizzle-orm/{core}.{name}": _typed for core in _CORES for name in _TYPES},
    "drizzle-orm.and": _and,
    "drizzle-orm.or": _or,
    "drizzle-orm.not": _not,
    "drizzle-orm/pg-core.alias": _aliased,
    f"{_PENDING}.from": _from,
    f"{DB}.select": _select,
    f"{DB}.selectDistinct": _select,
    f"{DB}.selectDistinctOn": _select,
    f"{DB}.insert": _write("insert"),
    f"{DB}.update": _write("update"),
    f"{DB}.delete": _write("delete"),
    f"{DB}.execute": _execute,
    f"{DB}.run": _execute,
    f"{DB}.all": _execute,
    f"{DB}.get": _execute,
    f"{DB}.$count": _count,
    **{f"{ROWS}.{name}": _same for name in _SHAPES},
    f"{ROWS}.values": _values,
    f"{ROWS}.set": _values,
    f"{ROWS}.where": where,
    f"{ROWS}.limit": _limited,
    f"{ROWS}.get": _one,
    f"{ROWS}.onConflictDoUpdate": _conflict,
    f"{ROWS}.onConflictDoNothing": _conflict,
    f"{ROWS}.onDuplicateKeyUpdate": _conflict,
}

NAMES = {
    "select": _select,
    "selectDistinct": _select,
    "insert": _write("insert"),
    "update": _write("update"),
    "delete": _write("delete"),
    "findFirst": _find,
    "findMany": _find,
}

PROPERTIES = {TABLE: _column}
