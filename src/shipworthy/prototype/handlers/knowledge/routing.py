"""Routers: which calls make one, and which declare a route, a middleware or a mount on it."""

from __future__ import annotations

from collections.abc import Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Mounted, Registered, Site
from shipworthy.prototype.handlers.knowledge.requests import NODE
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value, replace
from shipworthy.prototype.program.nodes import Imported

ROUTER = "router"
VERBS = frozenset("get post put patch delete del head options all".split())


ANSWERED = "answer of a router"
"""What handing a request on to a router gives: its routes are ways in by themselves."""


def router(walk: Evaluation, prefix: str = "") -> Value:
    """A new router."""
    return Value(
        what=ROUTER,
        identity=walk.program.identity(),
        fields={"prefix": Value(literal=prefix)},
        tags=frozenset({"truthy"}),
    )


def _made(walk: Evaluation, site: Site) -> Value | None:
    options = site.argument(0)
    fields = {**(options.fields or {}), **site.named}
    prefix = fields.get("prefix") or fields.get("url_prefix") or UNKNOWN
    made = router(walk, prefix.text or "")
    dependencies = site.named.get("dependencies")
    if dependencies is not None and dependencies.elements:
        _mount(walk, made.identity, "", dependencies.elements, 0)
    if site.name != "Router":
        walk.routing.applications.add(made.identity)
    return made


def _flat(values: tuple[Value, ...]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in values:
        if value.elements is not None and value.what != "text":
            found += value.elements
        else:
            found.append(value)
    return tuple(found)


def _mount(
    walk: Evaluation, parent: int, prefix: str, chain: tuple[Value, ...], child: int
) -> None:
    routing = walk.routing
    routing.mounts.append(Mounted(parent, prefix, chain, child, routing.number))


def _verb(walk: Evaluation, site: Site) -> Value | None:
    """`router.post("/x", check, handler)`; `router.route("/x").get(handler)`."""
    if site.receiver.what != ROUTER:
        return None
    given = site.given
    pattern = (site.receiver.fields or {}).get("route", UNKNOWN).text
    if pattern is None:
        pattern = given[0].text if given else None
        given = given[1:]
        if pattern is not None and not given and site.name == "get":
            return _found(walk, site)
        if pattern is None or not given:
            return None
    prefix = (site.receiver.fields or {}).get("prefix", UNKNOWN).text or ""
    chain = _flat(given)
    options = [v for v in chain[:-1] if v.fields is not None]
    for option in options:  # Fastify: { preHandler: [check] }
        chain = (*_hooks(option), *(v for v in chain if v is not option))
    walk.routing.routes.append(
        Registered(
            site.receiver.identity,
            _METHODS.get(site.name) or site.name.upper(),
            prefix + pattern,
            chain,
            walk.path,
            site.call.at,
            walk.routing.number,
        )
    )
    return site.receiver


_METHODS = {"all": "*", "del": "DELETE"}


def _hooks(options: Value) -> tuple[Value, ...]:
    """What Fastify runs before the handler of a route."""
    given = options.fields or {}
    return _flat(tuple(given[name] for name in _BEFORE if name in given))


_BEFORE = ("onRequest", "preParsing", "preValidation", "preHandler")


def _described(walk: Evaluation, site: Site, options: Mapping[str, Value]) -> Value:
    """Fastify's `app.route({ method, url, preHandler, handler })`."""
    path, method = options.get("url") or options.get("path", UNKNOWN), options["method"]
    prefix = (site.receiver.fields or {}).get("prefix", UNKNOWN).text or ""
    for each in method.elements or (method,):
        if path.text is not None and each.text is not None:
            walk.routing.routes.append(
                Registered(
                    site.receiver.identity,
                    each.text.upper(),
                    prefix + path.text,
                    (*_hooks(site.argument(0)), options["handler"]),
                    walk.path,
                    site.call.at,
                    walk.routing.number,
                    described=True,
                )
            )
    return site.receiver


def _route(walk: Evaluation, site: Site) -> Value | None:
    """`router.route("/x")` of Express, `app.route("/x", sub)` of Hono, `app.route({ … })` of Fastify."""
    if site.receiver.what != ROUTER:
        return None
    options = site.argument(0).fields or {}
    if "handler" in options and "method" in options:
        return _described(walk, site, options)
    if site.has(1):
        return _use(walk, site)
    fields = {**(site.receiver.fields or {}), "route": site.argument(0)}
    return Value(what=ROUTER, identity=site.receiver.identity, fields=fields)


def _use(walk: Evaluation, site: Site) -> Value | None:
    """`app.use("/api", check, router)`."""
    if site.receiver.what != ROUTER:
        return None
    given, prefix = site.given, ""
    if given and given[0].text is not None:
        prefix, given = given[0].text, given[1:]
    chain = _flat(given)
    children = [v for v in chain if v.what == ROUTER]
    others = tuple(v for v in chain if v.what != ROUTER)
    own = (site.receiver.fields or {}).get("prefix", UNKNOWN).text or ""
    if not children:
        _mount(walk, site.receiver.identity, own + prefix, others, 0)
    for child in children:
        _mount(walk, site.receiver.identity, own + prefix, others, child.identity)
    return site.receiver


def _hook(walk: Evaluation, site: Site) -> Value | None:
    """Fastify's `addHook("preHandler", check)` and `register(plugin, { prefix })`."""
    if site.receiver.what != ROUTER:
        return None
    if site.name == "addHook":
        _mount(walk, site.receiver.identity, "", site.given[1:], 0)
        return site.receiver
    plugin, options = site.argument(0), site.argument(1)
    prefix = (options.fields or {}).get("prefix", UNKNOWN).text or ""
    if plugin.closure is not None:
        inner = site.receiver
        if _OPEN not in plugin.tags:
            inner = router(walk)
            _mount(walk, site.receiver.identity, prefix, (), inner.identity)
        walk.enter(plugin.closure, (inner, options), {}, site.call.at)
    return site.receiver


def _plugin(walk: Evaluation, site: Site) -> Value | None:
    """`fp(plugin)`: the plugin, whose hooks hold outside of it as well."""
    plugin = site.argument(0)
    return replace(plugin, tags=plugin.tags | {_OPEN})


_OPEN = "fastify-plugin"


def _base_path(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what != ROUTER:
        return None
    fields = {**(site.receiver.fields or {}), "prefix": site.argument(0)}
    return Value(what=ROUTER, identity=site.receiver.identity, fields=fields)


def _served(walk: Evaluation, site: Site) -> Value | None:
    """`Deno.serve(handler)`: the one way into an edge function."""
    chain = [
        v for v in (*site.given, *(site.argument(0).fields or {}).values()) if v.closure or v.native
    ]
    if not chain:
        return None
    walk.routing.routes.append(
        Registered(0, "*", "serve", (chain[-1],), walk.path, site.call.at, walk.routing.number)
    )
    return UNKNOWN


SERVE, LISTEN = "serve", "serve event"
"""The patterns of what is registered for whichever path: a function of a request, of an event."""


def _handed(walk: Evaluation, site: Site, handler: Value, pattern: str = SERVE) -> None:
    if handler.closure is not None or handler.native is not None:
        routing = walk.routing
        routing.routes.append(
            Registered(0, "*", pattern, (handler,), walk.path, site.call.at, routing.number)
        )


def _node_server(walk: Evaluation, site: Site) -> Value | None:
    """`http.createServer((req, res) => …)`."""
    for given in site.given[:2]:
        _handed(walk, site, given)
    return Value(what="server", tags=frozenset({"truthy"}))


def _on_server(walk: Evaluation, site: Site) -> Value | None:
    """`server.on("request", (req, res) => …)`."""
    if site.argument(0).text == "request":
        _handed(walk, site, site.argument(1))
    return site.receiver


def _bun_server(walk: Evaluation, site: Site) -> Value | None:
    """`Bun.serve({ fetch, routes: { "/api/orders": { GET, POST } } })`."""
    options = site.argument(0).fields or {}
    _handed(walk, site, options.get("fetch", UNKNOWN))
    for path, given in (options.get("routes", UNKNOWN).fields or {}).items():
        ways = given.fields or {"*": given}
        for method, handler in ways.items():
            if handler.closure is not None:
                walk.routing.routes.append(
                    Registered(
                        0,
                        method,
                        path,
                        (handler,),
                        walk.path,
                        site.call.at,
                        walk.routing.number,
                    )
                )
    return Value(what="server", tags=frozenset({"truthy"}))


def _listened(walk: Evaluation, site: Site) -> Value | None:
    """`addEventListener("fetch", (event) => event.respondWith(…))` of an older worker."""
    if site.argument(0).text != "fetch":
        return None
    _handed(walk, site, site.argument(1), LISTEN)
    return NULL


def _imported(walk: Evaluation, site: Site) -> Value | None:
    """`await import("./routes")` in the middle of a function, as where a server puts its routes together."""
    text = site.argument(0).text
    return walk.imported(Imported("", text, "*", site.call.at), walk.module) if text else None


_LOCALS = Value(what="app.locals", identity=-1)
"""What an application of Express keeps for its handlers, by names (https://expressjs.com/en/4x/api.html#app.locals)."""


def _of_router(walk: Evaluation, value: Value, key: str) -> Value | None:
    return _LOCALS if key == "locals" else None


def _kept(walk: Evaluation, site: Site) -> Value | None:
    """`app.set("db", pool)`."""
    walk.heap[_LOCALS.identity, f"set:{site.argument(0).text}"] = site.argument(1)
    return site.receiver


def _found(walk: Evaluation, site: Site) -> Value | None:
    """`req.app.get("db")`."""
    key = (_LOCALS.identity, f"set:{site.argument(0).text}")
    return walk.heap.get(key) or walk.program.heap.get(key)


CALLS = {
    f"{ROUTER}.set": _kept,
    f"{NODE}.app.get": _found,
    "import": _imported,
    "require": _imported,
    "express": _made,
    "express.Router": _made,
    "express.default": _made,
    "hono.Hono": _made,
    "@hono/zod-openapi.OpenAPIHono": _made,
    "fastify": _made,
    "fastify.default": _made,
    "fastify.fastify": _made,
    "polka": _made,
    "Deno.serve": _served,
    **{f"{m}{d}.createServer": _node_server for m in ("http", "https") for d in ("", ".default")},
    "server.on": _on_server,
    "Bun.serve": _bun_server,
    "fastify-plugin": _plugin,
    "fastify-plugin.default": _plugin,
    "hono/factory.createMiddleware": lambda walk, site: site.argument(0),
    "addEventListener": _listened,
    "self.addEventListener": _listened,
    "router.fetch": lambda walk, site: Value(what=ANSWERED),
    "router.handle": lambda walk, site: Value(what=ANSWERED),
}

NAMES = {
    **dict.fromkeys(VERBS, _verb),
    "use": _use,
    "route": _route,
    "addHook": _hook,
    "register": _hook,
    "basePath": _base_path,
    "serve": _served,
}

PROPERTIES = {
    ROUTER: _of_router,
    f"{NODE}.app": lambda walk, value, key: _LOCALS if key == "locals" else None,
}
