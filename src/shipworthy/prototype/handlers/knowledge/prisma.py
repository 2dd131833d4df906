"""Queries through Prisma's client: models, where, data, select, raw SQL and transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.prototype.handlers.comparing import apart
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.expressions import ELSE_NULL
from shipworthy.prototype.handlers.handler import Check, Origins
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
    surely,
    told,
    whole_relations,
)
from shipworthy.prototype.handlers.knowledge.sql_clients import ask
from shipworthy.prototype.handlers.own_rows import without_row
from shipworthy.prototype.handlers.values import EVERY, NULL, UNKNOWN, Value, union
from shipworthy.regex import regex

DB = "prisma"
_CLIENT = regex(r"prisma|(?:^|\.)(?:db|tx|trx|client|database)$", re.IGNORECASE)
_OPERATIONS = {
    "findUnique": "select",
    "findFirst": "select",
    "findMany": "select",
    "findUniqueOrThrow": "select",
    "findFirstOrThrow": "select",
    "count": "select",
    "aggregate": "select",
    "groupBy": "select",
    "create": "insert",
    "createMany": "insert",
    "createManyAndReturn": "insert",
    "update": "update",
    "updateMany": "update",
    "updateManyAndReturn": "update",
    "upsert": "upsert",
    "delete": "delete",
    "deleteMany": "delete",
}
_OPERATORS = frozenset(
    """equals in contains startsWith endsWith gt gte lt lte not notIn has hasSome mode some every is
    none search""".split()
)


def _database(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=DB, client=OWNER, tags=frozenset({"truthy"}))


def _extended(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver if site.receiver.what == DB else None


def _model(walk: Evaluation, site: Site) -> Value | None:
    """`prisma.order.update({ where, data })`."""
    owner, _, model = site.what.rpartition(".")[0].rpartition(".")
    if not model or not _is_client(owner, site):
        return None
    options = site.argument(0).fields or {}
    effect = query(walk, site, _OPERATIONS[site.name], model, literals=_read(options))
    asked = filters(without_row(options.get("where", UNKNOWN)))
    told(walk, effect, filters={k: v for k, v in asked if not _is_switched_off(walk, site, v)})
    if site.name == "deleteMany" and _asks_nothing(site, options.get("where")):
        told(walk, effect, literals={"rows": EVERY})
    for part in ("create", "update") if site.name == "upsert" else ("data",):
        if part in options:
            told(walk, effect, values=options[part], literals=_raised(options[part]))
    if not options and site.argument(0).origins:  # the caller writes the whole query
        told(walk, effect, inputs={"filter:*": site.argument(0).origins})
    return _result(walk, site, effect)


def _is_switched_off(walk: Evaluation, site: Site, value: Value) -> bool:
    """True for `userId: session?.user?.id` where nothing has asked whether somebody is signed in: what is
    undefined is left out, so a stranger is given the rows of all. `findUnique` refuses it instead."""
    written = any(tag.startswith("default:") for tag in value.tags) or value.tags & ELSE_NULL
    if "Unique" in site.name or not value.origins or written:
        return False
    optional = any(case.is_null for case, _ in value.cases)
    known = any(g.check is Check.SESSION for g in walk.guards)
    return optional and not known and all(o.kind == "principal" for o in value.origins)


def _asks_nothing(site: Site, where: Value | None) -> bool:
    """`deleteMany()`, `deleteMany({})`, `deleteMany({ where: {} })`."""
    known = not site.given or site.argument(0).fields is not None
    return known and (where is None or (where.fields is not None and not where.fields))


def _is_client(owner: str, site: Site) -> bool:
    if owner == DB or _CLIENT.search(owner) is not None:
        return ".query" not in owner and owner != "drizzle"
    return site.name in ("findUnique", "findUniqueOrThrow", "createMany", "findFirstOrThrow")


def _result(walk: Evaluation, site: Site, effect: int) -> Value:
    match site.name:
        case "findUnique" | "findFirst":
            return one(walk, effect)
        case "findMany" | "groupBy" | "createManyAndReturn" | "updateManyAndReturn":
            return rows(walk, effect)
        case "count":
            return count(walk, effect, rows(walk, effect).origins)
        case "updateMany" | "deleteMany" | "createMany":
            counted = count(walk, effect, rows(walk, effect).origins)
            return Value(fields={"count": counted}, effect=effect, tags=frozenset({"truthy"}))
    return surely(walk, effect)


def _raised(data: Value) -> dict[str, str]:
    """`data: { credits: { increment: bought } }`."""
    fields = {k: v.fields for k, v in (data.fields or {}).items() if v.fields is not None}
    return raised({k: f["increment"] for k, f in fields.items() if "increment" in f})


def _read(options: Mapping[str, Value]) -> dict[str, str]:
    chosen = options.get("select")
    found = {"columns": ",".join(chosen.fields) if chosen and chosen.fields else "*"}
    if "omit" in options:
        found["columns"] = "all but some"
    if joined := ",".join(whole_relations(options)):
        found[JOINED] = joined
    if people := ",".join(reached_people(options)):
        found[PEOPLE] = people
    if "take" in options:
        found["limit"] = str(options["take"].literal)[:20]
    return found


_APART = frozenset({"not", "notIn", "$ne", "$nin", "$not", "$nor"})


def _bound(operators: Mapping[str, Value]) -> Origins:
    """What a column is compared with by operators, without the caller that its rows are not of."""
    return union(apart(v) if key in _APART else v for key, v in operators.items())


def filters(where: Value, depth: int = 0) -> Iterator[tuple[str, Value]]:
    """The columns that a where names; those of relations by their last name."""
    if where.fields is None or depth > 4:
        if where.origins:
            yield "*", where
        return
    for key, value in where.fields.items():
        if value.is_null and key != "...":
            continue
        if key in ("AND", "..."):
            for inner in value.elements or (value,):
                yield from filters(inner, depth + 1)
        elif key in ("OR", "NOT"):
            parts = value.elements or (value,)
            if len(parts) == 1 and key == "OR":
                yield from filters(parts[0], depth + 1)
            else:
                either = Value(origins=union(parts))
                yield key.lower(), apart(either) if key == "NOT" else either
        elif key in _APART:
            yield key, apart(value)
        elif value.fields is None or _OPERATORS & set(value.fields):
            if value.fields and {"some", "every", "is"} & set(value.fields):
                for inner in value.fields.values():
                    yield from filters(inner, depth + 1)
            else:
                yield key, value if value.fields is None else Value(origins=_bound(value.fields))
        else:  # id_userId: { id, userId }, and relations
            yield from filters(value, depth + 1)


def _raw(*, safe: bool) -> object:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        text = site.argument(0)
        parameters = Value(elements=site.given[1:])
        effect = ask(walk, site, text, parameters, tagged=safe)
        return rows(walk, effect) if effect >= 0 else UNKNOWN

    return answer


_EXTENSIONS = {f"{DB}.{name}": _extended for name in ("$extends", "$on", "$use")}

CALLS = {
    "@prisma/client.PrismaClient": _database,
    "@prisma/client/edge.PrismaClient": _database,
    "@prisma/client.default.PrismaClient": _database,
    **_EXTENSIONS,
}

NAMES = {
    **dict.fromkeys(_OPERATIONS, _model),
    "PrismaClient": _database,
    "$queryRaw": _raw(safe=True),
    "$executeRaw": _raw(safe=True),
    "$queryRawUnsafe": _raw(safe=False),
    "$executeRawUnsafe": _raw(safe=False),
    "$connect": lambda walk, site: NULL,
    "$disconnect": lambda walk, site: NULL,
}
