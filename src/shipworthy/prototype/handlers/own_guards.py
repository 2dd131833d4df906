"""Put the check before an entry point that the ones beside it pass, by editing its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, adding_arguments, edited
from shipworthy.prototype.code.style import margin
from shipworthy.prototype.code.syntax import Syntax, arguments, callee
from shipworthy.prototype.handlers.caller_checks import with_caller_check
from shipworthy.prototype.handlers.entry_functions import VERBS, python_functions, route_calls
from shipworthy.prototype.handlers.handler import Check, Handler
from shipworthy.prototype.handlers.opening_checks import (
    answers_preflight_first,
    with_opening_check,
    with_usual_opening,
)
from shipworthy.prototype.handlers.own_functions import function_called
from shipworthy.prototype.handlers.page_callers import asked_by_signed_in_pages
from shipworthy.prototype.queries.chains import within
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Whom clocks, services and people without a session call: what asks for one breaks them.
_BY_MACHINES = regex(
    r"cron|schedul|worker|queue|job|hook|callback|ping|health|log-?in|sign-?(in|up)|regist|auth/|oauth|otp"
    r"|verif|confirm|forgot|recover",
    re.IGNORECASE,
)
_BY_GUESTS = regex(
    r"public|guest|visitor|track|reset|invit(e|ation)s?/(accept|\[)|subscri|contact|lead|newsletter|waitlist"
    r"|feedback|review|referral|checkout|payment|capture|stripe|paypal|cart|order",
    re.IGNORECASE,
)
_USUAL = 0.6  # the share of the entry points of a file that makes a check its rule
_KNOWN = (Check.SESSION, Check.API_KEY)
_CALLS = frozenset({"call"})


def guarded(prototype: Prototype, handler: Handler) -> dict[str, str] | None:
    """The texts of the files in which the handler passes the check of its house before it acts.

    That is the one check that all guarded handlers beside it share: a middleware of Express, a dependency
    of FastAPI, a decorator of Flask, or the opening lines of a route handler. None where they share none,
    or more than one: nothing is guessed. A function of the platform that only pages behind the sign-in
    ask for gets a check in any case.
    """
    path = handler.location.path
    named = f"{handler.route.path}/{path}/{handler.route.handler}"
    if _BY_MACHINES.search(named):
        return None
    if asked_by_signed_in_pages(prototype, handler) and answers_preflight_first(prototype, handler):
        usual = with_usual_opening(prototype, handler, _siblings(prototype, handler))
        return {path: usual} if usual else with_caller_check(prototype, handler)
    if "admin" not in named and _BY_GUESTS.search(named):
        return None
    text = _as_beside(prototype, handler)
    return {path: text} if text is not None else None


def _as_beside(prototype: Prototype, handler: Handler) -> str | None:
    """The text of the handler's file with the check that those beside it share."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language is None or file.text is None:
        return None
    if handler.route.framework in ("next", "supabase", "deno"):
        return with_opening_check(prototype, handler, _siblings(prototype, handler))
    syntax = Syntax(file, file.language)
    beside = [h for h in _siblings(prototype, handler) if h.location.path == file.path]
    guarded_ones = [h for h in beside if h.principal in _KNOWN]
    open_ones = [h for h in beside if h.principal is None]
    if len(guarded_ones) < len(beside) * _USUAL:
        return None  # most are meant for everybody, or nobody thought of it
    if syntax.python:
        return _python(prototype, syntax, handler, guarded_ones, open_ones)
    return _express(syntax, handler, guarded_ones, open_ones, file.text)


def _siblings(prototype: Prototype, handler: Handler) -> list[Handler]:
    framework = handler.route.framework
    return [h for h in prototype.handlers if h.route.framework == framework and h != handler]


def _express(
    syntax: Syntax, handler: Handler, known: list[Handler], open_ones: list[Handler], text: str
) -> str | None:
    names = [set(_middleware(call)) for h in known for call in route_calls(syntax, h)]
    others = {
        n for h in (*open_ones, handler) for c in route_calls(syntax, h) for n in _middleware(c)
    }
    name = _only(names, others)
    targets = list(route_calls(syntax, handler))
    if name is None or len(targets) != 1:
        return None
    at = arguments(targets[0])[0].range().end.index
    return edited(text, [Edit(at, at, f", {name}")])


def _only(found: list[set[str]], others: set[str]) -> str | None:
    """The one name that all of these have, and none of the others; None where there are more."""
    shared = set.intersection(*found) - others if found else set()
    return next(iter(shared)) if len(shared) == 1 else None


def _middleware(call: SgNode) -> Iterator[str]:
    for given in arguments(call)[1:-1]:
        if given.kind() == "identifier":
            yield given.text()
        elif given.kind() == "array":
            yield from (c.text() for c in given.named_children() if c.kind() == "identifier")


def _python(
    prototype: Prototype,
    syntax: Syntax,
    handler: Handler,
    known: list[Handler],
    open_ones: list[Handler],
) -> str | None:
    text = prototype.files[handler.location.path].text or ""
    targets = list(python_functions(syntax, handler))
    if len(targets) != 1:
        return None
    given = [_dependencies(f) for h in known for f in python_functions(syntax, h)]
    others = {n for h in open_ones for f in python_functions(syntax, h) for n in _dependencies(f)}
    passed = [_with_those_behind(prototype, handler.location.path, d) for d in given]
    name = _only(passed, others | set(_dependencies(targets[0])))
    if name is not None and any(name in d for d in given):
        return _with_dependency(targets[0], next(d[name] for d in given if name in d), text)
    decorators = [set(_decorators(f)) for h in known for f in python_functions(syntax, h)]
    plain = {
        n
        for h in (*open_ones, handler)
        for f in python_functions(syntax, h)
        for n in _decorators(f)
    }
    decorator = _only(decorators, plain)
    if decorator is None or any(
        _takes_more(f, h) for h in known for f in python_functions(syntax, h)
    ):
        return None
    start = targets[0].range().start.index
    return edited(text, [Edit(start, start, f"{decorator}\n{margin(targets[0], text)}")])


def _dependencies(function: SgNode) -> dict[str, str]:
    """The names in `Depends(…)` of the parameters, each with its parameter as written."""
    found: dict[str, str] = {}
    parameters = function.field("parameters")
    for parameter in parameters.named_children() if parameters is not None else ():
        for call in within(parameter, _CALLS):
            given = arguments(call)
            if callee(call) in ("Depends", "Security") and given:
                found[given[0].text()] = parameter.text()
    return found


def _with_those_behind(prototype: Prototype, path: str, names: Iterable[str]) -> set[str]:
    """These dependencies, and those that they ask for themselves: who must be of the staff must be
    signed in."""
    found = set(names)
    for name in names:
        for function in function_called(prototype, path, name):
            found |= _dependencies(function).keys()
    return found


def _with_dependency(function: SgNode, parameter: str, text: str) -> str | None:
    parameters = function.field("parameters")
    name = parameter.partition(":")[0].partition("=")[0].strip()
    if parameters is None or "*" in parameters.text():
        return None
    known = {
        p.text().partition(":")[0].partition("=")[0].strip() for p in parameters.named_children()
    }
    if name in known or "=" not in parameter.partition(":")[2]:
        return None
    edit = adding_arguments(function, parameter, field="parameters")
    return edited(text, [edit]) if edit is not None else None


def _decorators(function: SgNode) -> Iterator[str]:
    """The decorators of a function that declare no route."""
    holder = function.parent()
    for child in holder.children() if holder is not None else ():
        if child.kind() == "decorator" and ".route(" not in child.text():
            called = child.text().partition("(")[0].rpartition(".")[2]
            if called not in VERBS:
                yield child.text()


def _takes_more(function: SgNode, handler: Handler) -> bool:
    """True where the decorator hands in a parameter that the path does not name."""
    parameters = function.field("parameters")
    count = len(parameters.named_children()) if parameters is not None else 0
    return count > handler.route.path.count("<") + handler.route.path.count("{")
