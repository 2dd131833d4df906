"""What is asked for only where the caller has a row of his own: `if (shop) filter.shop = shop.id`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.comparing import STAFF
from shipworthy.prototype.handlers.handler import OF_ROLES, Check, Effect, Origins
from shipworthy.prototype.handlers.values import Guards, Value, all_origins, replace
from shipworthy.prototype.program.nodes import Let, Member, Name, Statement
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

_IF_THERE = "if there is a row of the caller"


def note_if_there(
    walk: Evaluation, test: Value, then: Iterable[Statement], names: dict[str, Value]
) -> None:
    """Note of the conditions that a decision puts into an object that who has no such row goes without."""
    if not asks_for_own_row(test, walk.guards):
        return
    for name, key in _put(then):
        known = names.get(name)
        value = (known.fields or {}).get(key) if known is not None else None
        if known is None or value is None or not is_id_of(test, all_origins(value)):
            continue
        noted = replace(value, tags=value.tags | {_IF_THERE})
        names[name] = replace(known, fields={**(known.fields or {}), key: noted}, cases=())


def asks_for_own_row(test: Value, guards: Guards) -> bool:
    """True where a decision hangs on a row that was looked for by its caller, and on nothing else. Staff
    have no such row, and may go without."""
    if any(g.check is Check.ROLE and _may_be_staff(g.how) for g in guards):
        return False
    return bool(test.origins) and all(
        o.kind == "row" and not o.key and any(by.kind == "principal" for by in o.by)
        for o in test.origins
    )


def is_id_of(test: Value, origins: Origins) -> bool:
    """True for the id of the row that was asked for."""
    rows = {(o.name, o.by) for o in test.origins}
    return bool(origins) and all((o.name, o.by) in rows and _ID.search(o.key) for o in origins)


_ID = regex(r"(^|_)(id|uuid)$|[a-z]Id$")


def without_row(where: Value) -> Value:
    """What a query asks for where the caller has no such row, if it still names rows by what he sends."""
    ways = [case.fields or {} for case, _ in where.cases] or [where.fields or {}]
    named = {key for fields in ways for key in fields}
    later = {
        k: v
        for k, v in (where.fields or {}).items()
        if _IF_THERE not in v.tags and (k not in named or "maybe" not in v.tags)
    }
    for fields in ways:
        left = {k: v for k, v in fields.items() if _IF_THERE not in v.tags}
        if len(left) < len(fields) and names_rows(left | later):
            return Value(fields=left | later)
    return where


def goes_without(query: Effect, column: str, test: Value) -> Effect:
    """`if (shop) query = query.eq("shop", shop.id)`: the query of who has no shop."""
    name = f"filter:{column}"
    left = {k: v for k, v in query.inputs.items() if k != name}
    named = any(o.is_input for k, v in left.items() if k.startswith("filter:") for o in v)
    owned = is_id_of(test, query.inputs.get(name, frozenset()))
    return query._replace(inputs=left) if named and owned else query


def names_rows(asked: Mapping[str, Value]) -> bool:
    """True where something that is asked for is what the caller sends."""
    return any(o.is_input for value in asked.values() for o in all_origins(value))


def _may_be_staff(how: str) -> bool:
    words = how.partition(OF_ROLES)[2]
    return not words or not STAFF.isdisjoint(words.lower().split(", "))


def _put(statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    """The names and keys of the objects into which statements put something."""
    for statement in statements:
        target = statement.target if type(statement) is Let else None
        if type(target) is Member and type(target.object) is Name:
            yield target.object.id, target.key
