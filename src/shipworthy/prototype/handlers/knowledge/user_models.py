"""What the user of Flask-Login is asked by a method of his model: `current_user.is_admin()`."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.values import Closure, Value
from shipworthy.prototype.program.nodes import Class, Function, Member, Name
from shipworthy.regex import regex

_ASKS = regex(r"^_?(is|has|can|may)_")
_MIXIN = "UserMixin"


def asked_of_user(walk: Evaluation, user: Value, key: str) -> Value | None:
    """The method that tells something of a user, where one model of the prototype has it: it is followed
    with whoever is signed in."""
    if not _ASKS.match(key):
        return None
    known = walk.program.user_methods
    if known is None:
        known = walk.program.user_methods = _methods(walk)
    found = known.get(key)
    if found is None:
        return None
    path, function = found
    unit = walk.program.unit(path)
    return Value(closure=Closure(function, unit.scope, unit.module, user))


def _methods(walk: Evaluation) -> dict[str, tuple[str, Function] | None]:
    """The methods of the models of users by name, with their files; None for what two of them have."""
    found: dict[str, tuple[str, Function] | None] = {}
    for module in walk.program.modules.python_saying((_MIXIN,)):
        for model in _models(module.body):
            for method in model.methods:
                if _ASKS.match(method.name) and not method.decorators:
                    twice = method.name in found
                    found[method.name] = None if twice else (module.path, method)
    return found


def _models(body: tuple[object, ...]) -> Iterator[Class]:
    for statement in body:
        if isinstance(statement, Class) and any(map(_is_mixin, statement.bases)):
            yield statement


def _is_mixin(base: object) -> bool:
    if isinstance(base, Member):
        return base.key == _MIXIN
    return isinstance(base, Name) and base.id == _MIXIN
