"""Variables of a module declared empty and filled further down: `let db; if (…) db = …`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.program import functions_of
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Scope, Value
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import If, Let, Name, Try

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation


def given_later(walk: Evaluation, name: str, scope: Scope) -> Value | None:
    """What the module itself gives such a variable, or a function of it that opens a connection; None
    where that is nothing that a library made."""
    module = scope.home
    before = scope.names.get(name)
    for statement in module.body:
        if type(statement) in (If, Try) and any(_assigned(statement, name)):
            walk.block((statement,), scope)
    if not _is_made(scope.names.get(name), name):
        for _, function in functions_of(module):
            if id(function) in walk.running:  # it asks for the variable itself, to fill it once
                for let in _assigned(function.body, name):
                    walk.bind(let.target, walk.value(let.value, scope), scope, True)
            elif any(_assigned(function.body, name)):
                given = (UNKNOWN,) * len(function.parameters)
                walk.enter(Closure(function, scope, module), given, {}, function.at)
    found = scope.names.get(name)
    if found is not None and _is_made(found, name):
        return found
    if before is not None:
        scope.names[name] = before
    return None


def _assigned(node: object, name: str) -> Iterator[Let]:
    for let in nodes_in(node, Let):
        if not let.declared and type(let.target) is Name and let.target.id == name:
            yield let


def _is_made(value: Value | None, name: str) -> bool:
    """True for what a library made, and an object of the prototype's own."""
    if value is None or value.what == "never":
        return False
    # A name that nothing is known of is its own; so may a client be, that is called `supabase`.
    known = value.what != name and (value.instance or value.what)
    return bool(value.client or known)
