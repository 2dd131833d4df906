"""Functions of Python that are wrapped: decorators of libraries that check something first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.values import UNKNOWN, Value
from shipworthy.prototype.program.nodes import Call, Name

Answer = Callable[[Evaluation, Site], Value | None]
_TRUTHY = frozenset({"truthy"})


def invoke(
    walk: Evaluation,
    function: Value,
    given: tuple[Value, ...] = (),
    named: Mapping[str, Value] | None = None,
    at: int = 0,
) -> Value:
    """Call a value as a framework would."""
    name = function.closure.function.name if function.closure else ""
    call = Call(Name(name, at), (), (), at, at)
    return walk.called(function, Site(function.what, name, UNKNOWN, given, named or {}, call))


def is_callable(value: Value) -> bool:
    """True for a function of the prototype, wrapped or not."""
    return value.closure is not None or value.native is not None


def guarded(function: Value, guards: frozenset[Guard]) -> Value:
    """A function that is only reached where these guards held."""

    def run(walk: Evaluation, site: Site) -> Value:
        walk.guards |= guards
        return walk.called(function, site)

    return Value(native=run, tags=_TRUTHY)


def guarding(*checks: Check) -> Answer:
    """A decorator that refuses callers; used as `@d`, as `@d(…)` and as `d(view)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        how = site.what.removesuffix("()").rpartition(".")[2] or site.name
        guards = frozenset(walk.guard(check, how, site.call.at) for check in checks)
        return decorator(site, guards)

    return answer


def decorator(site: Site, guards: frozenset[Guard]) -> Value:
    """The function that was given, guarded; else what will guard the function given next."""
    first = site.argument(0)
    if is_callable(first):
        return guarded(first, guards)
    return Value(native=lambda walk, inner: guarded(inner.argument(0), guards), tags=_TRUTHY)


def transparent(walk: Evaluation, site: Site) -> Value | None:
    """A decorator that checks nothing."""
    first = site.argument(0)
    if is_callable(first) or first.type is not None:
        return first
    return Value(native=lambda inner, more: more.argument(0), tags=_TRUTHY)
