"""Convex: functions that are called by their names, what they are given, and how they call each other.

https://docs.convex.dev/functions, https://docs.convex.dev/auth/functions-auth and, for builders of
one's own, https://stack.convex.dev/custom-functions
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.routing import Registered
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.convex_rows import DATABASE, database, storage
from shipworthy.prototype.handlers.knowledge.convex_shapes import ID_OF, accepted, with_ids
from shipworthy.prototype.handlers.knowledge.requests import principal
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.program import CONVEX_SERVER
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    literal,
    of_cases,
    replace,
    truth,
)
from shipworthy.regex import regex

FUNCTION = "convex function"
_BUILDER = "convex builder"
_STEP = "convex step"
_CONTEXT = "convex context"
_ROUTER = "convex router"
_AUTH = "convex auth"
_TRUTHY = frozenset({"truthy"})


def context(*, signed_in: bool = True) -> Value:
    """`ctx`. Nobody is signed in where a function is run later."""
    run = Value(native=_run)
    later = {name: Value(native=_run_later) for name in ("runAfter", "runAt")}
    fields = {
        "db": database(),
        "storage": storage(),
        "auth": Value(
            what=_AUTH, fields={"getUserIdentity": _asker if signed_in else _nobody}, tags=_TRUTHY
        ),
        "scheduler": Value(fields={**later, "cancel": UNKNOWN}, tags=_TRUTHY),
        **dict.fromkeys(("runQuery", "runMutation", "runAction"), run),
        "...": UNKNOWN,
    }
    return Value(what=_CONTEXT, fields=fields, tags=_TRUTHY)


_nobody = Value(native=lambda walk, site: NULL)
_asker = Value(
    native=lambda walk, site: _as_identity(
        principal(walk, "ctx.auth.getUserIdentity()", site.call.at)
    )
)
_IDENTITY = "convex identity"


def _as_identity(value: Value) -> Value:
    cases = tuple((v if v.is_null else replace(v, what=_IDENTITY), g) for v, g in value.cases)
    return replace(value, what=_IDENTITY, cases=cases)


def _as_id(walk: Evaluation, value: Value, key: str = "subject") -> Value | None:
    """`identity.subject`, which is the id of whoever is signed in wherever he signed in."""
    if key not in ("subject", "tokenIdentifier"):
        return None
    own = Value(origins=frozenset({Origin("principal", "", "id")}), tags=_TRUTHY)
    if not value.cases or all(v.is_null or g <= walk.guards for v, g in value.cases):
        return own
    return of_cases((v if v.is_null else own, g) for v, g in value.cases)


def _is_context(value: Value) -> bool:
    """True for `ctx`, also for one into which more was put: `{ ...ctx, user }`."""
    auth = (value.fields or {}).get("auth", UNKNOWN)
    return value.what == _CONTEXT or auth.what == _AUTH


def _function(walk: Evaluation, site: Site) -> Value | None:
    """`mutation({ args, handler })`, and `mutation(async (ctx, args) => …)` as it was."""
    return _declared(site, _kind_of(site.what), ())


def kind_of(function: Value) -> str:
    """What a function is: "query", "mutation", "action", "httpAction", or one of these that is internal."""
    return (function.fields or {}).get("kind", UNKNOWN).text or "function"


def _kind_of(what: str) -> str:
    return what.rpartition(".")[2].removesuffix("Generic")


def _declared(site: Site, kind: str, steps: tuple[Value, ...]) -> Value:
    given = site.argument(0)
    parts = given.fields or {}
    handler = given if is_callable(given) else parts.get("handler", UNKNOWN)
    fields = {
        "handler": handler,
        "args": parts.get("args", UNKNOWN) if not is_callable(given) else UNKNOWN,
        "kind": Value(literal=kind),
    }
    return Value(what=FUNCTION, fields=fields, elements=steps, tags=_TRUTHY)


def _custom(walk: Evaluation, site: Site) -> Value | None:
    """`customQuery(query, customCtx(async (ctx) => …))`: a builder whose functions run that before."""
    base, step = site.argument(0), site.argument(1)
    if not (base.what.startswith((CONVEX_SERVER, "convex/server.")) or base.what == _BUILDER):
        return None
    steps = (*(base.elements or ()), _step_of(step))
    kind = base.text or _kind_of(base.what)
    made = Value(native=lambda w, s: _declared(s, kind, steps))
    return replace(made, what=_BUILDER, literal=kind, elements=steps, tags=_TRUTHY)


def _step_of(step: Value) -> Value:
    if step.what == _STEP:
        return step
    parts = step.fields or {}
    return Value(what=_STEP, fields={"input": parts.get("input", UNKNOWN), **_args_of(parts)})


def _args_of(parts: object) -> dict[str, Value]:
    known = parts.get("args") if isinstance(parts, dict) else None
    return {"args": known} if known is not None else {}


def _of_context(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_STEP, fields={"context": site.argument(0)})


def run_function(walk: Evaluation, function: Value, ctx: Value, given: Value, at: int) -> Value:
    """Run a function of Convex behind the steps of its builder: what it returns."""
    for step in function.elements or ():
        ctx, given = _stepped(walk, step, ctx, given, at)
        if ctx.what == "never":
            return ctx
    handler = (function.fields or {}).get("handler", UNKNOWN)
    if not is_callable(handler):
        walk.passed(Check.UNCLEAR, "a function that is not followed", at)
        return UNKNOWN
    return invoke(walk, handler, (ctx, given), at=at)


def _stepped(
    walk: Evaluation, step: Value, ctx: Value, given: Value, at: int
) -> tuple[Value, Value]:
    """The context and the arguments as a step of a builder leaves them."""
    parts = step.fields or {}
    asked = parts.get("input", parts.get("context", UNKNOWN))
    if not is_callable(asked):
        return ctx, given
    result = invoke(walk, asked, (ctx, given), at=at)
    if result.what == "never":
        return result, given
    if "context" in parts:
        return _over(ctx, result), given
    more = walk.member(result, "args")
    if given.fields is not None and more.fields:
        given = replace(given, fields={**given.fields, **more.fields})
    return _over(ctx, walk.member(result, "ctx")), given


def _over(ctx: Value, more: Value) -> Value:
    """A context with what a step adds to it, on each of the ways that it may have gone."""
    if more.cases:
        return of_cases((_over(ctx, case), passed) for case, passed in more.cases)
    if not more.fields:
        return ctx
    added = dict(more.fields)
    if added.get("db", UNKNOWN).what != DATABASE:
        added.pop("db", None)  # a wrapped one does what the one inside does
    return Value(what=_CONTEXT, fields={**(ctx.fields or {}), **added}, tags=_TRUTHY)


def _run(walk: Evaluation, site: Site) -> Value:
    """`ctx.runMutation(internal.orders.pay, args)`: run at once, for the same caller."""
    return _called(walk, site, site.argument(0), site.argument(1), context())


def _run_later(walk: Evaluation, site: Site) -> Value:
    """`ctx.scheduler.runAfter(0, internal.mails.send, args)`: run for nobody, so it asks no caller."""
    before = walk.guards
    _called(walk, site, site.argument(1), site.argument(2), context(signed_in=False))
    walk.guards = before
    return Value(what="scheduled function", tags=_TRUTHY)


def _fetched(walk: Evaluation, site: Site) -> Value | None:
    """`fetchMutation(api.orders.pay, args)` of another server: for whoever that has asked, since a function
    that asks as well is only passed with the caller's own token."""
    known = _referred(walk, site.argument(0)).what == FUNCTION
    return _run(walk, site) if known else None


def _called(walk: Evaluation, site: Site, named: Value, given: Value, ctx: Value) -> Value:
    function = _referred(walk, named)
    if function.what != FUNCTION:
        return walk.unfollowed(site.given[1:], {}, what="a function of Convex")
    known = with_ids((function.fields or {}).get("args", UNKNOWN), given)
    return run_function(walk, function, ctx, known, site.call.at)


def _referred(walk: Evaluation, named: Value) -> Value:
    """The function that `internal.orders.pay` names: `pay` of `orders.ts` in the folder of functions."""
    found = _REFERENCE.search(named.what)
    if found is None:
        return UNKNOWN
    below = found[1].replace(".", "/")
    folder = walk.module.path
    while folder:
        folder = folder.rpartition("/")[0]
        for place, ending in product(_PLACES, _ENDINGS):
            path = f"{folder}/{place}{below}{ending}".lstrip("/")
            if path in walk.program.modules:
                return walk.exported(path, found[2])
    return UNKNOWN


_REFERENCE = regex(
    r"(?:^convex/_generated/api|^convex/server)\.(?:api|internal|anyApi)\.(.+)\.(\w+)$"
)
_PLACES = ("", "convex/")  # among the functions, and beside their folder
_ENDINGS = (".ts", ".js", ".tsx")


def _caller(walk: Evaluation, site: Site) -> Value | None:
    """`getAuthUserId(ctx)` of Convex Auth, `authComponent.getAuthUser(ctx)` of Better Auth."""
    if not _is_context(site.argument(0)) or (site.called and site.called.closure is not None):
        return None
    if ((site.argument(0).fields or {}).get("auth", UNKNOWN).fields or {}).get(
        "getUserIdentity"
    ) is _nobody:
        return NULL
    if site.name == "getAuthUser":  # throws where nobody is signed in
        walk.passed(Check.SESSION, site.name, site.call.at)
    found = principal(walk, site.name, site.call.at)
    if not site.name.endswith("Id"):
        return found
    own = _as_id(walk, found) or found
    return replace(own, tags=own.tags | {f"{ID_OF}users"}) if "User" in site.name else own


def _limited(walk: Evaluation, site: Site) -> Value | None:
    """`rateLimiter.limit(ctx, "send", { key, throws: true })`; without that its answer has to be asked."""
    if not _is_context(site.argument(0)):
        return None
    options = site.argument(2).fields or {}
    if truth(options.get("throws", NULL)) is not False or "..." in options:
        walk.passed(Check.RATE, "limit", site.call.at)
    counted = frozenset({walk.guard(Check.RATE, "limit", site.call.at)})
    allowed = of_cases(((literal(True), counted), (literal(False), NO_GUARDS)))
    return Value(what="limit", fields={"ok": allowed, "...": UNKNOWN}, tags=_TRUTHY)


def _router(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_ROUTER, tags=_TRUTHY)


def _route(walk: Evaluation, site: Site) -> Value | None:
    """`http.route({ path, method, handler })`."""
    options, routing = site.argument(0).fields or {}, walk.routing
    written = options.get("path", options.get("pathPrefix", UNKNOWN)).text or ""
    method = options.get("method", UNKNOWN).text or "*"
    chain = (options.get("handler", UNKNOWN),)
    at = (walk.path, site.call.at, routing.number)
    routing.routes.append(Registered(0, method, written, chain, *at))
    return NULL


_MADE = ("query", "mutation", "action")
_ALL = (*_MADE, *(f"internal{name.capitalize()}" for name in _MADE), "httpAction")
_WAYS = "convex-helpers/server"
CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"{CONVEX_SERVER}.{name}": _function for name in _ALL},
    **{f"convex/server.{name}Generic": _function for name in _ALL},
    **{
        f"{_WAYS}/{module}.{name}": _custom
        for module, names in {
            "customFunctions": ("customQuery", "customMutation", "customAction"),
            "zod": ("zCustomQuery", "zCustomMutation", "zCustomAction"),
            "zod3": ("zCustomQuery", "zCustomMutation", "zCustomAction"),
            "zod4": ("zCustomQuery", "zCustomMutation", "zCustomAction"),
        }.items()
        for name in names
    },
    f"{_WAYS}/customFunctions.customCtx": _of_context,
    f"{_WAYS}/customFunctions.customCtxAndArgs": lambda walk, site: _step_of(site.argument(0)),
    "convex/server.httpRouter": _router,
    f"{_ROUTER}.route": _route,
    **{f"convex/nextjs.fetch{name.capitalize()}": _fetched for name in _MADE},
    **{f"convex/browser.ConvexHttpClient().{name}": _fetched for name in _MADE},
}

NAMES = {
    **dict.fromkeys(
        ("getAuthUserId", "getAuthUser", "safeGetAuthUser", "getUserId", "getAuthSessionId"),
        _caller,
    ),
    "limit": _limited,
}


def arguments_of(walk: Evaluation, function: Value, at: int) -> Value:
    """What whoever calls a function may send to it, with what the steps of its builder take."""
    declared = (function.fields or {}).get("args", UNKNOWN)
    asked = [(s.fields or {}).get("args", UNKNOWN).fields for s in function.elements or ()]
    if declared.fields is not None and any(asked):
        fields = dict(declared.fields)
        for more in asked:
            fields |= more or {}
        declared = replace(declared, fields=fields)
    return accepted(walk, declared, at)


PROPERTIES = {_IDENTITY: _as_id}
