"""What the routers of a file run before each of its routes: followed twice, then known for the others.

The first of them also fills the names of modules, which costs it more than any later one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from shipworthy.prototype.handlers.entering.middleware import Target, keep_target
from shipworthy.prototype.handlers.knowledge.requests import TARGET
from shipworthy.prototype.handlers.values import Value

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.entering.fastapi import Injection

_OWN = frozenset({"program", "knowledge", "routing", "left", "heavy", "asked"})
"""What a walk has of its own, however far it has gone."""


class Beforehand(NamedTuple):
    """How a walk stands when all of it has been run, and what that hangs on."""

    values: tuple[Value, ...]  # held, as they are known by their identity
    state: dict[str, Any]
    changed: tuple[tuple[dict[Any, Value], object, Value], ...]
    used: int  # expressions
    request: Value
    done: dict[int, Value]
    named: frozenset[str]  # the parameters that were looked for in the path
    in_path: frozenset[str]  # of them, those that stand in it


def run_beforehand(injection: Injection, values: tuple[Value, ...], target: Target) -> bool:
    """Run what stands before a handler; False where nothing comes after it."""
    walk = injection.walk
    if not values or walk.asked is not None or walk.heavy:
        return _run(injection, values, target)
    key = (tuple(map(id, values)), walk.path, walk.guards)
    seen = walk.program.beforehand.get(key)
    if isinstance(seen, Beforehand) and _is_same(seen, injection):
        _restore(seen, injection, target)
        return True
    budget = walk.left
    if not _run(injection, values, target):
        return False
    if seen is None:
        walk.program.beforehand[key] = values
    elif not isinstance(seen, Beforehand) and walk.left >= 0 and not walk.tells_targets:
        walk.program.beforehand[key] = _kept(injection, values, budget - walk.left)
    return True


def _run(injection: Injection, values: tuple[Value, ...], target: Target) -> bool:
    keep_target(injection.walk, injection.request.identity, TARGET, target)
    return all(injection.step(value) for value in values)


def _is_same(seen: Beforehand, injection: Injection) -> bool:
    return seen.in_path == seen.named & injection.in_path and injection.walk.left >= seen.used


def _kept(injection: Injection, values: tuple[Value, ...], used: int) -> Beforehand:
    walk = injection.walk
    state = {name: _copy(value) for name, value in vars(walk).items() if name not in _OWN}
    for key in TARGET:
        state["heap"].pop((injection.request.identity, key), None)
    changed = tuple((kept, key, kept[key]) for kept, key, _ in walk.program.changed)
    named = frozenset(injection.named)
    in_path = named & injection.in_path
    return Beforehand(
        values, state, changed, used, injection.request, dict(injection.done), named, in_path
    )


def _restore(seen: Beforehand, injection: Injection, target: Target) -> None:
    walk = injection.walk
    walk.left -= seen.used
    for name, value in seen.state.items():
        setattr(walk, name, _copy(value))
    walk.heap = {}
    keep_target(walk, seen.request.identity, TARGET, target)
    walk.heap |= seen.state["heap"]
    for kept, key, value in seen.changed:
        walk.program.change(kept, key, value)
    injection.request, injection.done = seen.request, dict(seen.done)


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, (list, dict, set)) else value
