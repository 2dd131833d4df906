"""tRPC: a procedure gets the context of its call and what its schemas leave of the input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.answers import answered
from shipworthy.prototype.handlers.evaluation import Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.limits import loosest
from shipworthy.prototype.handlers.knowledge.packaged import package_guard
from shipworthy.prototype.handlers.knowledge.requests import parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.schemas import SCHEMA, passed_schema
from shipworthy.prototype.handlers.knowledge.trpc import INPUT, RESOLVER
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.program import Program, Remote
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Guards,
    Value,
    join,
    of_cases,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route

_DEEPEST = 8  # routers inside of routers
_RESULT = Value(what="trpc result", tags=frozenset({"truthy"}))


class Served(Struct, frozen=True):
    """A procedure with its name in the router that an adapter serves, "orders.list"; no adapter where
    none was seen."""

    name: str
    procedure: Value
    remote: Remote | None


class TrpcEntry(Struct):
    """A procedure of tRPC, with what stands before the adapter that serves it."""

    procedure: Value
    remote: Remote | None
    front: Front
    location: Location
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run what stands before it, make the context, then take the steps one after the other."""
        request = self.front.pass_through(walk)
        context, given = self._context(walk, request), NULL
        for step in self.procedure.elements or ():
            if step.what == INPUT:
                given = _taken(walk, step, given, self.location.line)
                continue
            goes_on = _Next(context)
            result = self._step(walk, step, context, given, goes_on)
            if result.what == "never" and not goes_on.ways:
                return walk.guards
            context = goes_on.context
        first = len(walk.effects)
        resolver = (self.procedure.fields or {}).get("resolver", UNKNOWN)
        if resolver.closure is None:
            walk.passed(Check.UNCLEAR, "a procedure that is not followed", self.location.line)
            return walk.guards
        function = resolver.closure.function
        walk.answers = (id(function), lambda value, at: _answer(walk, value, at))
        before = walk.guards
        walk.enter(resolver.closure, (self._record(context, given),), {}, function.at)
        walk.guards = before | answered(walk, first, by_effects=False)
        return walk.guards

    def _step(self, walk: Walk, step: Value, context: Value, given: Value, goes_on: _Next) -> Value:
        before = walk.guards
        if not is_callable(step):
            walk.passed(Check.UNCLEAR, "a middleware that is not followed", self.location.line)
            package_guard(walk, step)
            return _RESULT
        record = self._record(context, given)
        fields = {**(record.fields or {}), "next": Value(native=goes_on)}
        result = invoke(walk, step, (Value(fields=fields),), at=self.location.line)
        if goes_on.ways:
            walk.guards = before | loosest(goes_on.ways)
        return result

    def _record(self, context: Value, given: Value) -> Value:
        """What a middleware and a resolver are called with."""
        raw = parameter("body")
        return Value(
            fields={
                "ctx": context,
                "input": given,
                "rawInput": raw,
                "getRawInput": Value(native=lambda walk, site: raw),
                "path": Value(what="trpc path"),
                "type": Value(what="trpc type"),
                "signal": UNKNOWN,
                "meta": UNKNOWN,
            }
        )

    def _context(self, walk: Walk, request: Value) -> Value:
        """What makes the context, asked with the request; where it was not seen, what most make of it."""
        if self.remote is None:
            users = ("user", "session", "userId", "auth")
            return Value(fields={k: principal(walk, f"ctx.{k}", 0) for k in users})
        made = self.remote.context
        if made.is_null:
            return Value(fields={})
        if not is_callable(made):
            return made
        options = {"req": request, "res": UNKNOWN, "resHeaders": UNKNOWN, "info": UNKNOWN}
        given, before = (Value(fields=options), request), walk.guards
        context = invoke(walk, made, given, at=self.location.line)
        # That it goes on without a session is what a context is for: procedures ask for one.
        walk.guards = before | {g for g in walk.guards if g.check is not Check.HOLLOW}
        return context


class Front(Protocol):
    """What stands before an adapter on its server."""

    def pass_through(self, walk: Walk) -> Value:
        """Run it: the request that comes out."""
        ...


class _Next:
    """`next({ ctx })` of a middleware: with what guards it is called, and with what context."""

    def __init__(self, context: Value) -> None:
        self.before = context
        self.context = context
        self.ways: list[Guards] = []

    def __call__(self, walk: Walk, site: Site) -> Value:
        options = site.argument(0).fields or {}
        context = _over(self.before, options["ctx"]) if "ctx" in options else self.before
        self.context = join(self.context, context) if self.ways else context
        self.ways.append(walk.guards)
        return _RESULT


def _over(before: Value, more: Value) -> Value:
    """A context with what a middleware adds to it: tRPC merges them, key by key."""
    if more.cases:
        return of_cases((_over(before, case), passed) for case, passed in more.cases)
    if before.cases:
        return of_cases((_over(case, more), passed) for case, passed in before.cases)
    if more.fields is None:
        return before
    if before.fields is not None:
        return Value(fields={**before.fields, **more.fields})
    return Value(fields={"...": before, **more.fields})


def _taken(walk: Walk, step: Value, before: Value, at: int) -> Value:
    """What a schema leaves of the input, with what the schemas before it left."""
    schema = (step.elements or (UNKNOWN,))[0]
    sent = parameter("body")
    if is_callable(schema):
        return invoke(walk, schema, (sent,), at=at)
    known = schema if schema.what == SCHEMA else Value(what=SCHEMA)
    taken = passed_schema(walk, known, sent, "the schema of the procedure", at)
    if before.fields is not None and taken.fields is not None:
        return Value(fields={**before.fields, **taken.fields}, tags=taken.tags)
    return taken


def _answer(walk: Walk, value: Value, at: int) -> Value:
    """What a procedure returns is sent to whoever called it."""
    if not value.is_null and value.what != "never" and "response" not in value.tags:
        respond(walk, value, UNKNOWN, at)
    return value


def procedures_of(program: Program) -> Iterator[Served]:
    """The procedures that adapters serve, each with its name in its router."""
    for remote in program.remotes:
        for name, procedure in _inside(remote.router.fields or {}, "", 0):
            yield Served(name, procedure, remote)


def _inside(fields: Mapping[str, Value], prefix: str, depth: int) -> Iterator[tuple[str, Value]]:
    for key, value in fields.items():
        name = f"{prefix}{key}"
        if value.what == RESOLVER:
            yield name, value
        elif value.fields is not None and depth < _DEEPEST:
            yield from _inside(value.fields, f"{name}.", depth + 1)


def serves(value: Value, remote: Remote) -> bool:
    """True for what an adapter made of a router."""
    return (value.fields or {}).get("router") is remote.router


def declared_in(procedure: Value) -> tuple[str, int]:
    """The file and the line that declare a procedure."""
    fields = procedure.fields or {}
    line = fields.get("line", UNKNOWN).literal
    return fields.get("path", UNKNOWN).text or "", line if isinstance(line, int) else 0


def resolver_at(procedure: Value, route: Route) -> Location:
    """Where the function stands that a procedure runs, if that is in the file of its route."""
    closure = (procedure.fields or {}).get("resolver", UNKNOWN).closure
    if closure is None or closure.module.path != route.location.path:
        return route.location
    return Location(route.location.path, closure.function.at, closure.function.end)


def declared_at(route: Route, walk: Walk) -> Value | None:
    """The procedure of a route by its own name, where no adapter serves it."""
    path, keys = route.location.path, route.handler.split(".")
    unit = walk.program.unit(path)
    named = keys[0] in unit.definitions
    value = walk.lookup(keys.pop(0), unit.scope) if named else walk.exported(path, "default")
    for key in keys:
        value = (value.fields or {}).get(key, UNKNOWN)
    here = value.what == RESOLVER and declared_in(value) == (path, route.location.line)
    return value if here else None
