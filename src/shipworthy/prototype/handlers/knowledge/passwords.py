"""Signatures, passwords, hashes and random values: what proves something and what can be guessed."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.sent import DIGESTED
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    Value,
    all_origins,
    union,
)
from shipworthy.regex import regex


def _throws_unless_signed(walk: Evaluation, site: Site) -> Value | None:
    walk.passed(Check.SIGNATURE, site.what, site.call.at)
    return Value(
        origins=frozenset({Origin("answer", "signed")}),
        what="signed event",
        tags=frozenset({"truthy", "signed"}),
    )


def _signature(walk: Evaluation, site: Site) -> Value | None:
    """`createHmac(…).update(body).digest("hex")`: to be compared with what was sent."""
    origins = union((site.receiver, *site.given))
    return Value(origins=origins, what="hmac", tags=frozenset({"signature"}))


def _hash(walk: Evaluation, site: Site) -> Value | None:
    algorithm = site.argument(0).text or site.name
    tags = {f"hash:{algorithm.lower()}"}
    if (
        site.name == "digest"
    ):  # of `crypto.subtle`: bytes, which are written out as a text after that
        tags.add(DIGESTED)
    return Value(
        origins=union((site.receiver, *site.given)),
        what="hash",
        tags=frozenset(tags),
    )


def _keep(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what not in ("hmac", "hash"):
        return None
    origins = site.receiver.origins | union(site.given)
    return Value(origins=origins, what=site.receiver.what, tags=site.receiver.tags)


def _timing_safe(walk: Evaluation, site: Site) -> Value | None:
    """`timingSafeEqual(a, b)`: true for equal signatures or secrets."""
    values = (*site.given, *site.named.values())
    tags = frozenset().union(*(v.tags for v in values)) if values else frozenset()
    origins = union(values)
    signed = "signature" in tags
    check = Check.SIGNATURE if signed else Check.SECRET
    known = signed or any(o.kind == "environment" for o in origins) or "compare_digest" in site.name
    if not known:
        check = Check.UNCLEAR
    yes = frozenset({walk.guard(check, site.what or site.name, site.call.at)})
    return Value(origins=origins, when=(yes, NO_GUARDS), tags=frozenset({"truth"}))


def _password_checked(walk: Evaluation, site: Site) -> Value | None:
    """`bcrypt.compare(given, stored)`: who knows the password is the caller, and by what the row that it
    is stored in was found is his."""
    given = union(site.given)
    said, at = site.what or site.name, site.call.at
    yes = frozenset({walk.guard(Check.SESSION, said, at)})
    row = given | site.receiver.origins  # `user.check_password(given)`
    named = frozenset(str(by) for o in row if o.kind == "row" for by in o.by if by.is_input)
    if named:
        yes |= {walk.guard(Check.OWNER, said, at, named)}
    token = any(_TOKEN.search(o.key) for o in given)
    of_code = any(value.text for value in site.given)  # a word that nobody sends
    literals = {"of": "token"} if token else {"of": "own"} if of_code else {}
    walk.effect(
        EffectKind.TOKEN,
        "compare",
        site.what,
        site.call.at,
        inputs={"text": given},
        literals=literals,
    )
    return Value(when=(yes, NO_GUARDS), tags=frozenset({"truth"}))


_TOKEN = regex(r"(token|api_?key|secret)(_?hash(ed)?)?$", re.IGNORECASE)
"""What a machine made up, too long to be tried out."""


def _verified(walk: Evaluation, site: Site) -> Value | None:
    """`crypto.subtle.verify(…)`, `verify_signature(…)`: true for a signature that is right."""
    yes = frozenset({walk.guard(Check.SIGNATURE, site.what or site.name, site.call.at)})
    return Value(when=(yes, NO_GUARDS), tags=frozenset({"truth"}))


def _weak(walk: Evaluation, site: Site) -> Value | None:
    return Value(origins=frozenset({Origin("random", site.what)}), tags=frozenset({"computed"}))


def _strong(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="random", tags=frozenset({"truthy", "unguessable"}))


def _token(walk: Evaluation, site: Site) -> Value | None:
    """`jwt.sign(claims, key)`: a token is made."""
    key = site.argument(1, "key")
    defaults = [tag[8:] for tag in key.tags if tag.startswith("default:")]
    literals = {"default": defaults[0]} if defaults else {}
    if key.text:
        literals["default"] = key.text
    walk.effect(
        EffectKind.TOKEN,
        "sign",
        site.what,
        site.call.at,
        inputs={"text": all_origins(site.argument(0)), "key": all_origins(key)},
        literals=literals,
    )
    return Value(what="token", tags=frozenset({"truthy"}))


CALLS = {
    "stripe().webhooks.constructEvent": _throws_unless_signed,
    "stripe().webhooks.constructEventAsync": _throws_unless_signed,
    "svix.Webhook().verify": _throws_unless_signed,
    "standardwebhooks.Webhook().verify": _throws_unless_signed,
    "stripe.Webhook.construct_event": _throws_unless_signed,
    "crypto.createHmac": _signature,
    "hmac.new": _signature,
    "crypto.subtle.sign": _signature,
    "crypto.createHash": _hash,
    "hashlib.md5": _hash,
    "hashlib.sha1": _hash,
    "hashlib.sha256": _hash,
    "crypto.subtle.digest": _hash,
    "crypto.subtle.verify": _verified,
    "crypto.verify": _verified,
    "crypto.createVerify().verify": _verified,
    "crypto.timingSafeEqual": _timing_safe,
    "hmac.compare_digest": _timing_safe,
    "secrets.compare_digest": _timing_safe,
    "Math.random": _weak,
    "random.random": _weak,
    "random.randint": _weak,
    "random.choice": _weak,
    "random.choices": _weak,
    "random.sample": _weak,
    "random.randrange": _weak,
    "crypto.randomUUID": _strong,
    "crypto.randomBytes": _strong,
    "crypto.getRandomValues": _strong,
    "crypto.randomInt": _strong,
    "nanoid.nanoid": _strong,
    "uuid.v4": _strong,
    "uuid.uuid4": _strong,
    "secrets.token_urlsafe": _strong,
    "secrets.token_hex": _strong,
    "secrets.choice": _strong,
    "jsonwebtoken.sign": _token,
    "jwt.encode": _token,
    "jose.jwt.encode": _token,
}

NAMES = {
    "constructEvent": _throws_unless_signed,
    "constructEventAsync": _throws_unless_signed,
    "construct_event": _throws_unless_signed,
    "createHmac": _signature,
    "timingSafeEqual": _timing_safe,
    "compare_digest": _timing_safe,
    "update": _keep,
    "digest": _keep,
    "hexdigest": _keep,
    "randomUUID": _strong,
    "randomBytes": _strong,
    "getRandomValues": _strong,
    "verify_password": _password_checked,
    "check_password_hash": _password_checked,
    "check_password": _password_checked,
    "checkpw": _password_checked,
    "comparePassword": _password_checked,
    "comparePasswords": _password_checked,
    "compareSync": _password_checked,
}


def _bcrypt(walk: Evaluation, site: Site) -> Value | None:
    return _password_checked(walk, site) if "bcrypt" in site.what or "argon" in site.what else None


NAMES["compare"] = _bcrypt
NAMES["verify"] = lambda walk, site: (
    _password_checked(walk, site)
    if any(w in site.what for w in ("argon", "pwd_context", "passlib", "bcrypt"))
    else None
)
