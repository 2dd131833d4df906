"""Sessions of authentication libraries other than the database platform's own."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.requests import principal
from shipworthy.prototype.handlers.values import NO_GUARDS, NULL, Value, all_origins
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]

_CALLER = frozenset({Origin("principal")})


def _there() -> Value:
    return Value(origins=_CALLER, what="principal", tags=frozenset({"truthy"}))


def session(walk: Evaluation, site: Site) -> Value:
    """`{ user, session, userId }`, or nothing."""
    guard = frozenset({walk.guard(Check.SESSION, site.what or site.name, site.call.at)})
    user = _there()
    found = Value(
        fields={"user": user, "session": user, "userId": user, "...": user},
        tags=frozenset({"truthy"}),
    )
    return Value(cases=((found, guard), (NULL, NO_GUARDS)), origins=_CALLER)


def parts(walk: Evaluation, site: Site) -> Value:
    """An object that is always there, in which the user and the session may be nothing."""
    guard = frozenset({walk.guard(Check.SESSION, site.what or site.name, site.call.at)})
    names = ("user", "session", "userId", "token", "sessionId", "organizationId")
    found = Value(fields={name: _there() for name in names})
    absent = Value(fields=dict.fromkeys(names, NULL))
    return Value(cases=((found, guard), (absent, NO_GUARDS)))


def user(walk: Evaluation, site: Site) -> Value:
    """The user or nothing; with `{ or: "redirect" }` or `{ ensureSignedIn: true }` always the user."""
    options = site.argument(0).fields or {}
    if "or" in options or "ensureSignedIn" in options:
        walk.passed(Check.SESSION, site.what or site.name, site.call.at)
        return _there()
    return principal(walk, site.what or site.name, site.call.at)


def verified(walk: Evaluation, site: Site) -> Value:
    """A token that is verified, or an error."""
    walk.passed(Check.SESSION, site.what or site.name, site.call.at)
    return Value(fields={"payload": _there(), "user": _there(), "...": _there()}, origins=_CALLER)


def _wrapping_or_session(walk: Evaluation, site: Site) -> Value:
    """`auth()` of Auth.js gives the session; `auth(handler)` lets the handler ask `req.auth`."""
    handler = site.argument(0)
    return handler if handler.closure is not None else session(walk, site)


def _kept(walk: Evaluation, site: Site) -> Value:
    """A session object of a sealed cookie: its properties are what the server put into it."""
    return Value(what="session", tags=frozenset({"truthy"}))


_CARRIED = frozenset({"cookie", "header"})
_AUTHENTIC = regex(r"gcm|ccm|poly1305|ocb", re.IGNORECASE)
_DECIPHER = "decipher"


def _opened(walk: Evaluation, site: Site, sealed: Value) -> Value | None:
    """What a server finds in a cookie or token that it has sealed itself with authenticated encryption
    (RFC 5116): nobody else can have written it. It throws for anything else."""
    carried = [o for o in all_origins(sealed) if o.is_input]
    if not carried or any(o.kind not in _CARRIED for o in carried):
        return None
    about = (str(o) for o in carried)
    walk.passed(Check.SESSION, site.what or site.name, site.call.at, about)
    return _there()


def _decrypted(walk: Evaluation, site: Site) -> Value | None:
    """`crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)`."""
    name = walk.member(site.argument(0), "name").text or site.argument(0).text or ""
    return _opened(walk, site, site.argument(2)) if _AUTHENTIC.search(name) else None


def _decipher(walk: Evaluation, site: Site) -> Value | None:
    """`crypto.createDecipheriv("aes-256-gcm", key, iv)`; without a tag anybody can change what is in it."""
    return Value(what=_DECIPHER) if _AUTHENTIC.search(site.argument(0).text or "") else None


def _unsealed(walk: Evaluation, site: Site) -> Value | None:
    """`decipher.update(data)`, `Fernet(key).decrypt(token)`: what is given first."""
    return _opened(walk, site, site.argument(0))


def _aead(walk: Evaluation, site: Site) -> Value | None:
    """`AESGCM(key).decrypt(nonce, data, None)`."""
    return _opened(walk, site, site.argument(1))


_STACK = regex(r"stack|kinde|workos|authkit|descope|nile|hanko", re.IGNORECASE)
_STORES = regex(r"lucia|oslo|auth", re.IGNORECASE)


def _user_of_library(walk: Evaluation, site: Site) -> Value | None:
    return user(walk, site) if _STACK.search(site.what) else None


def _validated(walk: Evaluation, site: Site) -> Value | None:
    """`lucia.validateSession(id)` gives both or neither."""
    return parts(walk, site) if _STORES.search(site.what) else None


def _of_lucia(walk: Evaluation, site: Site) -> Value | None:
    """`auth.handleRequest(event).validate()` of Lucia 2, and `validateUser()` of Lucia 1.

    https://v2.lucia-auth.com/reference/lucia/interfaces/authrequest/
    """
    if "lucia" not in site.what or "handleRequest" not in site.what:
        return None
    return parts(walk, site) if site.what.endswith("User") else session(walk, site)


def _with_auth(walk: Evaluation, site: Site) -> Value | None:
    """`withAuth()` of AuthKit gives the user; with a handler it is a wrapper, which is followed."""
    if "authkit" not in site.what:
        return None
    found = parts(walk, site)
    ensured = "ensureSignedIn" in (site.argument(0).fields or {})
    return replace(found.cases[0][0], cases=()) if ensured else found


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "next-auth().auth": _wrapping_or_session,
    "next-auth.default().auth": _wrapping_or_session,
    "next-auth.NextAuth().auth": _wrapping_or_session,
    "@auth/express.getSession": session,
    "@auth/sveltekit.getSession": session,
    "next-auth/react.getSession": session,
    "next-auth/jwt.decode": verified,
    "iron-session.getIronSession": _kept,
    "iron-session/edge.getIronSession": _kept,
    "iron-session.unsealData": verified,
    "iron-session/edge.unsealData": verified,
    "@hapi/iron.unseal": verified,
    "crypto.subtle.decrypt": _decrypted,
    "crypto.createDecipheriv": _decipher,
    f"{_DECIPHER}.update": _unsealed,
    "cryptography.fernet.Fernet().decrypt": _unsealed,
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM().decrypt": _aead,
    "@clerk/backend.verifyToken": verified,
    "@clerk/nextjs/server.verifyToken": verified,
    "jose.jwtDecrypt": verified,
    "jose.compactVerify": verified,
    "fast-jwt.createVerifier()": verified,
    "@tsndr/cloudflare-worker-jwt.verify": session,
    "supertokens-node/recipe/session.getSession": session,
    "@descope/nextjs-sdk/server.session": session,
    "@workos-inc/authkit-nextjs.withAuth": _with_auth,
}

NAMES: dict[str, Answer] = {
    "getUser": _user_of_library,
    "verifySessionCookie": verified,
    "validateSession": _validated,
    "validateSessionToken": _validated,
    "authenticateRequest": _validated,
    "validate": _of_lucia,
    "validateUser": _of_lucia,
    "validateBearerToken": _of_lucia,
    "withAuth": _with_auth,
}
