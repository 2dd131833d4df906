"""Routers of FastAPI and Flask: decorators that declare routes, what runs before them, mounts."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Mounted, Registered, Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.limits import spoken_rate
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
    _mount(walk, made.identity, _listed(site.named.get("dependencies")))
    if site.name in _APPLICATIONS:
        walk.routing.applications.add(made.identity)
    return made


def _listed(value: Value | None) -> tuple[Value, ...]:
    return (value.elements or ()) if value is not None else ()


def _mount(
    walk: Evaluation,
    parent: int,
    chain: tuple[Value, ...],
    child: int = 0,
    prefix: str | None = "",
) -> None:
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
        case "include_router" | "register_blueprint" | "mount":
            return Value(native=lambda w, site: _include(w, site, value), tags=_TRUTHY)
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


def _before(walk: Evaluation, site: Site, where: int) -> Value:
    function = site.argument(0)
    if is_callable(function):
        _mount(walk, where, (function,))
    return function


def _middleware_decorator(owner: Value) -> Value:
    def declare(walk: Evaluation, site: Site) -> Value:
        layer = Value(what=MIDDLEWARE, elements=(site.argument(0),))
        _mount(walk, owner.identity, (layer,))
        return site.argument(0)

    return Value(native=declare, tags=_TRUTHY)


def _add_middleware(walk: Evaluation, site: Site, owner: Value) -> Value:
    kind = site.argument(0)
    if kind.type is not None:
        made = walk.construct(kind.type, Site("", "", UNKNOWN, (), site.named, site.call))
        dispatch = walk.method(made, "dispatch")
        if dispatch is not None:
            layer = Value(what=MIDDLEWARE, elements=(dispatch,))
            _mount(walk, owner.identity, (layer,))
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

        _mount(walk, EVERY, (Value(native=count, tags=_TRUTHY),))
    return None


def _include(walk: Evaluation, site: Site, owner: Value) -> Value:
    child = site.argument(0, "router", "blueprint")
    prefix = site.named.get("prefix") or site.named.get("url_prefix")
    if child.what != ROUTER:  # mount("/v1", app)
        prefix, child = site.argument(0, "path"), site.argument(1, "app")
    if child.what == ROUTER:
        own = (owner.fields or {}).get("prefix", UNKNOWN).text or ""
        below = own if prefix is None else None if prefix.text is None else own + prefix.text
        if "url_prefix" in site.named and (child.fields or {}).get("prefix", UNKNOWN).text:
            below = None  # Flask takes it instead of the prefix that the blueprint's routes carry
        before = _listed(site.named.get("dependencies"))
        _mount(walk, owner.identity, before, child.identity, below)
    return UNKNOWN


CALLS = {
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
PROPERTIES = {ROUTER: attribute}
