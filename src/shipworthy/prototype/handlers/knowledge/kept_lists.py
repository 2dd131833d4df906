"""Rows kept in lists of a module, which stand for tables: `const users = []` at the top of a server."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.kept_lists import IN_MEMORY, table_of
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Origins
from shipworthy.prototype.handlers.knowledge.rows import (
    OWNER,
    count,
    is_query,
    one,
    predicate,
    rows,
    told,
)
from shipworthy.prototype.handlers.values import (
    ROWS,
    Closure,
    Value,
    all_origins,
    replace,
)
from shipworthy.prototype.handlers.writes import KEPT_LIST
from shipworthy.prototype.program.nodes import Either, Not, Return

STORE = {"store": KEPT_LIST}
_LOWDB = (
    "lowdb.Low()",
    "lowdb.LowSync()",
    "lowdb/node.JSONFilePreset()",
    "lowdb/node.JSONFileSyncPreset()",
)
_OTHERS = "others"  # the rows that a filter leaves out


def asked_for(walk: Evaluation, value: Value, at: int) -> Value:
    """The rows of such a list, for a function that asks for it."""
    return _rows_of(walk, str((value.fields or {})["name"].literal), at)


def _rows_of(walk: Evaluation, name: str, at: int) -> Value:
    effect = walk.effect(
        EffectKind.QUERY, "select", table_of(name), at, client=OWNER, literals=STORE
    )
    return rows(walk, effect, IN_MEMORY)


def put_over(walk: Evaluation, name: str, value: Value, at: int) -> None:
    """`rows = rows.filter((r) => r.id !== id)`, `rows = [...rows, row]`."""
    others = (value.fields or {}).get(_OTHERS)
    known = _of_list(walk, value)
    if others is not None and known is not None and known.target == table_of(name):
        told(walk, value.effect, filters=others.fields, operation="delete")
        return
    kept = [e for e in value.elements or () if _of_list(walk, e) is not None]
    if kept and value.elements:
        added = [e for e in value.elements if e not in kept]
        told(walk, kept[0].effect, values=added[0] if added else None, operation="insert")


def _of_list(walk: Evaluation, value: Value) -> Effect | None:
    """The query that gave this, where it asked a list."""
    if not is_query(walk, value.effect):
        return None
    found = walk.effects[value.effect]
    return found if found.literals.get("store") == KEPT_LIST else None


def _change(
    walk: Evaluation, of: Effect, values: Value, at: int, operation: str = "update"
) -> None:
    """Note a change of the rows that were looked for last."""
    effect = walk.effect(EffectKind.QUERY, operation, of.target, at, client=OWNER, literals=STORE)
    told(walk, effect, values=values, inputs=_last_asked(walk, of))


def _last_asked(walk: Evaluation, of: Effect) -> dict[str, Origins]:
    """By what rows of a list were looked for last."""
    for effect in reversed(walk.effects):
        asked = {k: v for k, v in effect.inputs.items() if k.startswith("filter:")}
        if effect.target == of.target and asked:
            return asked
    return {"filter:id": frozenset()}


def _looked_up(walk: Evaluation, site: Site) -> Value | None:
    """`rows.find(…)`, `rows.some(…)`, `rows.findIndex(…)`, `rows.filter(…)`."""
    if _of_list(walk, site.receiver) is None or not site.given:
        return None
    effect, closure = site.receiver.effect, site.given[0].closure
    found = _asked(walk, closure) if closure is not None else {}
    if site.name == "filter":
        return _filtered(walk, site, found)
    told(walk, effect, filters=found)
    if closure is not None and not found:
        walk.run_callbacks(site)
    if site.name in ("find", "findLast"):
        return one(walk, effect)
    counted = count(walk, effect, rows(walk, effect).origins)
    return replace(counted, effect=effect) if site.name == "findIndex" else counted


def _asked(walk: Evaluation, closure: Closure) -> dict[str, Value]:
    """By what a function looks for a row: `r.id === id && r.by === me`, `r.email === x || r.name === x`."""
    return predicate(walk, closure) or _any_of(predicate(walk, closure, "==", "or"))


def at_place(walk: Evaluation, owner: Value, key: Value) -> Value | None:
    """`rows[index]`: the row that was looked for to get this index."""
    asked, of = _of_list(walk, key), _of_list(walk, owner)
    if asked is None or of is None or asked.target != of.target or IN_MEMORY not in owner.tags:
        return None
    told(walk, owner.effect, inputs={k: v for k, v in asked.inputs.items() if k[:7] == "filter:"})
    return one(walk, key.effect)


def _filtered(walk: Evaluation, site: Site, found: dict[str, Value]) -> Value | None:
    closure, effect = site.given[0].closure, site.receiver.effect
    if closure is None:
        return None
    if found:
        told(walk, effect, filters=found)
        return rows(walk, effect, IN_MEMORY)
    others = _left_out(walk, closure)
    walk.run_callbacks(site)
    rest = rows(walk, effect, IN_MEMORY)
    return replace(rest, fields={_OTHERS: Value(fields=others)}) if others else rest


def _left_out(walk: Evaluation, closure: Closure) -> dict[str, Value]:
    """By what the rows are known that a filter leaves out: `r.id !== id`, `!(r.id === id && r.by === me)`.
    Of `r.id !== id && r.userId !== me` each part takes rows away for itself: what the caller sends counts."""
    body = closure.function.body
    written = body[0].value if len(body) == 1 and isinstance(body[0], Return) else None
    if isinstance(written, Not):
        inner = closure.function._replace(body=(Return(written.operand, written.at),))
        return predicate(walk, Closure(inner, closure.scope, closure.module))
    if not isinstance(written, Either) or written.operator == "or":
        return predicate(walk, closure, "!=", "or")
    return _any_of(predicate(walk, closure, "!="))


def _any_of(parts: dict[str, Value]) -> dict[str, Value]:
    """Of parts that each find rows for themselves, those that say most for a stranger: what he sends."""
    sent = {k: v for k, v in parts.items() if any(o.is_input for o in all_origins(v))}
    return sent or {k: v for k, v in parts.items() if all_origins(v)}


def _added(walk: Evaluation, site: Site) -> Value | None:
    if _of_list(walk, site.receiver) is None:
        return None
    told(walk, site.receiver.effect, values=site.argument(0), operation="insert")
    return Value(tags=frozenset({"truthy"}))


def _taken(walk: Evaluation, site: Site) -> Value | None:
    """`rows.splice(index, 1)`; with a third argument a row is put in the place of another."""
    of = _of_list(walk, site.receiver)
    if of is None:
        return None
    operation = "update" if site.has(2) else "delete"
    walk.effects[site.receiver.effect] = of._replace(operation="select")
    _change(walk, of, site.argument(2), site.call.at, operation)
    return rows(walk, site.receiver.effect)


def _element_assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`rows[index] = { ...rows[index], ...body }`."""
    of = _of_list(walk, owner)
    if of is not None and IN_MEMORY in owner.tags:
        told(walk, owner.effect, values=value, inputs=_last_asked(walk, of), operation="update")


def _row_assigned(walk: Evaluation, row: Value, key: str, value: Value, at: int) -> None:
    """`user.name = body.name`: of a row in memory it is stored at once."""
    of = _of_list(walk, row)
    if of is not None:
        told_by = {"..." if key == "[]" else key: value}
        _change(walk, of, Value(fields=told_by), at)


def _put_into(walk: Evaluation, site: Site) -> Value | None:
    """`Object.assign(user, body)`."""
    of = _of_list(walk, site.argument(0)) if site.argument(0).what == "row" else None
    if of is not None:
        for value in site.given[1:]:
            fields = value.fields if value.fields is not None else {"...": value}
            _change(walk, of, Value(fields=fields), site.call.at)
    return None


CALLS = {
    **{
        f"{ROWS}.{name}": _looked_up for name in ("find", "findLast", "findIndex", "some", "filter")
    },
    **{f"{ROWS}.{name}": _added for name in ("push", "unshift")},
    f"{ROWS}.splice": _taken,
    "Object.assign": _put_into,
}


def _of_lowdb(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`db.data.users`, once the file was read."""
    outside = not walk.running or walk.heap is walk.program.heap
    return None if outside else _rows_of(walk, key, walk.at)


PROPERTIES = {f"{made}.data": _of_lowdb for made in _LOWDB}

ASSIGNED = {"row": _row_assigned, ROWS: _element_assigned}
