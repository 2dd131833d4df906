"""Secrets, passwords and codes that are compared with what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import (
    Check,
    EffectKind,
    Guard,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.sent import DIGESTED
from shipworthy.prototype.handlers.values import (
    Value,
    all_origins,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

WORD_OF_CODE = "compared with a secret in the code"
"""How a guard is put whose secret is a literal."""


def letter_by_letter(walk: Evaluation, value: Value, at: int) -> Iterable[Guard]:
    """`(sent.charCodeAt(i) ^ secret.charCodeAt(i)) === 0`: a comparison in constant time."""
    origins = all_origins(value)
    given = frozenset(str(o) for o in origins if may_be_secret(o))
    if given and "signature" in value.tags:
        yield walk.guard(Check.SIGNATURE, "signature compared", at)
    elif given and any(o.kind == "environment" for o in origins):
        yield walk.guard(Check.SECRET, "compared with a secret", at)
    elif given and any(is_kept(o) for o in origins):
        yield walk.guard(Check.API_KEY, "a secret compared", at, given)


_LONG_ENOUGH = 12  # characters; what is shorter is a mode or a name
_MASK = regex(r"\*{3}|•{3}|\.{4}")
"""What a form shows in place of a secret that is kept: `=== "***HIDDEN***"` asks whether it was changed."""


def is_password_of_code(value: Value, others: Origins) -> bool:
    """True for what is compared with a long word of the code: a check, however badly kept."""
    text = value.text
    if text is None or len(text) < _LONG_ENOUGH or " " in text or _MASK.search(text):
        return False
    made_up = any(letter.isdigit() or letter in "-_!" for letter in text)
    return any(
        (o.kind in ("header", "query") or (made_up and o.kind == "body" and "." not in o.key))
        # Of a token that was taken apart only the part counts: `claims.scope` opens nothing.
        and re.search(r"secret|token|key|auth|pass", o.key.rpartition(".")[2], re.I)
        for o in others
    )


def is_kept_secret(sent: Origins, kept: Origins) -> bool:
    """True for a token or key of the request against a row of the settings, which nobody who calls names:
    what one program tells another, not who somebody is."""
    return (
        bool(sent)
        and bool(kept)
        and all(o.is_input and _TOKEN.search(o.key) for o in sent)
        and all(o.kind == "row" and _SETTINGS.search(o.name) and not o.by for o in kept)
    )


_TOKEN = regex(r"token|secret|key|signature", re.IGNORECASE)
_SETTINGS = regex(r"setting|config|secret|vault", re.IGNORECASE)
_ADDRESS = regex(r"^(origin|host|referr?er|user-agent|x-forwarded-\w+|x-real-ip)(\.|$)", re.I)


def may_be_secret(origin: Origin) -> bool:
    """False for the headers by which a browser says which page and host it is about, and for what a token
    that was taken apart says of its issuer."""
    if origin.kind == "header" and (_ADDRESS.match(origin.key) or _ABOUT_TOKEN.search(origin.key)):
        return False
    return origin.is_input


_ABOUT_TOKEN = regex(r"^authorization\.(.+\.)?(iss|ref|azp|aud|length)$", re.IGNORECASE)


_PASSWORD = regex(r"(^|_|\.)(password|passwd|pwd|password_?hash)$", re.IGNORECASE)


def note_passwords(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`row.password === given`: a password that is compared as it was typed, or after a quick hash."""
    for given, kept in ((left, right), (right, left)):
        stored = any(o.kind == "row" and _PASSWORD.search(o.key) for o in kept.origins)
        typed = any(o.is_input and _PASSWORD.search(o.key) for o in all_origins(given))
        made = given.tags & {"unseen", "computed"} and DIGESTED not in given.tags
        if stored and typed and not made:
            walk.effect(
                EffectKind.TOKEN,
                "compare-plain",
                "password",
                at,
                values={"": given},
                literals={"hash": next((t[5:] for t in given.tags if t.startswith("hash:")), "")},
            )
            return


def note_words(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`password !== "letmein"`, `otp === "123456"`: what was typed, compared with a word of the code."""
    for given, kept in ((left, right), (right, left)):
        word = kept.text or ""
        if kept.origins or len(word) < _SHORTEST or _SAYS_NOTHING.fullmatch(word):
            continue
        if _MASK.search(word):
            continue
        typed = [o for o in given.origins if o.is_input]
        if any(_is_typed_in(o, word) for o in typed):
            by_machine = any(o.kind == "header" for o in typed)
            of_code = word.isdigit() and any(_CODE.search(o.key) for o in typed)
            walk.effect(
                EffectKind.TOKEN,
                "compare-word",
                "password",
                at,
                inputs={"given": given.origins},
                literals={"of": "token" if by_machine else "code" if of_code else "word"},
            )
            return


_SHORTEST = 4  # characters
_SAYS_NOTHING = regex(
    r"undefined|null|none|true|false|string|number|object|boolean|function|password|text|bearer|basic|optional|required",
    re.IGNORECASE,
)


def _is_typed_in(origin: Origin, word: str) -> bool:
    """True for an input whose name says that only who knows a secret can send it."""
    name = origin.key.rpartition(".")[2]
    if _TYPED.fullmatch(name):
        return True
    return word.isdigit() and _CODE.search(name) is not None


_TYPED = regex(
    r"(?:x[-_])?(?:(?:admin|master|user|current|entered|input|site|access|gate|app|api|secret|cron|internal)[-_]?)?"
    r"(?:password|passwd|pwd|pass|passcode|passphrase|pin|secret|api[-_]?key|token|authorization)"
    r"|(?:admin|master|access|secret)[-_]?(?:key|code)",
    re.IGNORECASE,
)
"""Inputs that open something, by their whole name."""

_CODE = regex(
    r"(?:^|\.|_)(?:(?:hashed_?)?otp(?:_?for_?[a-z]+)?|one_?time_?code|pin"
    r"|(?:(?:otp|pin|verification|verify|reset|sms|mfa|login|confirm(?:ation)?|email|phone|mobile|auth|two_?factor|forgot|password)"
    r"[_.]?)+(?:otp|code|pin))(?:_?hash)?$",
    re.IGNORECASE,
)
"""Columns of codes that are short enough to be typed."""
_CODES = regex(r"otp|verif|mfa|2fa|two_?factor|reset|login|sms", re.IGNORECASE)
"""Tables of such codes, in which a column is called no more than code."""


def note_codes(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`user.otp !== otp`: a short code that is compared with what was typed."""
    for given, kept in ((left, right), (right, left)):
        codes = [o for o in kept.origins if o.kind == "row" and _keeps_code(o)]
        typed = any(o.is_input for o in given.origins)
        if codes and typed:
            walk.effect(
                EffectKind.TOKEN,
                "compare-code",
                "code",
                at,
                inputs={"kept": frozenset(codes), "given": given.origins},
                literals={"of": "code"},
            )
            return


def _keeps_code(origin: Origin) -> bool:
    if origin.key.rpartition(".")[2].lower() == "code":
        return bool(_CODES.search(origin.name))
    return bool(_CODE.search(origin.key))


_KEPT = regex(
    r"(^|[._])(\w*_)?(token|secret|code|pin|otp|api_?key|hash)$|(^|\.)otp_?for_?[a-z]+$",
    re.IGNORECASE,
)
"""Columns of what only who was given it can know."""


def is_kept(origin: Origin) -> bool:
    """True for what only who was given it can know: a column, or what a function of the database tells."""
    name = origin.key or origin.name
    kept = _KEPT.search(name) or _KEPT_IN_CAMELS.search(name) or _CODE.search(name)
    return origin.kind == "row" and bool(kept)


_KEPT_IN_CAMELS = regex(r"[a-z0-9](Token|Secret|Otp|OTP|Pin|PIN|ApiKey)$")
