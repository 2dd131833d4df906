"""tRPC: procedures with their inputs and middleware, routers, and the adapters that serve them.

Its words: https://trpc.io/docs/server/procedures, https://trpc.io/docs/server/middlewares and
https://trpc.io/docs/server/adapters
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Mounted, Site
from shipworthy.prototype.handlers.program import Remote
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value

PROCEDURE = "trpc procedure"
INPUT = "trpc input"
RESOLVER = "trpc resolver"
ROUTER = "trpc router"
SERVER = "trpc server"
PACKAGE = "@trpc/server"
ADAPTERS = ("@trpc/server/adapters/", "@hono/trpc-server")
"""How the modules begin that serve a router."""
_BUILDER = "trpc"
_TRUTHY = frozenset({"truthy"})


def _builder(walk: Evaluation, site: Site) -> Value | None:
    """`initTRPC.context<Context>().create()`."""
    return Value(what=_BUILDER, tags=_TRUTHY)


def _of_builder(walk: Evaluation, value: Value, key: str) -> Value | None:
    return procedure() if key == "procedure" else None


def procedure(steps: tuple[Value, ...] = ()) -> Value:
    """A procedure that takes these steps: schemas of inputs and functions of middleware, in order."""
    return Value(what=PROCEDURE, elements=steps, tags=_TRUTHY)


def _input(walk: Evaluation, site: Site) -> Value | None:
    step = Value(what=INPUT, elements=(site.argument(0),))
    return procedure((*(site.receiver.elements or ()), step))


def _use(walk: Evaluation, site: Site) -> Value | None:
    """`.use(middleware)`; one that was put together with `unstable_pipe` is several."""
    return procedure((*(site.receiver.elements or ()), *_functions(site.argument(0))))


def _functions(value: Value) -> tuple[Value, ...]:
    if value.what == _MIDDLEWARE and value.elements is not None:
        return value.elements
    return (value,)


_MIDDLEWARE = "trpc middleware"


def _middleware(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_MIDDLEWARE, elements=_functions(site.argument(0)), tags=_TRUTHY)


def _piped(walk: Evaluation, site: Site) -> Value | None:
    both = (*_functions(site.receiver), *_functions(site.argument(0)))
    return Value(what=_MIDDLEWARE, elements=both, tags=_TRUTHY)


def _concat(walk: Evaluation, site: Site) -> Value | None:
    """`.concat(other)`: the steps of another procedure after its own; middleware of a package unseen."""
    other = site.argument(0)
    more = other.elements or () if other.what == PROCEDURE else (other,)
    return procedure((*(site.receiver.elements or ()), *more))


def _resolved(walk: Evaluation, site: Site) -> Value | None:
    """`.query(async ({ ctx, input }) => …)`: the whole procedure, with the place where it is declared."""
    place = {"path": Value(literal=walk.path), "line": Value(literal=site.call.at)}
    fields = {**place, "resolver": site.argument(0)}
    return Value(what=RESOLVER, fields=fields, elements=site.receiver.elements, tags=_TRUTHY)


def _router(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=ROUTER, fields=dict(site.argument(0).fields or {}), tags=_TRUTHY)


def _merged(walk: Evaluation, site: Site) -> Value | None:
    fields = {key: v for given in site.given for key, v in (given.fields or {}).items()}
    return Value(what=ROUTER, fields=fields, tags=_TRUTHY)


def _lazy(walk: Evaluation, site: Site) -> Value | None:
    """`lazy(() => import("./orders"))`: a router that is the default, or the only one, of a module."""
    loads = site.argument(0)
    if loads.closure is None:
        return UNKNOWN
    module = walk.enter(loads.closure, (), {}, site.call.at)
    if module.what in (ROUTER, RESOLVER):
        return module
    path = module.what.removeprefix("module:")
    if path not in walk.program.modules:
        return UNKNOWN
    exported = [walk.exported(path, name) for name in walk.program.unit(path).exports]
    return next((v for v in exported if v.what == ROUTER), UNKNOWN)


def _served(style: str, prefix: str = "") -> Callable[[Evaluation, Site], Value | None]:
    """An adapter: what it is given tells the router and what makes the context."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        options = site.argument(1 if site.name == "applyWSSHandler" else 0).fields or {}
        router = options.get("router", UNKNOWN)
        if router.what == ROUTER:
            return _note(walk, router, options, style, prefix)
        return UNKNOWN

    return answer


def _note(
    walk: Evaluation, router: Value, options: Mapping[str, Value], style: str, prefix: str
) -> Value:
    context = options.get("createContext") or NULL
    below = next((options[k].text for k in ("endpoint", "basePath") if k in options), None)
    known = walk.program.remotes
    if all(remote.router is not router for remote in known):
        place = (below or prefix).rstrip("/")
        known.append(Remote(router, context, place, style, walk.guards, walk.path))
    return Value(what=SERVER, fields={"router": router}, tags=_TRUTHY)


def _plugin(walk: Evaluation, site: Site) -> Value | None:
    """`server.register(fastifyTRPCPlugin, { prefix, trpcOptions })`."""
    if site.argument(0).what != _FASTIFY:
        return None
    options = site.argument(1).fields or {}
    inner = options.get("trpcOptions", UNKNOWN).fields or {}
    router = inner.get("router", UNKNOWN)
    if router.what != ROUTER:
        return site.receiver
    prefix = options.get("prefix", UNKNOWN).text or ""
    made, routing = _note(walk, router, inner, "node", prefix), walk.routing
    routing.mounts.append(Mounted(site.receiver.identity, prefix, (made,), 0, routing.number))
    return site.receiver


_FASTIFY = f"{PACKAGE}/adapters/fastify.fastifyTRPCPlugin"
_MADE = (".context()", ".meta()", ".context().meta()", ".meta().context()", "")

CALLS = {
    **{f"{PACKAGE}.initTRPC{between}.create": _builder for between in _MADE},
    f"{_BUILDER}.router": _router,
    f"{_BUILDER}.middleware": _middleware,
    f"{_BUILDER}.mergeRouters": _merged,
    f"{PACKAGE}.experimental_standaloneMiddleware().create": _middleware,
    f"{PACKAGE}.lazy": _lazy,
    f"{PACKAGE}.experimental_lazy": _lazy,
    f"{_MIDDLEWARE}.unstable_pipe": _piped,
    f"{PROCEDURE}.input": _input,
    f"{PROCEDURE}.use": _use,
    f"{PROCEDURE}.concat": _concat,
    f"{PROCEDURE}.unstable_concat": _concat,
    **{f"{PROCEDURE}.{name}": lambda walk, site: site.receiver for name in ("output", "meta")},
    **{f"{PROCEDURE}.{name}": _resolved for name in ("query", "mutation", "subscription")},
    f"{PACKAGE}/adapters/express.createExpressMiddleware": _served("node"),
    f"{PACKAGE}/adapters/fetch.fetchRequestHandler": _served("web"),
    f"{PACKAGE}/adapters/next.createNextApiHandler": _served("node"),
    f"{PACKAGE}/adapters/next-app-dir.experimental_createTRPCNextAppDirHandler": _served("web"),
    f"{PACKAGE}/adapters/standalone.createHTTPServer": _served("node", "/"),
    f"{PACKAGE}/adapters/standalone.createHTTPHandler": _served("node", "/"),
    f"{PACKAGE}/adapters/aws-lambda.awsLambdaRequestHandler": _served("event", "/"),
    "@hono/trpc-server.trpcServer": _served("hono"),
}

NAMES = {"register": _plugin}

PROPERTIES = {_BUILDER: _of_builder}
