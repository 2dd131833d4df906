"""Views of Python that a call names or that are classes: `add_url_rule`, `MethodView`, `Resource`, the
handlers of aiohttp and Starlette."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.answering import Answers
from shipworthy.prototype.handlers.entering.fastapi import FastapiEntry
from shipworthy.prototype.handlers.entering.finding import (
    Found,
    above,
    as_written,
    named,
    registered_as,
)
from shipworthy.prototype.handlers.entering.flask import (
    FlaskEntry,
    before_request,
    in_path,
    is_marshalled,
)
from shipworthy.prototype.handlers.entering.middleware import Target, target_of
from shipworthy.prototype.handlers.entering.requested import RequestedEntry, request_of
from shipworthy.prototype.handlers.following import Runnable
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable, wrapped
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Closure, Scope, Type, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Call, Function, Member, Name
from shipworthy.prototype.routes.python_calls import MADE
from shipworthy.prototype.routes.route import Route

_VERBS = "get post put patch delete head options".split()
_JSON = ("Resource", "HTTPEndpoint", "View")  # a text that they return is no page
_DECORATORS = ("decorators", "method_decorators")


class MethodEntry(Struct):
    """One method of a class that is a view."""

    kind: Type
    function: Function
    before: tuple[Value, ...]
    route: Route
    target: Target
    location: Location
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run what comes before each request and what decorates the class, then the method."""
        for value in self.before:
            if is_callable(value):
                before_request(walk, value, self.target)
        made = Value(
            instance=self.kind,
            identity=walk.program.identity(),
            tags=frozenset({"truthy"}),
        )
        given: tuple[Value, ...] = ()
        request = request_of(walk, self.route.framework, self.target)
        if request is not None:
            walk.heap[made.identity, "request"] = request
            given = (request,) if self.route.framework == "starlette" else ()
        body = walk.program.modules[self.location.path].body
        filtered = is_marshalled(self.function, body)
        answers = Answers(walk, texts="html", pairs=True, filtered=filtered)
        if any(name.endswith(_JSON) for name in _base_names(walk, self.kind)):
            answers.texts = "json"
        walk.answers = (id(self.function), answers)
        invoke(
            walk, self._method(walk, made), given, in_path(walk, self.route.path, self.function.at)
        )
        return answers.guards

    def _method(self, walk: Walk, made: Value) -> Value:
        """The method of an object with its decorators and those of the class."""
        kind, function = self.kind, self.function
        plain = Value(closure=Closure(function, kind.scope, kind.module, made))
        decorated = walk.decorated(function, kind.scope)
        value = plain
        if decorated.native is not None:
            value = Value(
                native=lambda inner, site: invoke(inner, decorated, (made, *site.given), site.named)
            )
        for wrapper in _of_class(walk, kind, function.name):
            value = wrapped(walk, wrapper, value, function.at)
        return value


def _base_names(walk: Walk, kind: Type) -> Iterator[str]:
    yield from (base for base in classes.bases(walk, kind) if isinstance(base, str))


def _of_class(walk: Walk, kind: Type, method: str) -> Iterator[Value]:
    """What `decorators = [login_required]` of a class and of the classes below it wraps around a method."""
    owners = [kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))]
    for owner in owners:
        for assignment in owner.node.fields:
            if isinstance(assignment.target, Name) and assignment.target.id in _DECORATORS:
                listed = walk.at_home(assignment.value, owner.scope)
                listed = (listed.fields or {}).get(method, listed)
                yield from listed.elements or ()
                return


def view_entries(route: Route, program: Program, walk: Walk) -> list[tuple[Route, Runnable]]:
    """The entries of a route whose view is named by a call or is a class: one for each of its methods."""
    path = route.location.path
    unit = program.unit(path)
    registered = registered_as(route, walk)
    value = registered.chain[-1] if registered is not None else UNKNOWN
    if not is_callable(value) and value.type is None:
        value = named(walk, route.handler.removesuffix(MADE), unit.scope)
        if route.handler.endswith(MADE):
            value = invoke(walk, value)
    router = registered.router if registered is not None else _router(walk, value, unit.scope)
    before = (*above(router, walk.routing.mounts), *(registered.chain[:-1] if registered else ()))
    if value.type is not None:
        return list(_methods(route, walk, value.type, before))
    if not is_callable(value):
        return []
    if value.closure is not None:
        function, home = value.closure.function, value.closure.module.path
    else:
        written, home = as_written(route.handler, value, program, path)
        if written is None:
            return []
        function = written
    where = Location(home, function.at, function.end)
    route = replace(route, handler=route.handler.removesuffix(MADE))
    scope = value.closure.scope if value.closure is not None else program.unit(home).scope
    found = Found(function, value, before, scope, where)
    target = target_of(route, walk)
    match route.framework:
        case "flask":
            return [(route, FlaskEntry(found, route.path, where, target))]
        case "fastapi":
            return [(route, FastapiEntry(found, route.path, where, target))]
    return [(route, RequestedEntry(found, route.framework, target, where))]


def _router(walk: Walk, value: Value, scope: Scope) -> int:
    """The router of a class that a decorator declares: `@api.route("/x")`."""
    for decorator in value.type.node.decorators if value.type is not None else ():
        called = decorator.function if isinstance(decorator, Call) else None
        if isinstance(called, Member) and called.key == "route":
            return walk.at_home(called.object, scope).identity
    return 0


def _methods(
    route: Route, walk: Walk, kind: Type, before: tuple[Value, ...]
) -> Iterator[tuple[Route, Runnable]]:
    owners = [kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))]
    for verb in _VERBS:
        for owner in owners:
            function = next((m for m in owner.node.methods if m.name == verb), None)
            if function is None:
                continue
            where = Location(owner.module.path, function.at, function.end)
            method = verb.upper() if route.method == "*" else route.method
            each = replace(route, method=method, handler=f"{route.handler}.{verb}")
            # What the class writes holds for its own methods, wherever they are inherited from.
            yield each, MethodEntry(kind, function, before, each, target_of(each, walk), where)
            break
