"""Rows kept in the memory of a storage class: maps that stand for tables."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import count, one, query, rows, told
from shipworthy.prototype.handlers.values import NULL, Value, union
from shipworthy.prototype.program.nodes import Member, Name
from shipworthy.regex import regex

MAP = "Map"
_STORES = regex(r"stor(e|age)|repositor|database|memory|(^|/)db[./]|/data/", re.IGNORECASE)
_READS = regex(r"(get|has|is|find|read|load|check|validate|verify)(?![a-z])")
_NO_TABLES = regex(r"limit|cache|attempt|counter|session|socket|connection", re.IGNORECASE)


def _made(walk: Evaluation, site: Site) -> Value | None:
    return Value(origins=union(site.given), what=MAP, tags=frozenset({"truthy"}))


def _table(walk: Evaluation, site: Site) -> str:
    """The table that a map stands for: a field of a class in a module that stores."""
    owner = site.call.function.object if isinstance(site.call.function, Member) else None
    if not isinstance(owner, Member) or not isinstance(owner.object, Name):
        return ""
    if owner.object.id != "this" or not _STORES.search(walk.path) or _NO_TABLES.search(owner.key):
        return ""
    return owner.key


def _note(walk: Evaluation, site: Site, operation: str) -> int:
    table = _table(walk, site)
    if not table:
        return -1
    effect = query(walk, site, operation, table, literals={"store": "memory"})
    if site.given:
        told(walk, effect, filters={"id": site.argument(0)})
    return effect


def _get(walk: Evaluation, site: Site) -> Value | None:
    effect = _note(walk, site, "select")
    return one(walk, effect) if effect >= 0 else None


def _has(walk: Evaluation, site: Site) -> Value | None:
    effect = _note(walk, site, "select")
    return count(walk, effect, rows(walk, effect).origins) if effect >= 0 else None


def _values(walk: Evaluation, site: Site) -> Value | None:
    effect = _note(walk, site, "select")
    return rows(walk, effect) if effect >= 0 else None


def _set(walk: Evaluation, site: Site) -> Value | None:
    effect = _note(walk, site, "upsert")
    told(walk, effect, values=site.argument(1))
    return site.receiver if effect >= 0 else None


def _delete(walk: Evaluation, site: Site) -> Value | None:
    if walk.steps and _READS.match(walk.steps[-1].function.rpartition(".")[2]):
        return None  # what is too old goes as it is asked for: nobody loses a thing by it
    return NULL if _note(walk, site, "delete") < 0 else Value(tags=frozenset({"truth"}))


CALLS = {
    MAP: _made,
    f"{MAP}.get": _get,
    f"{MAP}.has": _has,
    f"{MAP}.set": _set,
    f"{MAP}.delete": _delete,
    f"{MAP}.values": _values,
    f"{MAP}.entries": _values,
}
