"""Fields of an object that begin empty and are filled by a method: `self.client = None`, then `connect()`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.evaluation.naming import at_module, back
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Type, Value
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Function, Let, Literal, Member, Name

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_MAKES = frozenset({"__init__", "constructor"})
_SELF = frozenset({"self", "this"})
_MOST = 3  # methods that are tried
_OTHER = Value(tags=frozenset({"module"}))


def filled(walk: Evaluation, owner: Value, key: str, kept: Value) -> Value:
    """What a field holds of an object that a module keeps, where a method gives it more than it was made
    with. The server runs such a method as it starts, or before it first needs the field."""
    if not (kept.is_null or kept.literal is False) or owner.instance is None:
        return kept
    place, program = (owner.identity, key), walk.program
    if place not in program.heap or walk.heap.get(place, kept) is not program.heap[place]:
        return kept  # it was changed on the way
    methods = list(_fillers(owner.instance, key))
    if not methods or any(id(method) in walk.running for method in methods):
        return kept  # it asks for the field itself, to fill it once
    if kept.is_null and place not in program.filled:
        program.filled.add(place)
        made = _made(walk, owner, owner.instance, place, methods[:_MOST])
        if made is not None:
            return made
    return _OTHER


def _made(
    walk: Evaluation, owner: Value, kind: Type, place: tuple[int, str], methods: list[Function]
) -> Value | None:
    """What one of these methods puts there, if a library made it."""
    program = walk.program
    for method in methods:
        before = at_module(walk, kind.module)
        walk.heap = dict(program.heap)
        closure = Closure(method, kind.scope, kind.module, owner)
        walk.enter(closure, (UNKNOWN,) * len(method.parameters), {}, method.at)
        after = walk.heap
        back(walk, before)
        value = after.get(place)
        if value is not None and _is_of_library(value):
            program.heap.update((at, given) for at, given in after.items() if at[0] > 0)
            return value
    return None


def _fillers(kind: Type, key: str) -> Iterator[Function]:
    for method in kind.node.methods:
        lets = nodes_in(method.body, Let) if method.name not in _MAKES else ()
        if any(_fills(let, key) for let in lets):
            yield method


def _fills(let: Let, key: str) -> bool:
    target = let.target
    if type(target) is not Member or target.key != key or type(target.object) is not Name:
        return False
    empties = type(let.value) is Literal and let.value.value in (None, False)
    return target.object.id in _SELF and not empties


def _is_of_library(value: Value) -> bool:
    """True for what a library made, and an object of the prototype's own: not for what a caller sent."""
    known = value.client or value.instance or (value.what and not value.what.startswith("?"))
    return bool(known) and all(origin.kind == "environment" for origin in value.origins)
