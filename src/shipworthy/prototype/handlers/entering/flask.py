"""Flask: a handler gets what its path names, and takes the rest from `request`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.answering import Answers
from shipworthy.prototype.handlers.entering.finding import Found, find
from shipworthy.prototype.handlers.entering.middleware import Target, keep_target, target_of
from shipworthy.prototype.handlers.handler import Check, Guard, Origin
from shipworthy.prototype.handlers.knowledge.flask import ON_REQUEST
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS, Value, from_origins, meet_all
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Function,
    Let,
    Member,
    Name,
    Record,
    Statement,
)
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

_IN_PATH = regex(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")


class FlaskEntry(Struct):
    """A route of Flask or Quart."""

    found: Found
    path: str
    location: Location
    target: Target
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run what comes before each request, then the handler."""
        for value in self.found.before:
            if is_callable(value):
                before_request(walk, value, self.target)
        named = in_path(walk, self.path, self.found.function.at)
        body = walk.program.modules[self.location.path].body
        answers = Answers(walk, texts="html", filtered=is_marshalled(self.found.function, body))
        walk.answers = (id(self.found.function), answers)
        invoke(walk, self.found.value, (), named, self.found.function.at)
        return answers.guards


def is_marshalled(function: Function, body: Sequence[Statement]) -> bool:
    """True below `@api.marshal_with(fields)` of Flask-RESTful and RESTX: the fields alone are sent, as long
    as the same file does not show a secret among them."""
    for decorator in function.decorators:
        if isinstance(decorator, Call) and decorator.arguments:
            called = decorator.function
            name = called.key if isinstance(called, Member) else getattr(called, "id", "")
            if name in _MARSHALS:
                return not any(map(_SECRET.search, _fields(decorator.arguments[0], body)))
    return False


_MARSHALS = frozenset({"marshal_with", "marshal_list_with"})
_SECRET = regex(r"passw|hash|secret|token|\.\.\.|\[\]", re.IGNORECASE)


def _fields(model: Expression, body: Sequence[Statement], depth: int = 4) -> Iterator[str]:
    """The keys of `api.model("User", {…})` or of a plain dictionary, if need be behind a name."""
    if isinstance(model, Name) and depth:
        for line in body:
            if isinstance(line, Let) and getattr(line.target, "id", "") == model.id:
                yield from _fields(line.value, body, depth - 1)
    elif isinstance(model, Record):
        yield from (key for key, _ in model.pairs)
    elif isinstance(model, Call):
        for argument in model.arguments:
            yield from _fields(argument, body, depth)


def before_request(walk: Walk, function: Value, target: Target) -> None:
    """A function that goes on where it returns nothing; what is asked for is known to it."""
    before = walk.guards
    walk.asked_path = target.path
    keep_target(walk, ON_REQUEST, Target._fields, target)
    result = invoke(walk, function)
    walk.asked_path = ""
    for key in Target._fields:
        walk.heap.pop((ON_REQUEST, key), None)
    after = walk.guards
    on = [passed for value, passed in result.cases if value.is_null]
    if on:
        walk.guards = before | after | meet_all(on)


def in_path(walk: Walk, path: str, at: int) -> dict[str, Value]:
    """The parameters that a path names, as Flask writes them."""
    found: dict[str, Value] = {}
    for converter, name in _IN_PATH.findall(path):
        value = from_origins(Origin("path", "", name))
        if converter in ("int", "float", "uuid"):
            walk.passed(Check.VALID, converter, at, (f"path.{name}",))
            value = replace(value, tags=frozenset({"scalar"}))
        elif converter != "path":
            value = replace(value, tags=frozenset({"no-slash"}))
        found[name] = value
    return found


def flask_entry(route: Route, program: Program, walk: Walk) -> FlaskEntry | None:
    """The entry of a route that Flask serves."""
    found = find(route, program, walk)
    if found is None:
        return None
    return FlaskEntry(found, route.path, found.location, target_of(route, walk))
