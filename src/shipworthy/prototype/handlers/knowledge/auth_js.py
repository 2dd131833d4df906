"""Auth.js (NextAuth): its logins with a password, and what its callbacks put into the token of a session."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin, Origins
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Closure,
    Value,
    all_origins,
    from_origins,
)

MERGES = "merge"
"""The operation by which what a browser sends becomes part of the token of its session."""
LOGS_IN = "log in"
"""The operation by which a login lets somebody in; `last line` is where the code that does so ends."""
_MADE = ("next-auth()", "next-auth.default()", "next-auth.NextAuth()")
_PASSWORDS = "auth.js:credentials"
_CALLER = from_origins(Origin("principal"))


def _made(walk: Evaluation, site: Site) -> Value | None:
    """`NextAuth(options)`, and of old `NextAuth(request, response, options)` in a handler."""
    made = Value(what=f"{site.what}()", elements=site.given[-1:], tags=frozenset({"truthy"}))
    if len(site.given) > 1:
        run_logins(walk, made, site.call.at)
    return made


def _by_password(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_PASSWORDS, fields=site.argument(0).fields, tags=frozenset({"truthy"}))


def is_auth_js(value: Value) -> bool:
    """True for what NextAuth has made of options that are known."""
    return value.what in _MADE and bool(value.elements)


def run_logins(walk: Evaluation, made: Value, at: int) -> None:
    """Follow what runs when somebody signs in with a password, and when a page calls `update(data)`."""
    options = (made.elements or (UNKNOWN,))[0].fields or {}
    before = walk.guards
    for provider in options.get("providers", UNKNOWN).elements or ():
        authorize = (provider.fields or {}).get("authorize", UNKNOWN)
        if provider.what == _PASSWORDS and authorize.closure is not None:
            sent = from_origins(Origin("body"))
            answer = walk.enter(authorize.closure, (sent, UNKNOWN), {}, at)
            _let_in(walk, authorize.closure, answer)
            walk.guards = before
    renewed = (options.get("callbacks", UNKNOWN).fields or {}).get("jwt", UNKNOWN).closure
    if renewed is None:
        return
    token = Value(origins=_CALLER.origins, fields={"...": _CALLER}, tags=frozenset({"truthy"}))
    given = {
        "token": token,
        "trigger": Value(literal="update"),
        "session": from_origins(Origin("body")),
        "user": NULL,
        "account": NULL,
        "profile": NULL,
    }
    function = renewed.function
    answer = walk.enter(renewed, (Value(fields=given),), {}, at)
    walk.guards = before
    merged = dict(_sent(answer))
    if merged:
        walk.effect(EffectKind.TOKEN, MERGES, "session", function.at, inputs=merged)


def _let_in(walk: Evaluation, authorize: Closure, answer: Value) -> None:
    """Note whom a login lets in: each user that it gives back, behind what was asked on the way to him."""
    passed, path, function = walk.guards, walk.path, authorize.function
    walk.path = authorize.module.path
    for user, asked in answer.cases or ((answer, NO_GUARDS),):
        walk.guards = passed | asked
        if not user.is_null and (origins := all_origins(user)):
            inputs, last = {"text": origins}, {"last line": str(function.end)}
            walk.effect(
                EffectKind.TOKEN, LOGS_IN, "session", function.at, inputs=inputs, literals=last
            )
    walk.path = path


def _sent(token: Value) -> Iterator[tuple[str, Origins]]:
    """The claims of a token that come from the browser; "*" for all that it sends."""
    for case, _ in token.cases or ((token, frozenset()),):
        for key, value in (case.fields or {}).items():
            found = frozenset(o for o in all_origins(value) if o.is_input)
            if found:
                yield f"value:{'*' if key == '...' else key}", found


CALLS = {
    **{made.removesuffix("()"): _made for made in _MADE},
    "next-auth/providers/credentials": _by_password,
    "next-auth/providers/credentials.default": _by_password,
    "@auth/core/providers/credentials": _by_password,
    "@auth/core/providers/credentials.default": _by_password,
}
PROPERTIES = {
    made: lambda walk, value, key: value if key in ("handlers", "GET", "POST") else None
    for made in _MADE
}
