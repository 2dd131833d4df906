"""Cloud Functions for Firebase: what a callable function is given, and how it refuses.

https://firebase.google.com/docs/functions/callable
"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.requests import NODE, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.sent import NAMED, named_freely
from shipworthy.prototype.handlers.values import (
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
    replace,
)

CALLED = "request:callable"  # `request` of the second generation, `context` of the first
CALLABLE, FIRST, PRIVATE = "callable", "callable of the first kind", "called by machines"
"""Tags of functions: what they are given, and that only accounts of the platform may call them."""
_PACKAGE = "firebase-functions"
_STATUS = {
    "unauthenticated": 401,
    "permission-denied": 403,
    "not-found": 404,
    "resource-exhausted": 429,
    "internal": 500,
    "unknown": 500,
}


def _function(walk: Evaluation, site: Site) -> Value | None:
    """`onCall(options, handler)`, `functions.https.onRequest(handler)`."""
    if not site.what.startswith(_PACKAGE) or not site.given:
        return None
    handler = site.given[-1]
    if handler.closure is None:
        return None
    tags = set(handler.tags)
    if site.name == "onCall":
        names = [getattr(p.target, "id", "") for p in handler.closure.function.parameters]
        newer = "/v2" in site.what or site.what.startswith(f"{_PACKAGE}/https")
        first = len(names) > 1 or (not newer and names[:1] == ["data"])
        tags.add(FIRST if first else CALLABLE)
    invoker = (site.argument(0).fields or {}).get("invoker", UNKNOWN)
    if invoker.text not in (None, "public"):
        tags.add(PRIVATE)
    return replace(handler, tags=frozenset(tags))


def _context(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`request.data`, `request.auth`, `context.auth`: the platform has verified the token."""
    match key:
        case "data":
            return parameter("body")
        case "auth":
            return principal(walk, "request.auth", 0)
        case "app":
            return Value(what="app check")
        case "rawRequest":
            return Value(what=NODE, tags=frozenset({"truthy"}))
        case "instanceIdToken":
            return from_origins(Origin("header", "", "firebase-instance-id-token"))
    return None


def _refusal(walk: Evaluation, site: Site) -> Value | None:
    """`throw new HttpsError("internal", message)`: the caller gets the message."""
    if _PACKAGE not in site.what:
        return None
    status = _STATUS.get(site.argument(0).text or "", 400)
    body = Value(fields={"error": site.argument(1), "details": site.argument(2)})
    return respond(walk, body, Value(literal=status), site.call.at)


def _secret(walk: Evaluation, site: Site) -> Value | None:
    """`defineSecret("STRIPE_KEY")`, whose `.value()` it is."""
    return from_origins(Origin("environment", site.argument(0).text or ""), what="parameter")


def _setting(walk: Evaluation, site: Site) -> Value | None:
    return from_origins(Origin("environment", "functions.config"))


def _value_of(walk: Evaluation, site: Site) -> Value | None:
    return replace(site.receiver, what="")


def passed(walk: Evaluation, handler: Value) -> None:
    """Note what the platform asks before it calls a function."""
    if PRIVATE in handler.tags:
        walk.passed(Check.SECRET, "invoker", 1)


def _account(walk: Evaluation, site: Site) -> Value | None:
    """`admin.auth().updateUser(uid, values)`: accounts, with the rights of the platform."""
    whose, values = site.argument(0), site.argument(1)
    if site.name in ("createUser", "importUsers"):
        whose, values = UNKNOWN, whose
    inputs = {"value:*": all_origins(values), "filter:id": all_origins(whose)}
    effect = walk.effect(
        EffectKind.ACCOUNT,
        site.name,
        "auth.users",
        site.call.at,
        client="service",
        inputs={name: origins for name, origins in inputs.items() if origins},
        literals={f"filter:id{NAMED}": "by the caller"} if named_freely(whose) else {},
        values={"value:*": values},
    )
    by = frozenset(o for o in all_origins(whose) if o.is_input or o.kind == "principal")
    return Value(
        origins=frozenset({Origin("row", "auth.users", "", by)}),
        effect=effect,
        tags=frozenset({"truthy"}),
    )


def _record(walk: Evaluation, site: Site) -> Value | None:
    """`admin.auth().getUser(uid)`: an account, with the claims that the server alone gives it."""
    by = frozenset(o for o in all_origins(site.argument(0)) if o.is_input or o.kind == "principal")
    row = from_origins(Origin("row", "auth.users", "", by))
    return replace(row, tags=frozenset({"truthy"}))


def _token(walk: Evaluation, site: Site) -> Value | None:
    """`admin.auth().createCustomToken(uid)`: whoever has it is signed in as that user."""
    walk.effect(
        EffectKind.TOKEN,
        "sign",
        site.what,
        site.call.at,
        inputs={"text": all_origins(site.argument(0))},
    )
    return Value(what="token", tags=frozenset({"truthy"}))


def _handle(walk: Evaluation, site: Site) -> Value | None:
    """`getAuth(app)`: what asks about accounts. By itself it looks at nobody."""
    return Value(what=f"{site.what}()", tags=frozenset({"truthy"}))


_AUTH = (
    "firebase-admin.auth()",
    "firebase-admin.default.auth()",
    "firebase-admin/auth.getAuth()",
)
_ACCOUNTS = """createUser importUsers updateUser deleteUser deleteUsers setCustomUserClaims
revokeRefreshTokens""".split()
_PARAMETERS = ("defineSecret", "defineString")
CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"{_PACKAGE}{part}.{n}": _secret for part in ("/params", ".params") for n in _PARAMETERS},
    "parameter.value": _value_of,
    f"{_PACKAGE}.config": _setting,
    **{f"{auth}.{name}": _account for auth in _AUTH for name in _ACCOUNTS},
    "firebase-admin/auth.getAuth": _handle,
    "firebase/auth.getAuth": _handle,
    **{f"{auth}.createCustomToken": _token for auth in _AUTH},
    **{f"{auth}.getUser": _record for auth in _AUTH},
    "firebase_admin.auth.get_user": _record,
}

NAMES = {"onCall": _function, "onRequest": _function, "HttpsError": _refusal}

PROPERTIES = {CALLED: _context}
