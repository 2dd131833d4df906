"""Run the code of the modules that declare routes, so that routers, middleware and mounts are known."""

from __future__ import annotations

from collections.abc import Iterable

from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.evaluation.kept_lists import kept
from shipworthy.prototype.handlers.knowledge.routing import router
from shipworthy.prototype.handlers.program import Program, functions_of, names_in
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Scope, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import (
    Call,
    Define,
    Do,
    Function,
    If,
    Let,
    Member,
    Name,
    Return,
    Statement,
    Try,
)

START_BUDGET = 400_000  # expressions: all of a server's start
_APPLICATIONS = frozenset({"app", "application"})
_ROUTERS = frozenset({"app", "router", "server", "fastify", "api", "application", "instance"})


def set_up(program: Program, knowledge: Knowledge, paths: Iterable[str]) -> Walk:
    """Run these modules from top to bottom; what they declare is in the walk's `routing`."""
    walk = Walk(program, knowledge)
    walk.left, walk.starting = START_BUDGET, True
    walk.heap = program.heap
    for path in sorted(paths):
        if path in program.modules:
            run_module(walk, path)
    for path in sorted(paths):
        if path in program.modules:
            _run_registrars(walk, path)
    return walk


def run_module(walk: Walk, path: str) -> None:
    """Follow the top-level statements of a module, once."""
    unit = walk.program.unit(path)
    if unit.ran:
        return
    unit.ran = True
    walk.path, walk.module = path, unit.module
    walk.guards, walk.steps = frozenset(), ()
    for statement in unit.module.body:
        if isinstance(statement, Let):
            names = names_in(statement.target)
            if names and all(name in unit.scope.names for name in names):
                continue  # asked for before by another module: it stays what it was
        if isinstance(statement, Define) and statement.function.name in unit.scope.names:
            continue
        walk.block((statement,), unit.scope)
        if isinstance(statement, Let):
            _keep(walk, statement, unit.scope)
    for name, expression in unit.module.exports:
        if not isinstance(expression, Name):
            walk.exported(path, name)


def _keep(walk: Walk, statement: Let, scope: Scope) -> None:
    """A list at the top of the module that stands for a table is no list of the code."""
    name = statement.target.id if isinstance(statement.target, Name) else ""
    value = scope.names.get(name)
    if value is not None and statement.declared:
        scope.names[name] = kept(walk, name, statement, scope, value)


def _run_registrars(walk: Walk, path: str) -> None:
    """`export function registerRoutes(app)`, where the call that passes the app was not found."""
    unit = walk.program.unit(path)
    known = {(r.path, r.line) for r in walk.routing.routes}
    for _, function in functions_of(unit.module):
        names = [n for p in function.parameters for n in names_in(p.target)]
        if not (_ROUTERS & set(names)) or not _registers(function, names):
            continue
        if any(p == path and function.at <= line <= function.end for p, line in known):
            continue
        closure = Closure(function, unit.scope, unit.module)
        given = tuple(router(walk) if n in _ROUTERS else Value(what=n) for n in names)
        for name, value in zip(names, given, strict=True):
            if name in _APPLICATIONS:
                walk.routing.applications.add(value.identity)
        walk.guards, walk.steps = frozenset(), ()
        walk.enter(closure, given or (UNKNOWN,), {}, function.at)


def _registers(function: Function, names: list[str]) -> bool:
    return any(_declares(statement, names) for statement in function.body)


def _declares(statement: Statement, names: list[str]) -> bool:
    if isinstance(statement, (If, Try)):
        inner = (*statement.then, *statement.other) if isinstance(statement, If) else statement.body
        return any(_declares(s, names) for s in inner)
    value = statement.value if isinstance(statement, (Do, Return)) else None
    if not isinstance(value, Call) or not isinstance(value.function, Member):
        return False
    owner = value.function.object
    return isinstance(owner, Name) and owner.id in names
