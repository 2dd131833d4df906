"""Functions of Python that are wrapped: decorators of libraries that check something first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.values import UNKNOWN, Value, replace
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


def elsewhere(position: int) -> Answer:
    """`asyncio.to_thread(function, …)`: calls what it is given at this place with what follows it."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        function = site.argument(position)
        if not (is_callable(function) or function.what):
            return None
        return _handed_on(walk, function, site.given[position + 1 :], site.named, site.call)

    return answer


def partial(walk: Evaluation, site: Site) -> Value | None:
    """`functools.partial(function, …)`: the function with its first arguments."""
    function, given, named = site.argument(0), site.given[1:], site.named

    def run(walk: Evaluation, later: Site) -> Value:
        both = (*given, *later.given)
        return _handed_on(walk, function, both, {**named, **later.named}, later.call)

    return Value(native=run, tags=_TRUTHY)


def queued(walk: Evaluation, site: Site) -> Value | None:
    """`task.delay(…)` of Celery: a worker calls the function with it."""
    task = site.receiver.closure
    if task is None:
        return None
    first = task.function.parameters[:1]
    bound = any(isinstance(p.target, Name) and p.target.id == "self" for p in first)
    given = (UNKNOWN, *site.given) if bound else site.given
    _handed_on(walk, site.receiver, given, site.named, site.call)
    return UNKNOWN


def sent_off(walk: Evaluation, site: Site) -> Value | None:
    """`task.apply_async(args=[…], kwargs={…})` of Celery, `pool.apply_async(function, (…))` of a pool."""
    function = site.argument(0, "func")
    if is_callable(function) and walk.module.python:
        given, named = site.argument(1, "args"), site.argument(2, "kwds")
        return _handed_on(walk, function, given.elements or (), named.fields or {}, site.call)
    given, named = site.argument(0, "args"), site.argument(1, "kwargs")
    return queued(
        walk,
        Site(site.what, "", site.receiver, given.elements or (), named.fields or {}, site.call),
    )


def threaded(walk: Evaluation, site: Site) -> Value | None:
    """`Thread(target=function, args=(…))`: it runs once the thread is started."""
    function, given = site.named.get("target", UNKNOWN), site.named.get("args", UNKNOWN)
    if not is_callable(function):
        return None
    named = site.named.get("kwargs", UNKNOWN).fields or {}
    before = walk.guards
    _handed_on(walk, function, given.elements or (), named, site.call)
    walk.guards = before
    return Value(what=f"{site.what}()", tags=_TRUTHY)


def submitted(walk: Evaluation, site: Site) -> Value | None:
    """`executor.submit(function, …)`."""
    function = site.argument(0)
    if not is_callable(function) or not walk.module.python:
        return None
    return _handed_on(walk, function, site.given[1:], site.named, site.call)


def _handed_on(
    walk: Evaluation,
    function: Value,
    given: tuple[Value, ...],
    named: Mapping[str, Value],
    call: Call,
) -> Value:
    """What a function gives that something else calls; of a method its object is known still."""
    owner, _, name = function.what.rpartition(".")
    receiver = replace(function, what=owner, closure=None, native=None)
    return walk.called(function, Site(function.what, name, receiver, given, named, call))


def wrapped(walk: Evaluation, wrapper: Value, function: Value, at: int) -> Value:
    """A function with a decorator applied; where the decorator is not followed, the function itself."""
    call = Call(Name(wrapper.what.rpartition(".")[2], at), (), (), at, at)
    site = Site(wrapper.what, "", UNKNOWN, (function,), {}, call)
    if wrapper.native is None and wrapper.closure is None:
        result = walk.knowledge.call(walk, site) or UNKNOWN
    else:
        result = walk.called(wrapper, site)
    return result if is_callable(result) else function


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
