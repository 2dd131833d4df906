"""Middleware of packages: what each is known to check before it lets a request go on."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.knowledge.limits import LIMITS, rate_of
from shipworthy.prototype.handlers.knowledge.validators import CHAIN, note_form
from shipworthy.prototype.handlers.values import Value
from shipworthy.regex import regex

_KNOWN = {
    "@clerk/express.requireAuth": Check.SESSION,
    "@clerk/clerk-sdk-node.ClerkExpressRequireAuth": Check.SESSION,
    "passport.authenticate": Check.SESSION,
    "express-jwt": Check.SESSION,
    "express-jwt.expressjwt": Check.SESSION,
    "express-oauth2-jwt-bearer.auth": Check.SESSION,
    "express-oauth2-jwt-bearer.requiredScopes": Check.ROLE,
    "express-openid-connect.auth": Check.SESSION,
    "express-openid-connect.requiresAuth": Check.SESSION,
    "connect-ensure-login.ensureLoggedIn": Check.SESSION,
    "supertokens-node/recipe/session/framework/express.verifySession": Check.SESSION,
    "hono/jwt.jwt": Check.SESSION,
    "hono/jwk.jwk": Check.SESSION,
    "hono/bearer-auth.bearerAuth": Check.SECRET,
    "hono/basic-auth.basicAuth": Check.SECRET,
    "express-basic-auth": Check.SECRET,
    "twilio.webhook": Check.SIGNATURE,
    "@slack/events-api.createEventAdapter": Check.SIGNATURE,
    "express-validator.checkSchema": Check.VALID,
    "celebrate.celebrate": Check.VALID,
    "@hono/zod-validator.zValidator": Check.VALID,
}
_NONE = regex(
    r"(^|\.)(initialize|session|clerkMiddleware|ClerkExpressWithAuth|attemptSilentLogin|withAuth|initAuth\w*"
    r"|optional\w*|cookieParser|cors|helmet|csrf|csurf)(\(\))?$|^(cors|helmet|express-session|cookie-parser|compression"
    r"|morgan|body-parser|csurf|multer)\b",
    re.IGNORECASE,
)
"""Middleware that reads a session or sets headers and refuses nobody."""
_AUTHENTICATES = regex(
    r"auth|passport|jwt|session\.required|require|protect|clerk|bearer|guard|login", re.IGNORECASE
)


def package_guard(walk: Evaluation, value: Value) -> None:
    """Note what middleware of a package checks; of one that is not known the name is all there is."""
    if value.what == CHAIN:
        note_form(walk, value)
        return
    name = value.what.removesuffix("()").removesuffix(".default")
    known = _KNOWN.get(name)
    if "rate" in value.tags or LIMITS.search(name):
        walk.passed(Check.RATE, rate_of(value) or name, 1)
    elif known is not None:
        walk.passed(known, name, 1)
    elif name == "koa-unless":
        walk.passed(Check.UNCLEAR, "jwt but for some paths", 1)
    elif _AUTHENTICATES.search(name) and not _NONE.search(name):
        walk.passed(Check.SESSION, name, 1)


def _wrapped(walk: Evaluation, site: Site) -> Value | None:
    """`asyncHandler(handler)`: only passes on what is thrown."""
    given = site.argument(0)
    return given if given.closure is not None and len(site.given) == 1 else None


def _bound(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver if site.receiver.closure is not None else None


_WRAPPERS = (
    "asyncHandler catchAsync wrapAsync asyncWrapper catchAsyncErrors asyncMiddleware".split()
)

CALLS = {
    "express-async-handler": _wrapped,
    "express-async-handler.default": _wrapped,
}

NAMES = {**dict.fromkeys(_WRAPPERS, _wrapped), "bind": _bound}
