"""TypeORM's query builders, whose conditions are texts with named parameters."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import count, one, rows, surely, told
from shipworthy.prototype.handlers.values import ROWS, Value, replace, union
from shipworthy.regex import regex


def _where(walk: Evaluation, site: Site) -> Value | None:
    """`.where("note.ownerId = :me AND note.kind IN (:...kinds)", { me: user.id, kinds })`."""
    text = site.argument(0).text
    pairs = _PAIR.findall(text) if text and ":" in text else []
    if not pairs:
        return None
    given = site.argument(1)
    asked = {
        column.replace('"', "").rpartition(".")[2]: walk.member(given, name)
        for column, operator, name in pairs
        if operator not in ("!=", "<>")
    }
    if text and _EITHER.search(text):
        asked = {"or": Value(origins=union(asked.values()))}
    told(walk, site.receiver.effect, filters=asked)
    return site.receiver


_PAIR = regex(
    r'([\w".]+)\s*(=|!=|<>|<=|>=|<|>|\bi?like\b|\bin\b)\s*\(?\s*:(?:\.{3})?(\w+)', re.IGNORECASE
)
_EITHER = regex(r"\bor\b", re.IGNORECASE)


def _same(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _counted(walk: Evaluation, site: Site) -> Value | None:
    """`const [notes, total] = await builder.getManyAndCount()`."""
    found = rows(walk, site.receiver.effect)
    return replace(found, elements=(found, count(walk, site.receiver.effect, found.origins)))


def _one(walk: Evaluation, site: Site) -> Value | None:
    return one(walk, site.receiver.effect)


def _surely(walk: Evaluation, site: Site) -> Value | None:
    return surely(walk, site.receiver.effect)


def _count(walk: Evaluation, site: Site) -> Value | None:
    effect = site.receiver.effect
    return count(walk, effect, rows(walk, effect).origins)


_SHAPES = """leftJoinAndSelect innerJoinAndSelect leftJoinAndMapOne leftJoinAndMapMany innerJoinAndMapOne
innerJoinAndMapMany addSelect addOrderBy addGroupBy andHaving withDeleted skip take setLock cache
loadRelationCountAndMap loadAllRelationIds setParameter setParameters getRawMany""".split()

CALLS = {
    f"{ROWS}.andWhere": _where,
    f"{ROWS}.where": _where,
    f"{ROWS}.getManyAndCount": _counted,
    f"{ROWS}.getRawOne": _one,
    f"{ROWS}.getOneOrFail": _surely,
    f"{ROWS}.getCount": _count,
    **{f"{ROWS}.{name}": _same for name in _SHAPES},
}
