"""What a query of a model is told beside its filter: the columns it gives, and options that are no filter."""

from __future__ import annotations

from shipworthy.prototype.handlers.values import UNKNOWN, Value

_SEQUELIZE = frozenset({"findAll", "findAndCountAll"})
_PROJECTED = frozenset({"find", "findOne", "findById"})
_FOUND = _SEQUELIZE | _PROJECTED | {"findByPk", "findAndCount", "findOneOrFail"}
_OPTIONS = frozenset(
    """attributes include order limit offset raw nest transaction group having distinct paranoid subQuery
    logging plain lock col benchmark relations take skip select withDeleted cache loadEagerRelations
    relationLoadStrategy""".split()
)
_NO_COLUMNS = frozenset({"attributes", "include", "offset", "relations", "take", "skip", "raw"})


def columns(name: str, first: Value, second: Value) -> str:
    """`{ attributes: ["id"] }` and `{ attributes: { exclude: ["password"] } }` of Sequelize, `select` of
    TypeORM, `find(filter, "-password")` and `find(filter, { password: 0 })` of Mongoose; "*" for all."""
    given = first.fields or {}
    if name == "findByPk":
        given = second.fields or {}
    if "attributes" in given:
        return _attributes(given["attributes"])
    if "select" in given and ("where" in given or is_no_filter(name, first)):
        return _listed(given["select"]) or "*"
    if name not in _PROJECTED:
        return "*"
    projected = (second.fields or {}).get("projection", second)
    return projected.text or marked(projected) or "*"


def is_no_filter(name: str, first: Value) -> bool:
    """True for options without a `where`: `findAll({ limit, offset })`. All rows are asked for."""
    given = (first.fields or {}).keys()
    if not given or name not in _FOUND or not given <= _OPTIONS:
        return False
    return name in _SEQUELIZE or bool(given & _NO_COLUMNS)


def _attributes(chosen: Value) -> str:
    left_out = (chosen.fields or {}).get("exclude", UNKNOWN)
    if left_out.elements is None:
        return _listed(chosen) or "*"
    return " ".join(f"-{v.text}" for v in left_out.elements if v.text) or "*"


def _listed(chosen: Value) -> str:
    """The columns that are named, where each has a name of its own."""
    if chosen.fields is not None:
        return marked(chosen)
    names = [v.text for v in chosen.elements or ()]
    return ",".join(name for name in names if name) if all(names) else ""


def marked(chosen: Value) -> str:
    """`{ name: 1 }`, `{ password: 0 }`: what a projection gives, what it leaves out."""
    fields = chosen.fields or {}
    without = [name for name, value in fields.items() if value.literal in (0, False)]
    if without and len(without) == len(fields):
        return " ".join(f"-{name}" for name in without)
    return ",".join(name for name in fields if name not in without)
