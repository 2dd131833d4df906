"""Columns of mapped classes and the conditions that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipworthy.prototype.handlers.comparing import apart
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.values import UNKNOWN, Value, join, literal, replace
from shipworthy.regex import regex

COLUMN = "mapped column"
CONDITION = "condition"
QUERYING = "mapped query"  # of SQLAlchemy and of Django
EACH_COLUMN = "columns of a record"
_KEY_OF = "key of:"
_RECORD = "record"


def column(table: str, name: str) -> Value:
    """A column, as a class attribute gives it."""
    return Value(what=COLUMN, fields={"table": literal(table), "name": literal(name)})


def of_class(walk: Evaluation, value: Value, key: str) -> Value | None:
    """What an attribute of a mapped class is."""
    if value.type is None or key.startswith("__"):
        return None
    table = classes.table_of(walk, value.type)
    if not table:
        return None
    if key == "query":
        return Value(what="sqlalchemy model", type=value.type)
    if key in ("objects", "_default_manager"):
        return Value(what="django manager", type=value.type)
    if key in classes.fields_of(walk, value.type):
        return column(table, key)
    return column(table, key) if key in ("id", "pk", "c") else None


def compared(operator: str, left: Value, right: Value) -> Value | None:
    """`Order.id == x` is a condition; whatever the operator, the column is compared with the value."""
    if left.what == CONDITION and right.what == CONDITION:
        found = merged((left, right))
        if operator == "|":
            return Value(what=CONDITION, fields={"or": Value(elements=tuple(found.values()))})
        return Value(what=CONDITION, fields=found)
    for one, other in ((left, right), (right, left)):
        if one.what == COLUMN and one.fields is not None:
            return condition(one, apart(other) if operator in ("!=", "not in") else other)
        if one.what == EACH_COLUMN:
            return Value(what=CONDITION, fields=one.fields)
    return None


def key_of(walk: Evaluation, key: Value, fields: Mapping[str, Value]) -> Value:
    """A key of a record that is gone through, which may become the name of a column."""
    place = walk.program.identity()
    walk.heap[place, _RECORD] = Value(fields={k: v for k, v in fields.items() if k != "..."})
    return replace(key, tags=key.tags | {f"{_KEY_OF}{place}"})


def of_any_name(walk: Evaluation, owner: Value, name: Value) -> Value | None:
    """`getattr(Order, key)` for each key of a record: all columns that it names."""
    if owner.type is None or not classes.table_of(walk, owner.type):
        return None
    for part in (name, *(name.elements or ())[:1]):
        for tag in part.tags:
            if tag.startswith(_KEY_OF):
                record = walk.heap.get((int(tag.removeprefix(_KEY_OF)), _RECORD), UNKNOWN)
                return Value(what=EACH_COLUMN, fields=record.fields)
    return None


def condition(of: Value, value: Value) -> Value:
    """A column compared with a value."""
    name = (of.fields or {}).get("name", literal(""))
    return Value(what=CONDITION, fields={str(name.literal): value})


def merged(conditions: Iterable[Value]) -> dict[str, Value]:
    """The columns of several conditions with what they are compared with."""
    found: dict[str, Value] = {}
    for one in conditions:
        if one.what != CONDITION:
            continue
        for name, value in (one.fields or {}).items():
            found[name] = join(found[name], value) if name in found else value
    return found


def _of_column(walk: Evaluation, site: Site) -> Value | None:
    """`Order.id.in_(ids)`, `Order.name.ilike(pattern)`."""
    if site.receiver.what == EACH_COLUMN:
        return Value(what=CONDITION, fields=site.receiver.fields)
    if site.receiver.what != COLUMN:
        return None
    asked = site.argument(0)
    return condition(site.receiver, apart(asked) if _APART.match(site.name) else asked)


_APART = regex(r"not_?in_?$|is_?not$|is_distinct_from$|__ne__$")


def _kept(walk: Evaluation, site: Site) -> Value | None:
    """`Order.created.desc()`, `func.lower(User.email)`."""
    return site.receiver if site.receiver.what == COLUMN else None


def _all_of(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=CONDITION, fields=merged(site.given))


def _one_of(walk: Evaluation, site: Site) -> Value | None:
    # No column is sure to be bound where another condition may let the row through.
    found = merged(site.given)
    return Value(what=CONDITION, fields={"or": Value(elements=tuple(found.values()))})


def _function(walk: Evaluation, site: Site) -> Value | None:
    return next((value for value in site.given if value.what == COLUMN), None)


PROPERTIES = {classes.CLASS: of_class}
MODULES = (
    *("sqlalchemy", "sqlalchemy.future", "sqlalchemy.orm", "sqlalchemy.sql", "sqlmodel"),
    *("sqlalchemy.sql.expression", "sqlmodel.sql.expression"),
    "flask_sqlalchemy.SQLAlchemy()",
)
"""Where SQLAlchemy and SQLModel offer what statements are made of."""

CALLS = {
    f"{module}.{name}": answer
    for module in MODULES
    for name, answer in {
        "and_": _all_of,
        "or_": _one_of,
        "func.lower": _function,
        "cast": _function,
        "col": _function,
    }.items()
}
NAMES = {
    **dict.fromkeys(
        "in_ ilike like is_ contains startswith endswith between any any_ notin_ not_in has".split(),
        _of_column,
    ),
    **dict.fromkeys("desc asc label".split(), _kept),
}
