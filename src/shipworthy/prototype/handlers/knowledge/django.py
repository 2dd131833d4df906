"""Django and its REST framework: the request, who is logged in, decorators, answers."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Guard, Origin
from shipworthy.prototype.handlers.knowledge.flask import session_item
from shipworthy.prototype.handlers.knowledge.requests import parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.wrapping import (
    Answer,
    decorator,
    guarding,
    is_callable,
    transparent,
)
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Value, from_origins, meet

REQUEST = "request:django"
_PARTS = {
    "POST": ("form", "formdata"),
    "GET": ("query", "searchParams"),
    "query_params": ("query", "searchParams"),
    "data": ("body", "body"),
    "body": ("body", "body"),
    "FILES": ("upload", "files"),
    "META": ("header", "header"),
    "COOKIES": ("cookie", "cookie"),
}
PERMISSIONS = {
    "IsAuthenticated": (Check.SESSION,),
    "IsAdminUser": (Check.SESSION, Check.ROLE),
    "DjangoModelPermissions": (Check.SESSION, Check.ROLE),
    "DjangoObjectPermissions": (Check.SESSION, Check.ROLE),
    "TokenHasScope": (Check.SESSION, Check.ROLE),
    "HasAPIKey": (Check.API_KEY,),
}
"""Classes of the REST framework and what they make sure of; AllowAny makes sure of nothing."""


def _request(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in _PARTS:
        kind, what = _PARTS[key]
        return parameter(kind, what)
    match key:
        case "user" | "auth":
            # Always there: an anonymous caller is a user, too.
            return from_origins(Origin("principal"), what="principal")
        case "headers":
            return Value(what="headers")
        case "session":
            return Value(what="session")
        case "method" | "path" | "resolver_match":
            return Value(what=f"{REQUEST}.{key}")
    return None


def _session_get(walk: Evaluation, site: Site) -> Value | None:
    return session_item(walk, site.argument(0).text or "", site.call.at)


def _permission(walk: Evaluation, site: Site) -> Value | None:
    how = site.what.rpartition(".")[2]
    checks = (Check.SESSION, Check.ROLE)
    return decorator(site, frozenset(walk.guard(check, how, site.call.at) for check in checks))


def _user_passes(walk: Evaluation, site: Site) -> Value | None:
    """`@user_passes_test(lambda u: u.is_superuser)`."""
    test = site.argument(0)
    caller = from_origins(Origin("principal"), what="principal")
    held: frozenset[Guard] = frozenset()
    if test.closure is not None:
        before = walk.guards
        held = walk.tested(walk.enter(test.closure, (caller,), {}, site.call.at))[0]
        walk.guards = before
    if not held:  # a test that could not be followed
        held = frozenset({walk.guard(Check.UNCLEAR, "user_passes_test", site.call.at)})
    held |= {walk.guard(Check.SESSION, "user_passes_test", site.call.at)}
    return decorator(Site(site.what, "", UNKNOWN, (), {}, site.call), held)


HANDED_ON = (-9, "dispatch")
"""A place in the heap: what held where a view handed its request on."""


def _dispatch(walk: Evaluation, site: Site) -> Value | None:
    """`super().dispatch(request)`: the method for the verb runs next."""
    if site.receiver.what != "super()":
        return None
    known = walk.heap.get(HANDED_ON)
    held = walk.guards if known is None or known.when is None else meet(known.when[0], walk.guards)
    walk.heap[HANDED_ON] = Value(when=(held, NO_GUARDS))
    return Value(what="response", tags=frozenset({"truthy", "response"}))


def _permission_classes(walk: Evaluation, site: Site) -> Value | None:
    """`@permission_classes([IsAuthenticated])`."""
    return decorator(
        Site(site.what, "", UNKNOWN, (), {}, site.call), permitted(walk, site.argument(0), "GET")
    )


def permitted(walk: Evaluation, classes: Value, method: str) -> frozenset[Guard]:
    """What a list of permission classes makes sure of."""
    found: frozenset[Guard] = frozenset()
    for kind in classes.elements or ():
        found |= _permits(walk, kind, method)
    return found


def _permits(walk: Evaluation, kind: Value, method: str) -> frozenset[Guard]:
    name = kind.what.removesuffix("()").rpartition(".")[2]
    if name == "IsAuthenticatedOrReadOnly":
        checks: tuple[Check, ...] = () if method in ("GET", "*") else (Check.SESSION,)
    elif kind.type is not None or kind.instance is not None:
        return _own(walk, kind)
    else:
        checks = PERMISSIONS.get(name, () if name in ("AllowAny", "") else (Check.UNCLEAR,))
    return frozenset(walk.guard(check, name, 0) for check in checks)


def _own(walk: Evaluation, kind: Value) -> frozenset[Guard]:
    """A permission class of the prototype: what its has_permission proves where it is true."""
    made = kind if kind.instance is not None else Value(instance=kind.type)
    request = Value(what=REQUEST, tags=frozenset({"truthy"}))
    found: frozenset[Guard] = frozenset()
    for name in ("has_permission", "has_object_permission"):
        method = walk.method(made, name)
        if method is None or method.closure is None:
            continue
        before = walk.guards
        result = walk.enter(method.closure, (request, UNKNOWN, UNKNOWN), {}, 0)
        found |= (walk.guards - before) | walk.tested(result)[0]
        walk.guards = before
    return found or frozenset({walk.guard(Check.UNCLEAR, "permission class", 0)})


def _json(walk: Evaluation, site: Site) -> Value | None:
    status = site.named.get("status", site.argument(1))
    number = _STATUS.get(status.what.rpartition(".")[2])
    status = Value(literal=number) if number else status
    return respond(walk, site.argument(0, "data"), status, site.call.at)


_STATUS = {
    "HTTP_400_BAD_REQUEST": 400,
    "HTTP_401_UNAUTHORIZED": 401,
    "HTTP_403_FORBIDDEN": 403,
    "HTTP_404_NOT_FOUND": 404,
    "HTTP_409_CONFLICT": 409,
    "HTTP_500_INTERNAL_SERVER_ERROR": 500,
}


def _html(walk: Evaluation, site: Site) -> Value | None:
    kind = site.named.get("content_type", UNKNOWN).text or "html"
    form = "html" if "html" in kind else "json"
    return respond(walk, site.argument(0), site.argument(9, "status"), site.call.at, form)


def _refusal(status: int) -> Answer:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        return respond(walk, site.argument(0), Value(literal=status), site.call.at)

    return answer


def _render(walk: Evaluation, site: Site) -> Value | None:
    return respond(walk, site.argument(2, "context"), UNKNOWN, site.call.at, "page")


def _authenticate(walk: Evaluation, site: Site) -> Value | None:
    """`authenticate(username=…, password=…)`: the user of the password, or nothing."""
    return principal(walk, "authenticate", site.call.at)


def _check_token(walk: Evaluation, site: Site) -> Value | None:
    """`default_token_generator.check_token(user, token)`: the token of a link that the user was sent."""
    if len(site.given) != 2:
        return None
    sent = frozenset(str(o) for value in site.given for o in value.origins if o.is_input)
    checks = (Check.SECRET, Check.OWNER)
    held = frozenset(walk.guard(check, "check_token", site.call.at, sent) for check in checks)
    return Value(when=(held, NO_GUARDS))


def _atomic(walk: Evaluation, site: Site) -> Value | None:
    """`@transaction.atomic`: all that the function writes, or nothing."""
    function = site.argument(0)
    if not is_callable(function):
        return None

    def run(inner: Evaluation, called: Site) -> Value:
        inner.transactions += 1
        result = inner.called(function, called)
        inner.transactions -= 1
        return result

    return Value(native=run, tags=frozenset({"truthy"}))


def _login(walk: Evaluation, site: Site) -> Value | None:
    return UNKNOWN


def _html_mark(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    walk.effect(
        EffectKind.HTML,
        "page",
        site.what,
        site.call.at,
        inputs={"text": given.origins},
        values={"text": given},
    )
    return given


def _method_decorator(walk: Evaluation, site: Site) -> Value | None:
    """`@method_decorator(login_required, name="dispatch")`: used on a class, read by its view."""
    return site.argument(0) if is_callable(site.argument(0)) else None


_SESSION_REQUIRED = guarding(Check.SESSION)
_DECORATORS = "django.contrib.auth.decorators"
_OPEN = """csrf_exempt csrf_protect require_POST require_GET require_http_methods never_cache cache_page
require_safe ensure_csrf_cookie api_view authentication_classes parser_classes
renderer_classes extend_schema swagger_auto_schema action xframe_options_exempt""".split()
_OPEN_MODULES = """django.views.decorators.csrf django.views.decorators.http rest_framework.decorators
django.views.decorators.cache drf_spectacular.utils drf_yasg.utils
django.views.decorators.clickjacking""".split()

CALLS: dict[str, Answer] = {
    **{f"{module}.{name}": transparent for module in _OPEN_MODULES for name in _OPEN},
    f"{_DECORATORS}.login_required": _SESSION_REQUIRED,
    f"{_DECORATORS}.permission_required": _permission,
    f"{_DECORATORS}.user_passes_test": _user_passes,
    "django.contrib.admin.views.decorators.staff_member_required": _permission,
    "rest_framework.decorators.permission_classes": _permission_classes,
    "ratelimit.decorators.ratelimit": guarding(Check.RATE),
    "django_ratelimit.decorators.ratelimit": guarding(Check.RATE),
    "django.contrib.auth.authenticate": _authenticate,
    "django.contrib.auth.login": _login,
    "django.http.JsonResponse": _json,
    "rest_framework.response.Response": _json,
    "django.http.HttpResponse": _html,
    "django.http.HttpResponseForbidden": _refusal(403),
    "django.http.HttpResponseBadRequest": _refusal(400),
    "django.http.HttpResponseNotFound": _refusal(404),
    "django.http.HttpResponseNotAllowed": _refusal(405),
    "django.shortcuts.render": _render,
    "django.utils.safestring.mark_safe": _html_mark,
    "django.utils.decorators.method_decorator": _method_decorator,
    "session.get": _session_get,
    "django.db.transaction.atomic": _atomic,
    "django.db.transaction.atomic()": _atomic,
}
NAMES = {"check_token": _check_token, "dispatch": _dispatch}
PROPERTIES = {REQUEST: _request}
