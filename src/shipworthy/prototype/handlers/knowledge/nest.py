"""NestJS: what decorators mark parameters and methods with, what guards ask, how requests are refused."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge import accounts, passwords
from shipworthy.prototype.handlers.knowledge.requests import NODE
from shipworthy.prototype.handlers.knowledge.responses import RES, respond
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    from_origins,
    replace,
)

PARAMETER = "nest parameter"  # what `@Body()` marks a parameter with: its kind and its key
CONTEXT, REFLECTOR = "nest context", "@nestjs/core.Reflector"
METADATA = "nest metadata"  # what `SetMetadata(key, value)` gives
GUARDS = "nest guards"  # what `UseGuards(A, B)` gives
SEVERAL = "nest decorators"  # what `applyDecorators(…)` gives
_COMMON = "@nestjs/common"
_PASSPORT = "@nestjs/passport.AuthGuard"
_STATUS = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "Conflict": 409,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
    "BadGateway": 502,
}
_KINDS = {
    "Body": "body",
    "Param": "path",
    "Query": "query",
    "Headers": "header",
    "UploadedFile": "upload",
    "UploadedFiles": "upload",
    "Cookies": "cookie",
    "RawBody": "body",
    "HostParam": "header",
}


def _marking(kind: str) -> Callable[[Evaluation, Site], Value | None]:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        key = site.argument(0)
        pipes = site.given[1:] if key.text is not None else site.given
        fields = {"kind": Value(literal=kind), "key": key, "pipes": Value(elements=pipes)}
        return Value(what=PARAMETER, fields=fields)

    return answer


def _own_marking(walk: Evaluation, site: Site) -> Value | None:
    """`createParamDecorator((data, context) => …)`: a decorator of the prototype's own."""
    factory = site.argument(0)

    def mark(inner: Evaluation, used: Site) -> Value:
        fields = {"kind": Value(literal="own"), "factory": factory, "data": used.argument(0)}
        return Value(what=PARAMETER, fields=fields)

    return Value(native=mark)


def _metadata(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=METADATA, fields={"key": site.argument(0), "value": site.argument(1)})


def _created(walk: Evaluation, site: Site) -> Value | None:
    """`Reflector.createDecorator<string[]>()`: a decorator that is asked for under itself."""
    key = Value(literal=f"{walk.path}:{site.call.at}")

    def mark(inner: Evaluation, used: Site) -> Value:
        return Value(what=METADATA, fields={"key": key, "value": used.argument(0)})

    return UNKNOWN if site.given else Value(native=mark, fields={"KEY": key})


def _guards(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=GUARDS, elements=site.given)


def _several(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=SEVERAL, elements=site.given)


def _request(walk: Evaluation, site: Site) -> Value | None:
    """`context.switchToHttp().getRequest()`."""
    identity = site.receiver.identity
    return Value(what=NODE, identity=identity, tags=frozenset({"truthy"}))


def _said(walk: Evaluation, site: Site) -> Value | None:
    """`reflector.getAllAndOverride(KEY, […])`: what decorators of the method or its class have set."""
    known = walk.heap.get((0, METADATA))
    key = key_of(site.argument(0))
    fields = (known.fields or {}) if known is not None else {}
    if known is None or key is None:
        return UNKNOWN
    found = fields.get(key)
    if found is None:
        return replace(NULL, tags=frozenset({"settled"}))
    listed = {"written"} if found.elements and all(v.text for v in found.elements) else set()
    return replace(found, tags=found.tags | {"settled", "truthy"} | listed)


def key_of(value: Value) -> str | None:
    """Under which key something is kept: a text of the code, or that of one setting, whatever it says."""
    if value.native is not None:
        value = (value.fields or {}).get("KEY", UNKNOWN)
    if value.text is not None:
        return value.text
    settings = {str(o) for o in value.origins}
    named = len(settings) == 1 and all(o.kind == "environment" for o in value.origins)
    return settings.pop() if named else None


def _passport(walk: Evaluation, site: Site) -> Value | None:
    """`AuthGuard("jwt")`: a class whose `canActivate` refuses whoever has no valid token."""
    return Value(what=_PASSPORT, tags=frozenset({"truthy"}))


def _activated(walk: Evaluation, site: Site) -> Value | None:
    """`super.canActivate(context)` of a guard of Passport."""
    if site.receiver.what not in ("super", _PASSPORT):
        return None
    return Value(
        when=(frozenset({walk.guard(Check.SESSION, "AuthGuard", site.call.at)}), NO_GUARDS)
    )


def _refusal(status: int) -> Callable[[Evaluation, Site], Value | None]:
    """`throw new NotFoundException(message)`: the caller gets the message."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        body = Value(fields={"error": site.argument(0)})
        return respond(walk, body, Value(literal=status), site.call.at)

    return answer


def _http_exception(walk: Evaluation, site: Site) -> Value | None:
    body = Value(fields={"error": site.argument(0)})
    return respond(walk, body, site.argument(1), site.call.at)


def _setting(walk: Evaluation, site: Site) -> Value | None:
    """`config.get("JWT_SECRET", "dev")`."""
    name, default = site.argument(0).text or "", site.argument(1)
    tags = frozenset({f"default:{default.text[:60]}"}) if default.text else frozenset()
    return replace(from_origins(Origin("environment", name)), tags=tags)


CONFIG, JWT = "@nestjs/config.ConfigService", "@nestjs/jwt.JwtService"

CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"{_COMMON}.{name}": _marking(kind) for name, kind in _KINDS.items()},
    **{f"{_COMMON}.{name}": _marking("request") for name in ("Req", "Request")},
    **{f"{_COMMON}.{name}": _marking("response") for name in ("Res", "Response")},
    f"{_COMMON}.Session": _marking("session"),
    f"{_COMMON}.Ip": _marking("ip"),
    f"{_COMMON}.createParamDecorator": _own_marking,
    f"{_COMMON}.SetMetadata": _metadata,
    f"{_COMMON}.UseGuards": _guards,
    f"{_COMMON}.applyDecorators": _several,
    _PASSPORT: _passport,
    f"{CONTEXT}.switchToHttp": lambda walk, site: site.receiver,
    f"{CONTEXT}.getRequest": _request,
    f"{CONTEXT}.getResponse": lambda walk, site: Value(what=RES),
    f"{CONTEXT}.getArgByIndex": _request,
    f"{REFLECTOR}.createDecorator": _created,
    **{f"{REFLECTOR}.{n}": _said for n in ("get", "getAllAndOverride", "getAllAndMerge")},
    **{f"{_COMMON}.{n}Exception": _refusal(status) for n, status in _STATUS.items()},
    f"{_COMMON}.HttpException": _http_exception,
    f"{CONFIG}.get": _setting,
    f"{CONFIG}.getOrThrow": _setting,
    **{f"{JWT}.{n}": accounts.CALLS["jsonwebtoken.verify"] for n in ("verify", "verifyAsync")},
    **{f"{JWT}.{n}": passwords.CALLS["jsonwebtoken.sign"] for n in ("sign", "signAsync")},
    f"{JWT}.decode": accounts.CALLS["jsonwebtoken.decode"],
}

NAMES = {"canActivate": _activated}
