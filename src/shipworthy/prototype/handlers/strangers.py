"""Whether strangers can make themselves an account: only then is every signed-in user a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import EffectKind, Handler
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.standing import Caller, caller

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Whoever comes gets an account there, unless somebody turned that off where no code shows it.
_HOSTED = ("@clerk/", "@auth0/", "@kinde-oss/", "firebase/auth", "firebase-admin", "next-auth")
_HOSTED_TOO = ("better-auth", "@workos-inc/", "@stackframe/", "passport-google", "authlib")
_ADDS = ("insert", "upsert", "create")


def strangers_sign_up(prototype: Prototype) -> bool:
    """True where somebody whom nobody invited can get an account, or nothing tells.

    False where people sign in here, and nothing here or at a service lets them sign up: staff adds staff.
    """
    if "supabase" in prototype.stack.data or any(q.operation == "auth" for q in prototype.queries):
        return True
    if any(
        found.specifier.startswith((*_HOSTED, *_HOSTED_TOO))
        for facts in prototype.facts.values()
        for found in facts.imports
    ):
        return True
    if not any(purpose(handler) is Purpose.LOGIN for handler in prototype.handlers):
        return True
    return any(_signs_up(handler) for handler in prototype.handlers)


def _signs_up(handler: Handler) -> bool:
    """An entry point for signing up that adds somebody for whoever calls it."""
    if purpose(handler) is not Purpose.SIGN_UP:
        return False
    return any(
        (e.kind is EffectKind.ACCOUNT or e.operation in _ADDS)
        and caller(handler, e) in (Caller.ANYBODY, Caller.ANON_KEY)
        for e in handler.effects
    )
