"""Guards of the prototype that are named after a right and look at roles, but were not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shipworthy.prototype.handlers.comparing import ROLE_KEY
from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.program import functions_of
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Call,
    Define,
    Do,
    Function,
    If,
    Let,
    Literal,
    Member,
    Module,
    Name,
    Return,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_STATEMENTS = (Define, Do, If, Let, Return)
_DEEPEST = 3  # imports from the handler's file to the guard: a barrel or two
# `requireAdmin`, `assert_staff`, `checkPermission`: a verb that refuses, and whom it lets pass.
_GUARD = regex(
    r"^_?(require|ensure|assert|check|verify|validate|guard|authori[sz]e|enforce|only|must_?be|is)s?_?\w*"
    r"(admin|staff|role|permission|moderator|manager|operator|access)\w*$",
    re.IGNORECASE,
)
_RIGHT = regex(r"^(is_?)?(super_?)?admins?(_?(role|e?mails?|users?|ids?))?$", re.IGNORECASE)


def passes_named_guard(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where a handler asks such a guard before an effect, and the guard looks at roles or at a list
    of administrators. That it does so rightly is not said: whoever asks can only put a question."""
    path = handler.location.path
    module = prototype.server_modules.get(path)
    if module is None:
        return False
    line = handler.location.line
    own = [f for _, f in functions_of(module) if f.at <= line <= f.end][-1:]
    asked = {
        name
        for function, left in ((f, _left_at(handler, effect, f)) for f in own)
        for name, at in _guards_in(prototype, function)
        if _begins(handler, function) <= at < left
    }
    asked |= {name for f in own for name in _used_before(prototype, handler, f)}
    asked |= {name for name in _before_the_handler(module, line) if _GUARD.match(name)}
    return bool(asked) and any(
        _asks_for_right(function) for function in _named(prototype, path, asked)
    )


_KNOWN: WeakKeyDictionary[Prototype, dict[int, tuple[tuple[str, int], ...]]] = WeakKeyDictionary()


def _guards_in(prototype: Prototype, function: Function) -> tuple[tuple[str, int], ...]:
    """The guards that a function names, with their lines. Kept: one function may declare all routes."""
    known = _KNOWN.setdefault(prototype, {})
    found = known.get(id(function))
    if found is None:
        tree = (function.parameters, function.decorators, function.body)
        found = tuple((name, at) for name, at in _names(tree) if _GUARD.match(name))
        known[id(function)] = found
    return found


def _begins(handler: Handler, function: Function) -> int:
    """The line from which on the code of a function is the handler's: that of its route, where a function
    declares routes."""
    line = handler.location.line
    first = next((s.at for s in function.body if isinstance(s, _STATEMENTS)), line)
    return line if first < line else function.at


def _used_before(prototype: Prototype, handler: Handler, function: Function) -> Iterator[str]:
    """What stands before the routes in the function that declares them: `app.use("/api", requireStaff)`."""
    for call in _uses_in(prototype, function):
        first = call.arguments[0] if call.arguments else None
        prefix = first.value if isinstance(first, Literal) else ""
        of_route = isinstance(prefix, str) and handler.route.path.startswith(prefix.rstrip("/"))
        if call.at < handler.location.line and of_route:
            yield from (name for name, _ in _names(call.arguments) if _GUARD.match(name))


_USES: WeakKeyDictionary[Prototype, dict[int, tuple[Call, ...]]] = WeakKeyDictionary()


def _uses_in(prototype: Prototype, function: Function) -> tuple[Call, ...]:
    known = _USES.setdefault(prototype, {})
    found = known.get(id(function))
    if found is None:
        calls = nodes_in((function.decorators, function.body), Call)
        found = known[id(function)] = tuple(call for call in calls if _is_use(call))
    return found


def _is_use(call: Call) -> bool:
    return isinstance(call.function, Member) and call.function.key == "use"


def _before_the_handler(module: Module, line: int) -> Iterator[str]:
    """What stands before the handler where its route is declared: `router.get("/x", requireAdmin, …)`."""
    for statement in module.body:
        if isinstance(statement, Do) and isinstance(statement.value, Call):
            call = statement.value
            if call.at <= line <= call.end and call.arguments:
                yield from (name for name, _ in _names(call.arguments[:-1]))


def _left_at(handler: Handler, effect: Effect, function: Function) -> int:
    """The line of the handler's own code that leads to the effect."""
    places = [*((s.path, s.line) for s in effect.steps), (effect.path, effect.line)]
    inside = (n for path, n in places if path == handler.location.path)
    return next((n for n in inside if handler.location.line < n <= function.end), function.end + 1)


def _named(prototype: Prototype, path: str, names: set[str]) -> Iterator[Function]:
    """The functions of these names in a file, and in the files that it imports."""
    near, seen = {path}, set[str]()
    for _ in range(_DEEPEST):
        for place in sorted(near):
            module = prototype.server_modules.get(place)
            for name, function in functions_of(module) if module is not None else ():
                if name in names:
                    yield function
        seen |= near
        near = {t for p in near for t in prototype.modules.edges.get(p, ())} - seen


def _asks_for_right(function: Function) -> bool:
    return any(ROLE_KEY.search(name) or _RIGHT.match(name) for name, _ in _names(function.body))


def _names(tree: object) -> Iterator[tuple[str, int]]:
    """The names and properties in code, with their lines."""
    for node in nodes_in(tree, Name, Member):
        if isinstance(node, Name):
            yield node.id, node.at
        elif isinstance(node, Member):
            yield node.key, node.at
