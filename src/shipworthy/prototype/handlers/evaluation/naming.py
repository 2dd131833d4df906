"""What a name stands for, in its module and through the imports of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.evaluation.budget import BUDGET, DEEPEST
from shipworthy.prototype.handlers.evaluation.kept import kept_in_memory
from shipworthy.prototype.handlers.evaluation.kept_lists import KEPT, kept
from shipworthy.prototype.handlers.evaluation.later import given_later
from shipworthy.prototype.handlers.program import Definition, package_of
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    UNSET,
    Scope,
    Type,
    Value,
    replace,
)
from shipworthy.prototype.program.nodes import (
    Class,
    Expression,
    Function,
    Imported,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Record,
)

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation


def names_of_module(walk: Evaluation, scope: Scope) -> Mapping[str, Definition]:
    """The definitions of the module that a scope is in."""
    return walk.program.unit(scope.home.path).definitions


def lookup(walk: Evaluation, name: str, scope: Scope) -> Value:
    """What a name stands for, followed into other modules."""
    at: Scope | None = scope
    top = scope
    while at is not None:
        found = at.names.get(name)
        if found is not None:
            return found
        top, at = at, at.parent
    unit = walk.program.unit(top.home.path)
    definition = unit.definitions.get(name)
    if definition is None:
        return _of_star(walk, name, unit.module) or Value(what=name)
    top.names[name] = Value(what=name)  # for what asks for itself
    value = _defined(walk, name, definition, top)
    top.names[name] = value
    return value


def _of_star(walk: Evaluation, name: str, module: Module) -> Value | None:
    """What a name stands for that `from x import *` may bring."""
    for item in module.imports:
        path = walk.program.target(module.path, item.module) if item.local == "*" else ""
        if path and path != module.path and name in walk.program.unit(path).definitions:
            return walk.exported(path, name)
    return None


def _defined(walk: Evaluation, name: str, definition: Definition, scope: Scope) -> Value:
    home = scope.home
    if isinstance(definition, Imported):
        return imported(walk, definition, home)
    with_module = at_module(walk, home)
    if isinstance(definition, Class):
        value = Value(type=Type(definition, scope, home))
    elif isinstance(definition, Function):
        if definition.decorators:
            value = walk.decorated(definition, scope)
        else:
            value = walk.closure(definition, scope)
    else:
        value = _variable(walk, name, definition, scope)
    back(walk, with_module)
    return value


def _variable(walk: Evaluation, name: str, definition: Let, scope: Scope) -> Value:
    value = walk.value(definition.value, scope)
    value = (
        kept_in_memory(name, value)
        if scope.home.python
        else kept(walk, name, definition, scope, value)
    )
    if value.what == KEPT:
        return value
    if type(definition.value) is Record and value.fields is not None:
        value = replace(value, fields={**value.fields, **_given_later(walk, name, scope)})
    if value.literal is not UNSET and name in walk.program.unit(scope.home.path).rebound:
        later = given_later(walk, name, scope) if value.is_null else None
        if later is not None:
            return later
        value = Value(what="", tags=frozenset({"module"}))  # a function gives it another value
    elif value.literal is False:  # `const NO_LOGIN = false`: what hangs on it does not run
        value = replace(value, tags=value.tags | {"settled"})
    if type(definition.target) is Name:
        return replace(value, tags=value.tags | {"module"}) if value.identity == 0 else value
    walk.bind(definition.target, value, scope, True)
    return scope.names.get(name, UNKNOWN)


def _given_later(walk: Evaluation, name: str, scope: Scope) -> dict[str, Value]:
    """`const orders = {}; orders.list = async (ctx) => …`: what a module puts into a record of its own."""
    return {
        statement.target.key: walk.value(statement.value, scope)
        for statement in scope.home.body
        if type(statement) is Let
        and type(statement.target) is Member
        and type(statement.value) is Lambda
        and type(statement.target.object) is Name
        and statement.target.object.id == name
    }


def at_module(walk: Evaluation, module: Module) -> tuple[object, ...]:
    """Evaluate what a module defines outside of the handler that is followed."""
    kept = (
        walk.effects,
        walk.guards,
        walk.outcomes,
        walk.path,
        walk.steps,
        walk.module,
        walk.left,
        walk.loops,
        walk.branches,
        walk.decisions,
    )
    walk.left, walk.loops = max(walk.left, BUDGET), 0  # done once for all entry points
    walk.effects, walk.guards, walk.outcomes = [], NO_GUARDS, []
    walk.path, walk.steps, walk.module = module.path, (), module
    kept_heap, walk.heap = walk.heap, walk.program.heap
    return (*kept, kept_heap)


def back(walk: Evaluation, kept: tuple[object, ...]) -> None:
    (
        walk.effects,
        walk.guards,
        walk.outcomes,
        walk.path,
        walk.steps,
        walk.module,
        walk.left,
        walk.loops,
        walk.branches,
        walk.decisions,
        walk.heap,
    ) = kept  # type: ignore[assignment]


def imported(walk: Evaluation, item: Imported, module: Module) -> Value:
    """What a name stands for that a module imports."""
    path = walk.program.target(module.path, item.module)
    if module.python and item.name != "*":
        submodule = walk.program.target(module.path, f"{item.module}.{item.name}")
        if submodule and not (path and item.name in walk.program.unit(path).definitions):
            return Value(what=f"module:{submodule}", tags=frozenset({"module"}))
    if not path:
        package = package_of(item.module)
        if item.name in ("*", "default"):
            return Value(what=package)
        return Value(what=f"{package}.{item.name}")
    if item.name == "*":
        return _whole(walk, path)
    return walk.exported(path, item.name)


def _whole(walk: Evaluation, path: str) -> Value:
    """A module as one value: of `module.exports = model` the model itself, or the function, class or list."""
    unit = walk.program.unit(path)
    if not unit.module.python and set(unit.exports) == {"default"}:
        given = walk.exported(path, "default")
        if given.client or given.identity or given.closure or given.elements or given.type:
            return given
    return Value(what=f"module:{path}")


def at_home(walk: Evaluation, expression: Expression, scope: Scope) -> Value:
    """What an expression gives in the module that it stands in, not as part of the handler."""
    kept = at_module(walk, scope.home)
    value = walk.value(expression, scope)
    back(walk, kept)
    return value


def defining(
    walk: Evaluation, name: str, scope: Scope, depth: int = 0
) -> tuple[Definition, Scope] | None:
    """The definition behind a name of a module, followed into other modules."""
    module = scope.home
    unit = walk.program.unit(module.path)
    definition = unit.definitions.get(name)
    if not isinstance(definition, Imported):
        return (definition, unit.scope) if definition is not None else None
    path = walk.program.target(module.path, definition.module)
    if not path or depth > DEEPEST:
        return None
    return walk.defining(definition.name, walk.program.unit(path).scope, depth + 1)


def exported(walk: Evaluation, path: str, name: str, depth: int = 0) -> Value:
    """What a module of the prototype gives to others by a name."""
    unit = walk.program.unit(path)
    if unit.module.python:
        if name in unit.definitions or name in unit.scope.names:
            return walk.lookup(name, unit.scope)
        return UNKNOWN
    expression = unit.exports.get(name)
    if expression is None and name == "default":
        expression = unit.exports.get("module.exports")
    if expression is not None:
        kept = at_module(walk, unit.module)
        value = walk.value(expression, unit.scope)  # type: ignore[arg-type]
        back(walk, kept)
        if value.closure is not None and not value.closure.function.name:
            unit.scope.names.setdefault(f"export {name}", value)
        return value
    for outside, specifier, inside in unit.module.forwarded:
        target = walk.program.target(path, specifier) if depth < 8 else ""
        if target and outside in (name, "*"):
            found = walk.exported(target, name if inside == "*" else inside, depth + 1)
            if found is not UNKNOWN:
                return found
    if name == "default" and "default" not in unit.exports and unit.exports:
        return Value(what=f"module:{path}")  # `import * as` written without the star
    return UNKNOWN
