"""Routers of FastAPI and Flask: decorators that declare routes, what runs before them, mounts."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Mounted, Registered, Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.limits import spoken_rate
from shipworthy.prototype.handlers.knowledge.requests import parameter
from shipworthy.prototype.handlers.knowledge.routing import ROUTER, router
from shipworthy.prototype.handlers.knowledge.wrapping import is_callable
from shipworthy.prototype.handlers.values import UNKNOWN, Value

MIDDLEWARE = "python middleware"
EVERY = -1  # the router of what runs before the routes of all routers
_VERBS = frozenset("get post put patch delete head options api_route route websocket".split())
_BEFORE = frozenset({"before_request", "before_app_request"})
_TRUTHY = frozenset({"truthy"})
_APPLICATIONS = frozenset({"FastAPI", "Flask", "Quart"})


def python_router(walk: Evaluation, prefix: str = "") -> Value:
    """A new application, router or blueprint."""
    made = router(walk, prefix)
    return Value(what=ROUTER, identity=made.identity, fields=made.fields, tags=_TRUTHY | {"python"})


def _made(walk: Evaluation, site: Site) -> Value | None:
    prefix = site.named.get("prefix") or site.named.get("url_prefix") or UNKNOWN
    made = python_router(walk, prefix.text or "")
    mount(walk, made.identity, _listed(site.named.get("dependencies")))
    if site.name in _APPLICATIONS:
        walk.routing.applications.add(made.identity)
    return made


def _listed(value: Value | None) -> tuple[Value, ...]:
    return (value.elements or ()) if value is not None else ()


def mount(
    walk: Evaluation,
    parent: int,
    chain: tuple[Value, ...],
    child: int = 0,
    prefix: str | None = "",
) -> None:
    """Note what a router runs before its routes, or another router that it hands over to."""
    if chain or child:
        # What Python declares before all requests holds for routes that were declared before it.
        mounted = Mounted(parent, prefix or "", chain, child, -1, prefix is not None)
        walk.routing.mounts.append(mounted)


def attribute(walk: Evaluation, value: Value, key: str) -> Value | None:
    """The methods of a router, which do not forget which router they are of."""
    if "python" not in value.tags:
        return value if key == "router" else None
    if key in _VERBS:
        return Value(native=lambda w, site: _declaring(w, site, value, key), tags=_TRUTHY)
    if key in _BEFORE:
        where = EVERY if key == "before_app_request" else value.identity
        return Value(native=lambda w, site: _before(w, site, where), tags=_TRUTHY)
    match key:
        case "middleware":
            return Value(native=lambda w, site: _middleware_decorator(value), tags=_TRUTHY)
        case "add_middleware":
            return Value(native=lambda w, site: _add_middleware(w, site, value), tags=_TRUTHY)
        case "include_router" | "register_blueprint" | "mount" | "add_namespace" | "add_subapp":
            return Value(native=lambda w, site: _include(w, site, value), tags=_TRUTHY)
        case _ if key in _NAMING:
            return Value(native=lambda w, site: _naming(w, site, value), tags=_TRUTHY)
        case "add_routes":
            return Value(native=lambda w, site: _listed_routes(w, site, value), tags=_TRUTHY)
        case "payload":
            return parameter("body")
        case "router":
            return value
        case "errorhandler" | "exception_handler" | "on_event" | "teardown_appcontext":
            return Value(native=lambda w, site: _kept(), tags=_TRUTHY)
        case "after_request" | "context_processor" | "teardown_request" | "template_filter":
            return Value(native=lambda w, site: site.argument(0), tags=_TRUTHY)
    return UNKNOWN


def _kept() -> Value:
    return Value(native=lambda walk, site: site.argument(0), tags=_TRUTHY)


def _declaring(walk: Evaluation, site: Site, owner: Value, verb: str) -> Value:
    """`@router.get("/x", dependencies=[…])`: what it is given next is the handler."""
    pattern = site.argument(0, "path", "rule").text
    if pattern is None:
        return _kept()
    path, at = walk.path, site.call.at
    before = _listed(site.named.get("dependencies"))
    methods = {verb.upper()} if verb in _USUAL else _methods(site)

    def declare(inner: Evaluation, more: Site) -> Value:
        function = more.argument(0)
        for method in sorted(methods):
            inner.routing.routes.append(
                Registered(
                    owner.identity,
                    method,
                    ((owner.fields or {}).get("prefix", UNKNOWN).text or "") + pattern,
                    (*before, function),
                    path,
                    at,
                    inner.routing.number,
                )
            )
        return function

    return Value(native=declare, tags=_TRUTHY)


_USUAL = _VERBS - {"api_route", "route", "websocket"}


def _methods(site: Site) -> set[str]:
    listed = site.named.get("methods", UNKNOWN)
    return {v.text.upper() for v in listed.elements or () if v.text} or {"GET", "*"}


def _naming(walk: Evaluation, site: Site, owner: Value) -> Value:
    """`app.add_url_rule("/x", "name", view)`, `api.add_resource(View, "/x")`: the view is named."""
    pattern_at, view_at = _NAMING[site.name]
    pattern = site.argument(pattern_at, "path", "rule", "prefix").text
    view = site.argument(view_at, "view_func", "endpoint", "handler")
    view = view.elements[0] if view.what == AS_VIEW and view.elements else view
    before = _listed(site.named.get("dependencies"))
    _register(walk, owner, pattern or "", (*before, view), walk.path, site.call.at)
    return UNKNOWN


_NAMING = {
    "add_url_rule": (0, 2),
    "add_resource": (1, 0),
    "add_api_route": (0, 1),
    "add_api_websocket_route": (0, 1),
    "add_route": (0, 1),
    **{f"add_{verb}": (0, 1) for verb in ("get", "post", "put", "patch", "delete", "view")},
}
"""By the method of a router: where its pattern and its view stand."""


def _register(
    walk: Evaluation, owner: Value, pattern: str, chain: tuple[Value, ...], path: str, at: int
) -> None:
    whole = ((owner.fields or {}).get("prefix", UNKNOWN).text or "") + pattern
    routing = walk.routing
    routing.routes.append(Registered(owner.identity, "*", whole, chain, path, at, routing.number))


def route_value(walk: Evaluation, pattern: Value, view: Value, at: int) -> Value:
    """`web.get("/x", view)`, `Route("/x", view)`: a route that is given to a router later."""
    return Value(
        what=_ROUTE,
        elements=(pattern, view, Value(literal=walk.path), Value(literal=at)),
        tags=_TRUTHY,
    )


_ROUTE = "python route"


def add_routes(walk: Evaluation, owner: Value, given: Value) -> None:
    """Give a router a list of routes, or a table of them."""
    if given.what == ROUTER:
        mount(walk, owner.identity, (), given.identity)
    for route in given.elements or ():
        if route.what == _ROUTE and route.elements is not None:
            pattern, view, path, at = route.elements
            _register(walk, owner, pattern.text or "", (view,), path.text or "", int(at.literal))


def _listed_routes(walk: Evaluation, site: Site, owner: Value) -> Value:
    add_routes(walk, owner, site.argument(0))
    return UNKNOWN


def _namespace(walk: Evaluation, site: Site) -> Value | None:
    """`Namespace("users", path="/users")`."""
    prefix = site.named.get("path", UNKNOWN).text
    return python_router(walk, prefix or f"/{site.argument(0, 'name').text or ''}")


def _view(walk: Evaluation, site: Site) -> Value | None:
    """`Users.as_view("users")`: the class."""
    return Value(what=AS_VIEW, elements=(site.receiver,)) if site.receiver.type else None


AS_VIEW = "view of a class"


def _api(walk: Evaluation, site: Site) -> Value | None:
    """`Api(app)` of Flask-RESTful: its routes are those of the application or of the blueprint."""
    given = site.argument(0, "app", "blueprint")
    if given.what != ROUTER:
        return python_router(walk)
    prefix = (given.fields or {}).get("prefix", UNKNOWN).text or ""
    own = site.named.get("prefix", UNKNOWN).text or ""
    fields = {"prefix": Value(literal=prefix + own)}
    return Value(what=ROUTER, identity=given.identity, fields=fields, tags=_TRUTHY | {"python"})


def _before(walk: Evaluation, site: Site, where: int) -> Value:
    function = site.argument(0)
    if is_callable(function):
        mount(walk, where, (function,))
    return function


def _middleware_decorator(owner: Value) -> Value:
    def declare(walk: Evaluation, site: Site) -> Value:
        layer = Value(what=MIDDLEWARE, elements=(site.argument(0),))
        mount(walk, owner.identity, (layer,))
        return site.argument(0)

    return Value(native=declare, tags=_TRUTHY)


def _add_middleware(walk: Evaluation, site: Site, owner: Value) -> Value:
    kind = site.argument(0)
    if kind.type is not None:
        made = walk.construct(kind.type, Site("", "", UNKNOWN, (), site.named, site.call))
        dispatch = walk.method(made, "dispatch")
        if dispatch is not None:
            layer = Value(what=MIDDLEWARE, elements=(dispatch,))
            mount(walk, owner.identity, (layer,))
    return UNKNOWN


def _limited(walk: Evaluation, site: Site) -> Value | None:
    """`Limiter(app, default_limits=["50 per hour"])` of Flask-Limiter: it counts before every route."""
    limits = site.named.get("default_limits") or site.named.get("application_limits") or UNKNOWN
    said = [limits.text or "", *(v.text or "" for v in limits.elements or ())]
    if any(said):
        how, path, at = spoken_rate(" ".join(said)), walk.path, site.call.at

        def count(inner: Evaluation, _: Site) -> Value:
            inner.guards |= {Guard(Check.RATE, frozenset(), how, path, at)}
            return UNKNOWN

        mount(walk, EVERY, (Value(native=count, tags=_TRUTHY),))
    return None


def _include(walk: Evaluation, site: Site, owner: Value) -> Value:
    child = site.argument(0, "router", "blueprint", "ns")
    prefix = site.named.get("prefix") or site.named.get("url_prefix")
    if child.what != ROUTER:  # mount("/v1", app)
        prefix, child = site.argument(0, "path"), site.argument(1, "app")
    if child.what == ROUTER:
        own = (owner.fields or {}).get("prefix", UNKNOWN).text or ""
        below = own if prefix is None else None if prefix.text is None else own + prefix.text
        if "url_prefix" in site.named and (child.fields or {}).get("prefix", UNKNOWN).text:
            below = None  # Flask takes it instead of the prefix that the blueprint's routes carry
        before = _listed(site.named.get("dependencies"))
        mount(walk, owner.identity, before, child.identity, below)
    return UNKNOWN


CALLS = {
    **{f"{package}.Api": _api for package in ("flask_restful", "flask_restx", "flask_restplus")},
    **{f"{package}.Namespace": _namespace for package in ("flask_restx", "flask_restplus")},
    "fastapi.FastAPI": _made,
    "fastapi.APIRouter": _made,
    "fastapi.routing.APIRouter": _made,
    "flask.Flask": _made,
    "flask_limiter.Limiter": _limited,
    "flask.Blueprint": _made,
    "quart.Quart": _made,
    "quart.Blueprint": _made,
    "flask_smorest.Blueprint": _made,
    "flask_openapi3.APIBlueprint": _made,
}
NAMES = {"as_view": _view}
PROPERTIES = {ROUTER: attribute}
