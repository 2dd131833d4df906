"""Find the function behind a route of Python and what its routers run before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.evaluation import Mounted, Registered
from shipworthy.prototype.handlers.knowledge.python_routing import EVERY
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import Scope, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Class, Define, Function, If, Loop, Try, With
from shipworthy.prototype.routes.route import Route


class Found(Struct, frozen=True):
    """The function of a route as written, what is to be called, what runs before it, its scope."""

    function: Function
    value: Value
    before: tuple[Value, ...]
    scope: Scope
    location: Location


def find(route: Route, program: Program, walk: Walk) -> Found | None:
    """The function that a decorator declares as a handler."""
    path = route.location.path
    lines = range(route.location.line, route.location.end_line + 1)
    declared = functions_in(program.modules[path].body, lines)
    functions = [f for f in declared if f.name == route.handler and f.at in lines]
    if not functions:
        return None
    function, unit = functions[0], program.unit(path)
    location = Location(path, route.location.line, route.location.end_line)
    registered = registered_as(route, walk)
    if registered is None:
        value = _alone(function, walk, unit.scope, program, path)
        return Found(function, value, (), unit.scope, location)
    value = registered.chain[-1]
    # Of a decorated function the wrapper is called; its parameters stand where it was written.
    as_written = value.closure is not None and value.closure.function is function
    scope = value.closure.scope if value.closure and as_written else unit.scope
    before = (*above(registered.router, walk.routing.mounts), *registered.chain[:-1])
    return Found(function, value, before, scope, location)


def registered_as(route: Route, walk: Walk) -> Registered | None:
    """The declaration of a route that running the code has met, of another method where none has its own."""
    found = walk.routing.declared_in(route.location)
    exact = [r for r in found if r.method in (route.method, "*") and r.pattern]
    exact = [r for r in exact if route.path.endswith(r.pattern)] or exact or found
    return exact[0] if exact else None


def _alone(function: Function, walk: Walk, scope: Scope, program: Program, path: str) -> Value:
    """The function where no router was seen to take it: with its decorators all the same."""
    walk.path, walk.module = path, program.modules[path]
    return walk.decorated(function, scope)


def above(router: int, mounts: list[Mounted], depth: int = 0) -> Iterator[Value]:
    """What the routers run before a route, outermost first."""
    if depth == 0:
        for mount in mounts:
            if mount.router == EVERY:
                yield from mount.chain
    parents = [m for m in mounts if m.child == router] if depth < 6 else []
    if parents:
        yield from above(parents[0].router, mounts, depth + 1)
        yield from parents[0].chain
    for mount in mounts:
        if mount.router == router and not mount.child:
            yield from mount.chain


def named(walk: Walk, name: str, scope: Scope) -> Value:
    """What a dotted name of a handler stands for: `find`, `views.find`."""
    first, *rest = name.split(".")
    value = walk.lookup(first, scope)
    for key in rest:
        value = walk.member(value, key)
    return value


def as_written(name: str, value: Value, program: Program, path: str) -> tuple[Function | None, str]:
    """The function that is named in this file, as written, and its own file: a decorated one hides it."""
    last = name.rpartition(".")[2]
    if value.closure is not None and value.closure.function.name == last:
        return value.closure.function, value.closure.module.path
    for target in (path, *sorted(set(program.targets.get(path, {}).values()))):
        found = program.unit(target).definitions.get(last) if target in program.modules else None
        if isinstance(found, Function):
            return found, target
    return None, ""


def functions_in(statements: tuple[Any, ...], lines: range) -> Iterator[Function]:
    """The functions that are declared in these statements, at any depth, but for those inside of a function
    that stands outside of these lines."""
    for statement in statements:
        if isinstance(statement, Define):
            function = statement.function
            yield function
            if function.at < lines.stop and function.end >= lines.start:
                yield from functions_in(function.body, lines)
        elif isinstance(statement, Class):
            for method in statement.methods:
                yield method
                if method.at < lines.start and method.end >= lines.start:
                    yield from functions_in(method.body, lines)
        elif isinstance(statement, If):
            yield from functions_in((*statement.then, *statement.other), lines)
        elif isinstance(statement, (Loop, With)):
            yield from functions_in(statement.body, lines)
        elif isinstance(statement, Try):
            inner = [s for handler in statement.handlers for s in handler.body]
            yield from functions_in((*statement.body, *inner, *statement.final), lines)
