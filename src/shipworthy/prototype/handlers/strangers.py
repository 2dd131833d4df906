"""Whether strangers can make themselves an account: only then is every signed-in user a stranger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.tenancy import tenant_columns
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Whoever comes gets an account there, unless somebody turned that off where no code shows it.
_HOSTED = ("@clerk/", "@auth0/", "@kinde-oss/", "firebase/auth", "firebase-admin", "next-auth")
_HOSTED_TOO = ("better-auth", "@workos-inc/", "@stackframe/", "passport-google", "authlib")
# Of the platform's: who comes by himself, and whom only staff lets in.
_BY_ONESELF = frozenset(
    {"signUp", "sign_up", "signInWithOAuth", "signInWithOtp", "sign_in_with_otp"}
)
_BY_ONESELF |= {"signInWithIdToken", "signInAnonymously", "signInWithSSO", "sign_in_with_oauth"}
_BY_STAFF = frozenset(
    {"createUser", "create_user", "inviteUserByEmail", "invite_user_by_email", "generateLink"}
)
_ADDS = ("insert", "upsert", "create")


def pages_sign_up(prototype: Prototype) -> bool:
    """True where a page has the platform make an account for whoever comes."""
    return any(
        q.operation == "auth" and q.method in ("signUp", "sign_up") for q in prototype.queries
    )


def strangers_sign_up(prototype: Prototype) -> bool:
    """True where somebody whom nobody invited can get an account, or nothing tells.

    False where people sign in here, and nothing here or at a service lets them sign up: staff adds staff.
    Where rows are kept apart by organisation, the staff of one are strangers to the other.
    """
    asked = {q.method for q in prototype.queries if q.operation == "auth"}
    if asked & _BY_ONESELF or (asked and not asked & _BY_STAFF):
        return True
    if asked & _BY_STAFF:
        if _shows_forms(prototype) or _has_tenants(prototype):
            return True
        return any(_signs_up(handler) for handler in prototype.handlers)
    if "supabase" in prototype.stack.data:
        return True
    if any(
        found.specifier.startswith((*_HOSTED, *_HOSTED_TOO))
        for facts in prototype.facts.values()
        for found in facts.imports
    ):
        return True
    if not any(purpose(handler) is Purpose.LOGIN for handler in prototype.handlers):
        return True
    if tenant_columns(prototype.tables):
        return True
    return any(_signs_up(handler) for handler in prototype.handlers)


_TENANT = regex(
    r"^(tenant|org|organi[sz]ation|company|workspace|church|school|clinic|agency|family|household)_?id$",
    re.IGNORECASE,
)


def _has_tenants(prototype: Prototype) -> bool:
    """True where rows are kept apart by organisation: the staff of one are strangers to the other."""
    return any(_TENANT.match(column) for table in prototype.tables for column in table.columns)


def _shows_forms(prototype: Prototype) -> bool:
    """True where the platform's own forms are shown, which let whoever comes sign up."""
    return any(
        found.specifier.startswith("@supabase/auth-ui")
        for facts in prototype.facts.values()
        for found in facts.imports
    )


def realm_of_strangers(prototype: Prototype) -> frozenset[str]:
    """Where those who signed up by themselves are kept apart from staff, each with a table of their own:
    the first words of the routes that are theirs; empty where all accounts are of one kind."""
    doors = [handler for handler in prototype.handlers if _signs_up(handler)]
    made = {_bare(e.target) for handler in doors for e in handler.effects if e.operation in _ADDS}
    staff = {
        origin.name
        for handler in prototype.handlers
        if purpose(handler) is Purpose.LOGIN
        for e in _comparing(handler)
        for found in e.inputs.values()
        for origin in found
        if origin.kind == "row" and _bare(origin.name) not in made
    }
    return frozenset(first_word(handler) for handler in doors) if staff else frozenset()


def _bare(table: str) -> str:
    """A table's name as the database and the code have it: `users`, `UsersTable`."""
    return table.replace("_", "").lower().removesuffix("table").rstrip("s")


def _comparing(handler: Handler) -> list[Effect]:
    """Where a password is compared; where none is, what is signed: a token names groups as well."""
    tokens = list(handler.effects_of(EffectKind.TOKEN))
    return [e for e in tokens if e.operation == "compare"] or tokens


def first_word(handler: Handler) -> str:
    """The first part of a route that says something: "portal" of `/api/portal/register`."""
    parts = [p for p in handler.route.path.split("/") if p and not re.match(r"api$|v\d+$|:", p)]
    return parts[0].lower() if parts else ""


def _signs_up(handler: Handler) -> bool:
    """An entry point for signing up that adds somebody for whoever calls it."""
    if purpose(handler) is not Purpose.SIGN_UP:
        return False
    return any(
        (e.kind is EffectKind.ACCOUNT or e.operation in _ADDS)
        and caller(handler, e) in (Caller.ANYBODY, Caller.ANON_KEY)
        for e in handler.effects
    )
