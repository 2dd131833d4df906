"""Query builders that name tables and columns by text: Knex and Kysely."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.knowledge.drizzle import where
from shipworthy.prototype.handlers.knowledge.rows import OWNER, one, query, rows, surely, told
from shipworthy.prototype.handlers.knowledge.sql_clients import asked
from shipworthy.prototype.handlers.values import ROWS, Value, all_origins, union

KNEX = "knex client"


def _knex(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=KNEX, client=OWNER, tags=frozenset({"truthy"}))


def _table(walk: Evaluation, site: Site) -> Value | None:
    """`knex("users")`."""
    name = (site.argument(0).text or "").partition(" ")[0]
    return rows(walk, query(walk, site, "select", name, literals={"columns": "*"}))


def _writes(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        told(walk, site.receiver.effect, operation=operation)
        if operation != "delete":
            told(walk, site.receiver.effect, values=site.argument(0))
        return rows(walk, site.receiver.effect)

    return answer


def _any_of(walk: Evaluation, site: Site) -> Value | None:
    told(walk, site.receiver.effect, filters={"or": Value(origins=union(site.given))})
    return rows(walk, site.receiver.effect)


def _raw(walk: Evaluation, site: Site) -> Value | None:
    """`.whereRaw(text, parameters)`."""
    text = site.argument(0)
    origins = all_origins(text)
    if text.text is None and origins:
        walk.effect(
            EffectKind.SQL,
            "raw",
            "",
            site.call.at,
            client=OWNER,
            inputs={"text": origins},
            values={"text": text},
        )
    told(walk, site.receiver.effect, filters={"sql": site.argument(1)})
    return rows(walk, site.receiver.effect)


def _first(walk: Evaluation, site: Site) -> Value | None:
    return one(walk, site.receiver.effect)


def _surely(walk: Evaluation, site: Site) -> Value | None:
    return surely(walk, site.receiver.effect)


def _begun(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """`db.selectFrom("users")` of Kysely."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        name = site.argument(0).text
        if name is None:
            return None
        return rows(walk, query(walk, site, operation, name.partition(" ")[0]))

    return answer


def _same(walk: Evaluation, site: Site) -> Value | None:
    return rows(walk, site.receiver.effect)


CALLS = {
    "knex": _knex,
    "knex.default": _knex,
    "knex.knex": _knex,
    KNEX: _table,
    f"{KNEX}.table": _table,
    f"{KNEX}.from": _table,
    f"{KNEX}.raw": asked,
    f"{ROWS}.first": _first,
    f"{ROWS}.insert": _writes("insert"),
    f"{ROWS}.update": _writes("update"),
    f"{ROWS}.del": _writes("delete"),
    f"{ROWS}.delete": _writes("delete"),
    f"{ROWS}.andWhere": where,
    f"{ROWS}.whereIn": where,
    f"{ROWS}.orWhere": _any_of,
    f"{ROWS}.whereRaw": _raw,
    f"{ROWS}.executeTakeFirst": _first,
    f"{ROWS}.executeTakeFirstOrThrow": _surely,
    **dict.fromkeys((f"{ROWS}.{n}" for n in ("join", "selectAll", "returningAll", "clone")), _same),
}

NAMES = {
    "selectFrom": _begun("select"),
    "insertInto": _begun("insert"),
    "updateTable": _begun("update"),
    "deleteFrom": _begun("delete"),
}
