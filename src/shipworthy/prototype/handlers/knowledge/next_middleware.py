"""Middleware of Next.js: Clerk's and NextAuth's wrappers, matchers of routes, tests of the path asked for."""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.requests import WEB, principal
from shipworthy.prototype.handlers.knowledge.sessions import session
from shipworthy.prototype.handlers.paths import is_simple, matches
from shipworthy.prototype.handlers.values import UNKNOWN, UNSET, Value, from_origins, truth

_SETTLED = frozenset({"settled"})


def _settled(held: bool) -> Value:
    return Value(literal=held, tags=_SETTLED)


def _starts(walk: Evaluation, site: Site) -> Value | None:
    """`pathname.startsWith("/api")` where the path is known."""
    text, other = site.receiver, site.argument(0)
    if "settled" not in text.tags | other.tags or text.text is None:
        return None
    test = _TESTS.get(site.name.lower(), str.__contains__)
    parts = other.elements or (other,)
    words = [v.text for v in parts if v.text is not None]
    if len(words) < len(parts):
        return None
    return _settled(any(test(text.text, word) for word in words))


_TESTS = {"startswith": str.startswith, "endswith": str.endswith}


def _contains(walk: Evaluation, site: Site) -> Value | None:
    """`PUBLIC.includes(pathname)`, `pathname.includes("/admin")`."""
    listed, asked = site.receiver, site.argument(0)
    if listed.elements is not None and listed.what != "text" and "settled" in asked.tags:
        if all(v.literal is not UNSET for v in listed.elements):
            return _settled(any(v.literal == asked.literal for v in listed.elements))
        return None
    return _starts(walk, site)


def _some(walk: Evaluation, site: Site) -> Value | None:
    """`PUBLIC.some((p) => pathname.startsWith(p))` where each answer is known."""
    test = site.argument(0).closure
    if not walk.asked_path or test is None or not site.receiver.elements:
        return None
    answers: list[bool] = []
    for element in site.receiver.elements:
        known = truth(walk.enter(test, (element,), {}, site.call.at))
        if known is None:
            return None
        answers.append(known)
    return _settled(any(answers) if site.name == "some" else all(answers))


def _any(walk: Evaluation, site: Site) -> Value | None:
    """`any(path.startswith(p) for p in PUBLIC)` where each answer is known."""
    listed = site.argument(0)
    if "settled" not in listed.tags or listed.elements is None:
        return None
    answers = [truth(v) for v in listed.elements]
    return _settled(any(answers) if site.name == "any" else all(answers))


def _pattern(walk: Evaluation, site: Site) -> Value | None:
    """`/^\\/admin/.test(pathname)` and `pathname.match(/^\\/admin/)` where the path is known."""
    text, asked = site.receiver.text, site.argument(0)
    if site.name == "match":
        text, asked = asked.text, site.receiver
    if text is None or "settled" not in asked.tags or asked.text is None or text[:1] != "/":
        return None
    pattern, _, flags = text[1:].rpartition("/")
    if not is_simple(pattern):
        return None
    try:
        found = re.search(pattern, asked.text, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return None
    return _settled(found is not None)


def _matcher(walk: Evaluation, site: Site) -> Value | None:
    """`createRouteMatcher(["/admin(.*)"])` of Clerk."""
    given = site.argument(0)
    patterns = [v.text for v in given.elements or (given,)]

    def answer(inner: Evaluation, call: Site | None) -> Value:
        if not inner.asked_path or any(pattern is None for pattern in patterns):
            return UNKNOWN
        return _settled(any(matches(p, inner.asked_path) for p in patterns if p is not None))

    return Value(native=answer, tags=frozenset({"truthy"}))


def _clerk(walk: Evaluation, site: Site) -> Value | None:
    """`clerkMiddleware(handler)`: without a handler it refuses nobody."""
    handler = site.argument(0)
    if handler.closure is None:
        return Value(tags=frozenset({"truthy"}))
    return Value(closure=handler.closure, tags=frozenset({"clerk"}))


def _old_clerk(walk: Evaluation, site: Site) -> Value | None:
    """`authMiddleware({ publicRoutes })` of Clerk 4: refuses everybody elsewhere."""
    options = site.argument(0).fields or {}
    listed: list[Value] = []
    for name in ("publicRoutes", "ignoredRoutes"):
        listed += options.get(name, UNKNOWN).elements or ()
    patterns = [v.text for v in listed]

    def answer(inner: Evaluation, call: Site | None) -> Value:
        unknown = "publicRoutes" in options and not listed
        if not unknown and not any(p is None or matches(p, inner.asked_path) for p in patterns):
            inner.passed(Check.SESSION, "authMiddleware", 1)
        return Value(what="middleware")

    return Value(native=answer, tags=frozenset({"truthy"}))


def _with_auth(walk: Evaluation, site: Site) -> Value | None:
    """`withAuth(handler, { callbacks: { authorized } })` of NextAuth."""
    handler, options = site.argument(0), site.argument(1)
    if handler.closure is None and handler.fields is not None:
        options = handler
    callbacks = (options.fields or {}).get("callbacks", UNKNOWN).fields or {}
    authorized = callbacks.get("authorized", UNKNOWN).closure

    def answer(inner: Evaluation, call: Site | None) -> Value:
        if authorized is None:
            inner.passed(Check.SESSION, "withAuth", 1)
        else:
            token = principal(inner, "withAuth", authorized.function.at)
            request = Value(what=WEB, tags=frozenset({"truthy"}))
            given = Value(fields={"token": token, "req": request})
            result = inner.enter(authorized, (given,), {}, authorized.function.at)
            inner.guards |= inner.tested(result)[0]
        if handler.closure is not None:
            return Value(closure=handler.closure)
        return Value(what="middleware")

    return Value(native=answer, tags=frozenset({"truthy"}))


def _next_auth(walk: Evaluation, site: Site) -> Value | None:
    """`auth()` of NextAuth 5 gives a session; `auth(handler)` gives the handler its `req.auth`."""
    handler = site.argument(0)
    if handler.closure is not None:
        return handler
    return session(walk, site)


def _protect(walk: Evaluation, site: Site) -> Value | None:
    """`auth().protect()` of Clerk 5."""
    if not walk.asked_path or not any(o.kind == "principal" for o in site.receiver.origins):
        return None
    walk.passed(Check.SESSION, site.name, site.call.at)
    return from_origins(Origin("principal"))


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "any": _any,
    "all": _any,
    "@clerk/nextjs/server.createRouteMatcher": _matcher,
    "@clerk/nextjs.createRouteMatcher": _matcher,
    "@clerk/nextjs/server.clerkMiddleware": _clerk,
    "@clerk/nextjs.clerkMiddleware": _clerk,
    "@clerk/nextjs.authMiddleware": _old_clerk,
    "@clerk/nextjs/server.authMiddleware": _old_clerk,
    "next-auth/middleware.withAuth": _with_auth,
    "next-auth/middleware": _with_auth,
    "next-auth().auth": _next_auth,
    "next-auth.default().auth": _next_auth,
}

NAMES = {
    "startsWith": _starts,
    "endsWith": _starts,
    "startswith": _starts,
    "endswith": _starts,
    "includes": _contains,
    "has": _contains,
    "some": _some,
    "every": _some,
    "protect": _protect,
    "test": _pattern,
    "match": _pattern,
}
