"""What every database library has in common: a query noted, what it was asked, the rows it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from shipworthy.prototype.handlers.comparing import existing, is_open_on_one
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import LEFT_OUT, RAISED, EffectKind, Origins
from shipworthy.prototype.handlers.knowledge.postgrest import (
    found_or_not,
    literals_of,
    row_of,
    written,
)
from shipworthy.prototype.handlers.sent import NAMED, WRITTEN, hashed, named_freely, sent
from shipworthy.prototype.handlers.values import (
    LESS,
    NO_GUARDS,
    NULL,
    ROWS,
    UNKNOWN,
    Closure,
    Guards,
    Value,
    all_origins,
    of_cases,
    replace,
)
from shipworthy.prototype.program.nodes import Compare, Either, Member, Name, Return
from shipworthy.regex import regex

AT_TIMES = "at times"
"""The literal `conditions` of a statement that asks for less where the caller sends less."""
JOINED = "joined"
"""The literal that names the relations of which a query takes all columns as well: `owner`, or where the
query itself says under which name it gives the rows of a table, `owner:users`."""
PEOPLE = "people"
"""The literal that names how to reach the people whom a query takes along."""
OWNER = "owner"  # a connection of its own: no row security holds it back
_MOST_CONDITIONS = 40

SAVED = "saved"
"""Said of an update by which a row that was read is stored again, past the hooks of its model."""


def whole_relations(options: Mapping[str, Value], depth: int = 3) -> Iterator[str]:
    """The relations that are taken whole: `include: { author: true }` of Prisma, `with` of Drizzle."""
    for part in ("include", "select", "with") if depth else ():
        for name, chosen in (options.get(part, UNKNOWN).fields or {}).items():
            inner = chosen.fields or {}
            if part == "select":
                whole = chosen.literal is True and name in _PERSONS
            else:
                whole = not {"select", "omit", "columns"} & set(inner)
            if whole:
                yield name
            yield from whole_relations(inner, depth - 1)


def reached_people(options: Mapping[str, Value], path: str = "") -> Iterator[str]:
    """The e-mail addresses and phones that relations are asked for by name: `bookings.borrower.email`."""
    for part in ("include", "select", "with") if path.count(".") < _DEEPEST else ():
        for name, chosen in (options.get(part, UNKNOWN).fields or {}).items():
            inner = chosen.fields or {}
            for listed in ("select", "columns"):
                for column, kept in (inner.get(listed, UNKNOWN).fields or {}).items():
                    if kept.literal is True and _REACHED.match(column):
                        yield f"{path}{name}.{column}"
            yield from reached_people(inner, f"{path}{name}.")


_DEEPEST = 3
_REACHED = regex(r"(?i:e?mail|phone|mobile)(_?(?i:number|address))?$")

_PERSONS = frozenset("user users author owner creator".split())
"""What no column is called: `select: { user: true }` takes the whole row."""


def query(
    walk: Evaluation,
    site: Site,
    operation: str,
    table: str,
    *,
    client: str = OWNER,
    literals: Mapping[str, str] | None = None,
) -> int:
    """Note a query; its number, for what is said of it later."""
    return walk.effect(
        EffectKind.QUERY, operation, table, site.call.at, client=client, literals=literals
    )


def told(
    walk: Evaluation,
    effect: int,
    *,
    filters: Mapping[str, Value] | None = None,
    values: Value | None = None,
    operation: str = "",
    inputs: Mapping[str, Origins] | None = None,
    literals: Mapping[str, str] | None = None,
) -> None:
    """Add to a query by what it looks, what it writes."""
    if not is_query(walk, effect):
        return
    known = walk.effects[effect]
    all_inputs, all_literals = dict(known.inputs), dict(known.literals)
    arrived = dict(known.sent)
    for column, value in list((filters or {}).items())[:_MOST_CONDITIONS]:
        name = f"filter:{column}"
        if all_literals.pop(f"{LEFT_OUT}{column}", "") or name not in all_inputs:
            walk.filtered.append((effect, column))
        all_inputs[name] = all_inputs.get(name, frozenset()) | all_origins(value)
        arrived[name] = arrived.get(name, frozenset()) | sent(value)
        if isinstance(value.literal, (str, int, bool)):
            all_literals[name] = str(value.literal)
        if named_freely(value):
            all_literals[f"{name}{NAMED}"] = "by the caller"
    if values is not None:
        all_inputs |= written(values)
        all_literals |= literals_of(values)
        arrived |= {f"value:{k}": sent(v) for k, v in (values.fields or {}).items() if k != "..."}
        all_literals |= hashed({f"value:{k}": v for k, v in (values.fields or {}).items()})
        freely = (k for k, v in (values.fields or {}).items() if named_freely(v))
        all_literals |= {f"{WRITTEN}{k}{NAMED}": "by the caller" for k in freely}
    all_inputs |= inputs or {}
    all_literals |= hashed({f"filter:{k}": v for k, v in (filters or {}).items()})
    all_literals |= literals or {}
    walk.effects[effect] = known._replace(
        inputs=all_inputs,
        literals=all_literals,
        operation=operation or known.operation,
        sent=arrived,
    )


def raised(amounts: Mapping[str, Value]) -> dict[str, str]:
    """What a query says of the columns to which the database itself adds these amounts."""
    return {
        f"{RAISED}{column}": "in place"
        for column, amount in amounts.items()
        if LESS not in amount.tags and (all_origins(amount) or _is_gain(amount))
    }


def _is_gain(amount: Value) -> bool:
    return isinstance(amount.literal, (int, float)) and amount.literal > 0


def _of_row(row: Value) -> int:
    """The place in the heap of what is put into a row; objects that code makes have places above 0."""
    return -1 - row.effect


def put(walk: Evaluation, row: Value, key: str, value: Value, _at: int) -> None:
    """`user.name = body.name`, `user[key] = body[key]`: stored when the row is saved."""
    walk.heap[_of_row(row), "..." if key == "[]" else key] = value


def put_in(walk: Evaluation, row: Value) -> dict[str, Value]:
    """What was put into a row since it was read."""
    return {key: value for (of, key), value in walk.heap.items() if of == _of_row(row)}


def put_into(walk: Evaluation, row: Value, values: Value, at: int) -> None:
    """`Object.assign(user, body)`: whatever these values hold is put into a row."""
    for key, value in (values.fields or {}).items():
        put(walk, row, key, value, at)
    if values.fields is None and values.origins:
        put(walk, row, "...", values, at)


def is_query(walk: Evaluation, effect: int) -> bool:
    """True for the number of a query of this walk."""
    return 0 <= effect < len(walk.effects) and walk.effects[effect].kind is EffectKind.QUERY


def rows(walk: Evaluation, effect: int, *tags: str) -> Value:
    """The list that a query gives."""
    row = row_of(walk, effect)
    return Value(origins=row.origins, what=ROWS, effect=effect, tags=frozenset({"truthy", *tags}))


def one(walk: Evaluation, effect: int) -> Value:
    """The row that a query gives, or nothing."""
    row = row_of(walk, effect)
    return _found(walk, row)


def surely(walk: Evaluation, effect: int) -> Value:
    """The row of a query that throws where it finds none."""
    row = row_of(walk, effect)
    if not _is_written(walk, effect):
        walk.guards |= frozenset(existing(walk, row.origins, _line(walk, effect)))
    return replace(row, tags=row.tags | {"truthy"})


def count(walk: Evaluation, effect: int, origins: Origins) -> Value:
    """How many rows there are; that there are some can prove that they are the caller's."""
    exists: Guards = NO_GUARDS
    if not _is_written(walk, effect):
        exists = frozenset(existing(walk, origins, _line(walk, effect)))
    counted = frozenset(o._replace(key="length") for o in origins)
    return Value(origins=counted, when=(exists, NO_GUARDS))


def count_of_ways(walk: Evaluation, value: Value) -> Value:
    """How many rows there are, of those that came in several ways: what all of these prove is proven."""
    found = [(case, passed) for case, passed in value.cases if is_query(walk, case.effect)]
    if len(found) < 2 or not is_open_on_one(walk, (passed for _, passed in found)):
        return count(walk, value.effect, value.origins)
    return of_cases((count(walk, case.effect, case.origins), passed) for case, passed in found)


def call_back(walk: Evaluation, closure: Closure, result: Value, at: int) -> None:
    """Run a callback that gets an error first."""
    error = Value(what="error", tags=frozenset({"truthy"}))
    failed = Value(cases=((error, NO_GUARDS), (NULL, NO_GUARDS)))
    before = walk.guards
    walk.enter(closure, (failed, result), {}, at)
    walk.guards = before


def _found(walk: Evaluation, row: Value) -> Value:
    if _is_written(walk, row.effect):
        there = replace(row, tags=row.tags | {"truthy"})
        return replace(row, cases=((there, NO_GUARDS), (NULL, NO_GUARDS)))
    return found_or_not(walk, row, _line(walk, row.effect))


def _is_written(walk: Evaluation, effect: int) -> bool:
    return is_query(walk, effect) and walk.effects[effect].operation in ("insert", "upsert")


def _line(walk: Evaluation, effect: int) -> int:
    return walk.effects[effect].line if 0 <= effect < len(walk.effects) else 0


def _property(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key.isdigit():
        return _found(walk, replace(value, what="row", tags=frozenset()))
    if key in ("length", "rowCount", "count", "affectedRows", "size"):
        return count_of_ways(walk, value)
    if key in ("rows", "0", "docs"):
        return value
    return None


def _first(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what != ROWS:
        return None
    return _found(walk, replace(site.receiver, what="row", tags=frozenset()))


def _narrowed(walk: Evaluation, site: Site) -> Value | None:
    """`rows.filter((row) => row.userId === id)`: asks by a column as a query does."""
    closure = site.argument(0).closure
    found = predicate(walk, closure) if closure is not None else {}
    if not found or not is_query(walk, site.receiver.effect):
        return None
    told(walk, site.receiver.effect, filters=found)
    effect = site.receiver.effect
    return one(walk, effect) if site.name == "find" else rows(walk, effect)


def predicate(
    walk: Evaluation, closure: Closure, operator: str = "==", joined: str = "and"
) -> dict[str, Value]:
    """The columns of its one parameter that a function compares, and with what."""
    function = closure.function
    if len(function.body) != 1 or len(function.parameters) != 1:
        return {}
    statement, parameter = function.body[0], function.parameters[0].target
    if not isinstance(statement, Return) or not isinstance(parameter, Name):
        return {}
    found: dict[str, Value] = {}
    pending = [statement.value]
    while pending:
        node = pending.pop()
        if isinstance(node, Either) and node.operator == joined:
            pending += [node.left, node.right]
        elif isinstance(node, Compare) and node.operator == operator:
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if _is_column(side, parameter.id) and not _is_column(other, parameter.id):
                    found[side.key] = walk.value(other, closure.scope)
    return found


def _is_column(node: object, row: str) -> TypeGuard[Member]:
    return isinstance(node, Member) and isinstance(node.object, Name) and node.object.id == row


CALLS = {
    **{f"{ROWS}.{name}": _first for name in ("at", "shift", "pop")},
    f"{ROWS}.filter": _narrowed,
    f"{ROWS}.find": _narrowed,
}

PROPERTIES = {ROWS: _property}
