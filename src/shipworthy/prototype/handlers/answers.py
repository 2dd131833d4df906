"""Tell the answers of an entry point from its refusals: what was checked before all of its answers."""

from __future__ import annotations

from collections.abc import Iterable

from shipworthy.prototype.handlers.handler import Effect, EffectKind
from shipworthy.prototype.handlers.values import Guards, Value, meet_all, truth
from shipworthy.prototype.handlers.walk import Walk

_REFUSED = 400
_SAID = frozenset({EffectKind.RESPONSE, EffectKind.HTML})


def answered(walk: Walk, first: int, *, by_effects: bool) -> Guards:
    """The guards that were passed on every way to an answer that is no refusal.

    Where the answer is said to an object (`res.json`), the effects since `first` tell; elsewhere it is
    what the function gives back.
    """
    if by_effects:
        said = [e for e in walk.effects[first:] if e.kind in _SAID]
        sent = [e for e in said if not _refuses(e)]
        passed = [e.guards for e in sent] or [
            e.guards for e in walk.effects[first:] if e.kind is EffectKind.REDIRECT
        ]
        return meet_all(passed) if passed or said else walk.guards
    ways = list(each_way(walk.ways))
    good = [guards for value, guards in ways if not _is_refusal(value)]
    shown = [guards for value, guards in ways if not _is_refusal(value) and not _moves(value)]
    return meet_all(shown or good) if good else walk.guards


def each_way(ways: Iterable[tuple[Value, Guards]]) -> Iterable[tuple[Value, Guards]]:
    """Each way to the end, those inside of a value that came about in several ways too."""
    for value, passed in ways:
        if value.cases and not value.is_null:
            yield from ((case, passed | more) for case, more in value.cases)
        else:
            yield value, passed


def _refuses(effect: Effect) -> bool:
    status = effect.literals.get("status", "")
    if status.isdigit():
        return int(status) >= _REFUSED
    keys = {name for name in effect.inputs if name.startswith("body.")}
    return "body.error" in keys and not keys & {"body.data", "body.success"}


def _is_refusal(value: Value) -> bool:
    fields = value.fields or {}
    status = fields.get("status")
    if "response" in value.tags:
        number = status.literal if status is not None else None
        return isinstance(number, int) and number >= _REFUSED
    for key in ("success", "ok"):
        if key in fields and fields[key].literal is not None and truth(fields[key]) is False:
            return True
    error = fields.get("error") or fields.get("errors")
    return error is not None and not error.is_null and not {"data", "success"} & set(fields)


def _moves(value: Value) -> bool:
    """True for a redirect: where there are other answers, it sends away who may not have them."""
    return "response" in value.tags and value.fields is None
