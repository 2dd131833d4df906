"""Which tables and functions allow no verdict, because a rule about them was not replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.database.proof import Fate
from shipworthy.database.replay.access import Access, Rule, access_of
from shipworthy.database.replay.course import Ran
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.finding import Location


class Lost(Struct, frozen=True):
    """An effect on access that the replay lacks."""

    access: Access
    order: int  # position among all statements
    ran: Ran


def tainted(schema: Schema, course: Sequence[Ran]) -> Schema:
    """The schema, with what allows no verdict marked as such and why."""
    effects = [(i, ran, access_of(ran.placed.statement)) for i, ran in enumerate(course)]
    lost = [Lost(a, i, ran) for i, ran, accesses in effects for a in accesses if _is_lost(ran, a)]
    if not lost:
        return schema
    texts = {ran.location: _normal(ran) for ran in course}
    won = [(i, a) for i, ran, accesses in effects for a in accesses if not _is_lost(ran, a)]
    index = _Later(won, texts)
    tables = {name: _table(table, lost, index) for name, table in schema.tables.items()}
    functions = {name: _function(one, lost, index) for name, one in schema.functions.items()}
    return replace(schema, tables=tables, functions=functions)


class _Later:
    """The last position at which a kind of effect went through on a target."""

    def __init__(self, won: Sequence[tuple[int, Access]], texts: Mapping[Location, str]) -> None:
        self.texts = texts  # of all statements, by their place
        self._last: dict[tuple[object, ...], int] = {}
        for order, access in won:
            for key in _keys(access):
                self._last[key] = order

    def settles(self, lost: Lost) -> bool:
        """True where a later success on the same target takes its place."""
        return any(self._last.get(key, -1) > lost.order for key in _keys(lost.access))


def _keys(access: Access) -> Iterator[tuple[object, ...]]:
    if access.rule is Rule.POLICY:
        yield (Rule.POLICY, access.target)
    elif access.rule is Rule.TRIGGER:
        yield (Rule.TRIGGER, access.target, access.name)
    else:
        yield (access.rule, access.target, access.function)


def _is_lost(ran: Ran, access: Access) -> bool:
    # Which columns exist is all that a grant needs, so an invented one does it no harm.
    invented = ran.invented and access.rule is not Rule.GRANT
    return invented or ran.fate in (Fate.FAILED, Fate.ROLLED_BACK)


def _table(table: Table, lost: Sequence[Lost], later: _Later) -> Table:
    for one in lost:
        if _concerns(one.access, table.schema, table.name, function=False) and not (
            later.settles(one) or (not one.ran.invented and _stands(table, one, later.texts))
        ):
            return replace(table, tainted=_reason(one))
    return table


def _function(function: Function, lost: Sequence[Lost], later: _Later) -> Function:
    for one in lost:
        if not _concerns(one.access, function.schema, function.name, function=True):
            continue
        if not (later.settles(one) or _same_place(function.source.location, one)):
            return replace(function, tainted=_reason(one))
    return function


def _concerns(access: Access, schema: str, name: str, *, function: bool) -> bool:
    if access.rule is Rule.ANY:
        return not function
    if access.function is not function and not access.target.endswith("*"):
        return False
    if access.target.endswith("*") and access.function and not function:
        return False
    return access.target in (f"{schema}.{name}", f"{schema}.*", "*")


def _stands(table: Table, lost: Lost, texts: Mapping[Location, str]) -> bool:
    """True where the table is as the lost statement would have left it."""
    access = lost.access
    match access.rule:
        case Rule.ROW_SECURITY:
            on = table.forced if "force" in access.verb else table.row_security
            return on is (access.verb in ("enable", "force"))
        case Rule.POLICY:
            policy = next((p for p in table.policies if p.name == access.name), None)
            if access.verb == "drop":
                return policy is None
            place = policy.source.location if policy and policy.source else None
            return place is not None and texts.get(place) == _normal(lost.ran)
        case Rule.TRIGGER:
            has = any(trigger.name == access.name for trigger in table.triggers)
            return has is (access.verb == "create")
        case Rule.DROP | Rule.DEFINITION:
            return _same_place(table.source.location, lost)
    return False


def _normal(ran: Ran) -> str:
    return " ".join(ran.placed.statement.text.lower().split())


def _same_place(location: Location | None, lost: Lost) -> bool:
    return location is not None and location == lost.ran.location


def _reason(lost: Lost) -> str:
    ran = lost.ran
    if ran.invented:
        return f"the rule at {ran.location} rests on something that no file defines"
    if ran.fate is Fate.ROLLED_BACK:
        return f"the rule at {ran.location} was rolled back with its file"
    return f"the rule at {ran.location} could not be replayed: {ran.refusal}"
