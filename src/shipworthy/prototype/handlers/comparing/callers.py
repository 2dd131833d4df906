"""What a value says of whoever calls: a session, a claim of a token, a role, a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Guard,
    Origin,
)
from shipworthy.prototype.handlers.values import Value, all_origins, replace
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

ROLE_KEY = regex(
    r"(?:^|\.|_)(?:user_?)?(?:roles?(?:\.(?:name|slug))?|is_?(?:super_?)?(?:admin|staff|owner|moderator|manager|instructor|teacher)|admin"
    r"|permissions?|scopes?|user_?type|account_?type|access_?level|privileges?|super_?user|is_?superuser"
    r"|rol|tipo(?:_?usu[aá]rio)?|papel|perfil|cargo|rolle|nivel_?acesso)$",
    re.IGNORECASE,
)
"""Columns and claims that say what somebody may do."""

_EDITABLE = ("user_metadata", "raw_user_meta_data", "unsafeMetadata", "unsafe_metadata")
"""What users of the platform change themselves: no basis for a role."""

SELF_MADE = "themselves"
"""Ends how a check is put that asks for what its user writes into his account himself."""


SESSION_HOLDER = Origin("principal", "", "session")
"""Whoever sent the token of a session that the prototype keeps itself."""

_SESSION_KEY = regex(r"sess|token|sid$|auth|jwt|api_?-?key", re.IGNORECASE)


UNSIGNED = "unsigned"
"""The name of the origin of a cookie into which the prototype writes a plain id, whatever it is called."""


def is_session_token(origin: Origin) -> bool:
    """True for a cookie or header that is called a token: a plain user id in a cookie proves nothing, nor
    does one that the code itself took out of a token."""
    if origin.kind not in ("cookie", "header") or origin.name == UNSIGNED:
        return False
    if origin.kind == "header" and "." in origin.key and _CLAIM.search(origin.key):
        return False
    return _SESSION_KEY.search(origin.key) is not None


def claimed_role(walk: Evaluation, asked: Iterable[Origin]) -> str:
    """How a role is put that whoever calls chooses himself; "" where the server knows it from elsewhere."""
    for origin in asked:
        if origin.kind in ("header", "cookie") and _ROLE_SENT.search(origin.key):
            return f"callers write the role into {origin.key} {SELF_MADE}"
        known = any(g.check in AUTHENTICATES for g in walk.guards)
        if origin.kind != "row" or not ROLE_KEY.search(origin.key) or known or not origin.by:
            continue
        if all(by.is_input and _ID_SENT.search(by.key) for by in origin.by):
            named = min(by.key for by in origin.by)
            return f"the role is looked up for whomever the caller names as {named}"
    return ""


_ROLE_SENT = regex(r"^(?:x-)?(?:user-?)?(?:is-?)?(?:role|admin)$", re.IGNORECASE)
_ID_SENT = regex(r"(?:^|_|(?<=[a-z]))(?:user|admin|caller|requester|actor)_?id$", re.IGNORECASE)


def named_role(name: str, value: Value) -> Value:
    """What is called a role is one, also where its column is only known by its place, or the code works it
    out."""
    if not _says_role(name):
        return value
    if any(map(of_caller, value.origins)) or any(case.text for case, _ in value.cases):
        return replace(value, tags=value.tags | {"role"})
    return value


@lru_cache(maxsize=4_000)  # the same few names, by the ten thousand
def _says_role(name: str) -> bool:
    return ROLE_KEY.search(name) is not None


IN_CLAIMS = "read from the token"
_EVERYBODYS = frozenset({"authenticated", "anon"})
"""Roles in the tokens of Supabase that whoever signs in, or nobody in particular, has."""


def told_by_token(walk: Evaluation, left: Value, right: Value) -> Check | None:
    """What is proved where a word, or a setting, is compared with what stands in a token that the code
    itself took apart: a right behind a gateway that has verified the token."""
    for claim, word in ((left, right), (right, left)):
        settings = all(o.kind == "environment" for o in word.origins)
        claims = [o for o in claim.origins if _is_claim(o)]
        if not settings or not claims:
            continue
        verified = any(g.check is Check.PLATFORM for g in walk.guards)
        role = word.text and word.text not in _EVERYBODYS and ROLE_KEY.search(claims[0].key)
        return Check.ROLE if verified and role else Check.DECODED
    return None


def is_claim(value: Value) -> bool:
    """True for what stands in a token or cookie that the code itself took apart."""
    return any(map(_is_claim, value.origins))


def _is_claim(origin: Origin) -> bool:
    if origin.kind == "header" and origin.key.lower().startswith("authorization."):
        return _CLAIM.search(origin.key) is not None
    of_cookie = origin.kind == "claims" and origin.name == "cookie"
    return of_cookie and _CLAIM.search(f".{origin.key}") is not None


_CLAIM = regex(r"\.(sub|user_?id|email|role|session_?id|aud|azp|iss|ref|uid)$", re.IGNORECASE)


def true_of_caller(walk: Evaluation, value: Value) -> Iterable[Guard]:
    """`if (profile.is_admin)`: what the truth of a column of the caller's own row proves."""
    for origin in value.origins:
        key = origin.key.rpartition(".")[2]
        if _YES_OR_NO.search(key) and of_caller(origin) and not is_editable(origin):
            yield walk.guard(Check.ROLE, key, 0)
            return
        if _YES_OR_NO.search(key) and of_caller(origin):
            yield walk.hollow(f"users write {origin.key} {SELF_MADE}")
            return
        told = origin.kind == "row" and not key and _TELLS.search(origin.name)
        if told and not any(by.is_input for by in origin.by):
            yield walk.guard(Check.ROLE, origin.name, 0)
            return
        asked = frozenset(str(by) for by in origin.by if by.is_input)
        binds = origin.kind == "row" and not key and _BINDS.search(origin.name)
        if asked and binds and any(by.kind == "principal" for by in origin.by):
            yield walk.guard(Check.OWNER, origin.name, 0, asked)
            return


_TELLS = regex(
    r"^(is|has|check|user_is|user_has|current_user_is)_\w*(admin|staff|owner|role|super|moderator|manager|permission)\w*$"
    r"|^(is|has)[A-Z]\w*(Admin|Role|Owner|Permission)\w*$",
)
"""Functions of a database that tell whether somebody has a right."""


_BINDS = regex(
    r"^(user_)?(is|has|can|owns|check|belongs)_\w*(member|access|owner|belong|participant|collaborator|admin|staff|role|permission"
    r"|view|edit|manage|author|guardian|parent|own)\w*$|^(user_)?owns_\w+$",
    re.IGNORECASE,
)
"""Functions of a database that are asked whether the caller and what he names belong together."""

_YES_OR_NO = regex(
    r"^(is|has|can)_?(?=[A-Z_a-z])\w*(admin|staff|owner|super|moderator|manager)|^admin$", re.I
)


_TOKENS = frozenset(
    {"authorization", "x-api-key", "x-auth-token", "x-admin-key", "x-cron-secret", "x-access-token"}
)


def is_token(value: Value) -> bool:
    """True for what a caller sends to prove who it is."""
    return any(o.kind == "header" and o.key.lower() in _TOKENS for o in value.origins)


AT_ITS_WORD = "taken at its word"

AMONG = "found in a list of a row"
"""How a guard is put that looked in a list of a row: `chat.members.includes(body.userId)`."""

AS_OWNER = "taken at its word for whose it is"
"""How a refusal is put of whoever does not send along whose the row is that he names."""


def named_by_header(origins: Iterable[Origin]) -> frozenset[str]:
    """The headers in which a caller says by an id who he is: `x-user-id`."""
    return frozenset(str(o) for o in origins if o.kind == "header" and _PERSON.search(o.key))


_PERSON = regex(
    r"^(x[-_])?([a-z]+[-_])?(user|account|member|customer|employee|uid)([-_]?(id|uuid|e?mail|name))?$",
    re.IGNORECASE,
)


def of_caller(origin: Origin) -> bool:
    """True for what the caller is, or what a row found by the caller says."""
    if origin.kind == "principal" or is_session_token(origin):
        return True
    return origin.kind == "row" and any(o.kind == "principal" for o in origin.by)


OTHERS = Origin("others")
"""Whoever is not the caller."""


def apart(value: Value) -> Value:
    """What rows must not be (`id <> $me`): that they are not the caller's own binds them to nobody."""
    origins = all_origins(value)
    others = frozenset(o for o in origins if not of_caller(o))
    return value if others == origins else Value(origins=others | {OTHERS})


def is_mine(origin: Origin) -> bool:
    """True for what depends on nothing but who the caller is."""
    if origin.kind == "principal":
        return True
    return (
        origin.kind == "row" and bool(origin.by) and all(o.kind == "principal" for o in origin.by)
    )


def said_about(origin: Origin) -> Iterable[str]:
    """The inputs that a value depends on."""
    if origin.is_input:
        yield str(origin)
    for by in origin.by:
        if by.is_input:
            yield str(by)


def is_editable(origin: Origin) -> bool:
    return any(word in origin.key for word in _EDITABLE)


def is_identity(value: Value) -> bool:
    """True for the signed-in user himself, or his id: nothing that may be missing of him."""
    return bool(value.origins) and all(
        o.kind == "principal" and o.key in _IDENTITIES for o in value.origins
    )


_IDENTITIES = frozenset({"", "id", "sub", "uid", "userId", "user_id", "user", "user.id"})


def is_name_of_caller(origin: Origin) -> bool:
    """True for the address or the id of whoever is signed in, as the session or his own row has it."""
    if origin.kind == "row":
        own = any(by.kind == "principal" for by in origin.by)
        return own and origin.key == "email" and not any(by.is_input for by in origin.by)
    return origin.kind == "principal" and origin.key in _NAMES_OF_CALLER


def is_address_of_caller(value: Value) -> bool:
    """True for the e-mail address of whoever is signed in."""
    return any(
        is_name_of_caller(o) and o.key.endswith("email")
        for case in (value, *(v for v, _ in value.cases))
        for o in case.origins
    )


_NAMES_OF_CALLER = frozenset({"email", "id", "sub", "uid", "user.email", "user.id"})


def is_somebody(value: Value) -> bool:
    """True for a text that names one user: an address, an id."""
    text = value.text or ""
    return "@" in text[1:] or len(text) >= _AN_ID


_AN_ID = 16
