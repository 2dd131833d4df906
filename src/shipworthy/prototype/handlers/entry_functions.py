"""The function of an entry point in its parsed file, so that an edit can begin or change it."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import JS_FUNCTIONS, Syntax, arguments, string
from shipworthy.prototype.handlers.handler import Handler

VERBS = frozenset({"get", "post", "put", "patch", "delete", "all"})
"""The methods of a router that declare a route."""
_DECORATED = 20  # lines of decorators above a function, at most
_PLATFORMS = ("supabase", "deno", "next")


def entry_function(syntax: Syntax, handler: Handler) -> SgNode | None:
    """The function that answers: a `def`, what a router is given last, an export, or what
    `Deno.serve` is given; None where it is not written in this file or not the only one."""
    if syntax.python:
        found = list(python_functions(syntax, handler))
        return found[0] if len(found) == 1 else None
    if handler.route.framework in _PLATFORMS:
        return script_function(syntax, handler)
    calls = list(route_calls(syntax, handler))
    return _given_last(calls[0]) if len(calls) == 1 else None


def script_function(syntax: Syntax, handler: Handler) -> SgNode | None:
    """The function that is exported by the name of a method, or given to `Deno.serve`."""
    place = handler.location
    for function in syntax.nodes("function_declaration", "arrow_function"):
        here = syntax.location(function)
        name = function.field("name") or _assigned_name(function)
        fits = name is not None and name.text() == handler.route.handler
        served = function.field("name") is None and handler.route.framework in ("supabase", "deno")
        if (fits or served) and here.line >= place.line and here.line - place.line <= 1:
            return function
    return None


def _assigned_name(function: SgNode) -> SgNode | None:
    """`POST` of `export const POST = async (request) => …`."""
    holder = function.parent()
    declares = holder is not None and holder.kind() == "variable_declarator"
    return holder.field("name") if holder is not None and declares else None


def route_calls(syntax: Syntax, handler: Handler) -> Iterator[SgNode]:
    """The call that declares a route of Express: `router.patch("/x", requireUser, …)`."""
    place = handler.route.location
    for call in syntax.calls_named(VERBS):
        given = arguments(call)
        here = syntax.location(call)
        starts = here.line == place.line or here.line == handler.location.line
        if starts and len(given) > 1 and string(given[0]) is not None:
            yield call


def _given_last(call: SgNode) -> SgNode | None:
    """The function at the end of a route; inside of a wrapper, `asyncHandler(async (req, res) => …)`."""
    last = peeled(arguments(call)[-1])
    if last is not None and last.kind() == "call_expression":
        inner = arguments(last)
        last = peeled(inner[0]) if len(inner) == 1 else None
    return last if last is not None and last.kind() in JS_FUNCTIONS else None


def python_functions(syntax: Syntax, handler: Handler) -> Iterator[SgNode]:
    """The functions of Python with the name and at the place of a handler."""
    place, name = handler.route.location, handler.route.handler
    for function in syntax.nodes("function_definition"):
        named, here = function.field("name"), syntax.location(function)
        last = max(place.end_line, place.line) + _DECORATED
        fits = named is not None and named.text() == name.rpartition(".")[2]
        if fits and place.line <= here.line <= last:
            yield function


def parameter_names(function: SgNode) -> list[str]:
    """The names of the parameters of a script's function; '' for one that is taken apart."""
    holder = function.field("parameters")
    found = []
    for parameter in holder.named_children() if holder is not None else ():
        name = parameter.field("pattern") or parameter
        found.append(name.text() if name.kind() == "identifier" else "")
    single = function.field("parameter")
    return [single.text()] if single is not None else found
