"""Logins and new passwords that believe whoever calls: for the account of an address that was sent along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import (
    HUMAN,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.knowledge.auth_js import LOGS_IN
from shipworthy.prototype.handlers.knowledge.requests import SESSION
from shipworthy.prototype.handlers.reaching import is_live
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NAMES = regex(r"e?_?mail|phone|mobile|user_?name|(google|apple|facebook)_?id", re.IGNORECASE)
# What proves something, when it is sent along or asked for: then a person has to judge.
_PROVES = regex(
    r"\b(?!\w*(captcha|turnstile|honeypot|human|rate_?limit|valid_?e?mail|validate_?e?mail)\w*\()\w*(verif|compare|validat|authenticat|check|confirm)\w*\(|\.sign_?in\w*\("
    r"|\b(otp|pin|code|auth_?code|password|passcode|secret|signature|challenge|credentials?|nonce"
    r"|(id|access|refresh|magic|login|reset|invite|provider|google|apple|firebase)_?token|token_?hash|assertion)\b",
    re.IGNORECASE,
)
_NO_PROOF = (
    Check.RATE,
    Check.VALID,
    Check.ALLOWED,
    Check.METHOD,
    Check.FIRST,
    Check.CLAIMED,
)
_NOT_VERIFIED = (*_NO_PROOF, Check.DECODED)
# A token that the server itself was given by the other site needs no signature.
_EXCHANGES = regex(r"get_?tokens?\w*\(|exchange|authorization_code|\bcode\b", re.IGNORECASE)


def believed(prototype: Prototype, handler: Handler) -> tuple[Effect, Origin] | None:
    """The token that is signed for the account whose address or name the caller sends, and the input that
    is believed; None where anything is proved, asked of another server or not followed before."""
    for at, effect in enumerate(handler.effects):
        signed = _signed(effect)
        if not signed or not is_live(effect):
            continue
        if any(g.check not in _NOT_VERIFIED for g in effect.guards):
            continue
        sent = _named_by(effect, signed)
        if effect.operation == LOGS_IN:
            if sent is not None and not _is_proved_in(prototype, effect):
                return effect, sent
            continue
        if sent is None or any(_asks_elsewhere(e) for e in handler.effects[:at]):
            continue
        file, last = prototype.files.get(handler.location.path), _last_line(handler, effect)
        if file is None or not last:
            continue
        lines = file.lines[handler.location.line - 1 : last]
        if effect.has(Check.DECODED):  # whoever comes can write a token of which no word is signed
            proved = sent.kind != "claims" or any(_EXCHANGES.search(line) for line in lines)
        else:
            proved = any(_PROVES.search(line) for line in lines)
        if not proved:
            return effect, sent
    return None


def _signed(effect: Effect) -> Origins:
    """What a token is about that an effect signs, or answers with where the code makes it by itself: with a
    key of the server's."""
    if effect.kind is EffectKind.TOKEN:
        known = effect.operation in ("sign", LOGS_IN)
        return effect.inputs.get("text", frozenset()) if known else frozenset()
    if effect.kind is not EffectKind.RESPONSE:
        return frozenset()
    return frozenset().union(
        *(
            origins
            for name, origins in effect.of("body.")
            if _OF_SESSION.search(name)
            and any(o.kind == "environment" and _KEY.search(o.name) for o in origins)
        )
    )


_OF_SESSION = regex(r"token$|jwt$|^session(_?id)?$", re.IGNORECASE)
_KEY = regex(r"secret|_key\b|_key$|salt", re.IGNORECASE)


def _asks_elsewhere(effect: Effect) -> bool:
    """True where another server is asked, or a token: it may be the proof. A captcha is none."""
    asked = (EffectKind.FETCH, EffectKind.ACCOUNT, EffectKind.TOKEN)
    return effect.kind in asked and effect.literals.get("asks") != HUMAN


def _is_proved_in(prototype: Prototype, effect: Effect) -> bool:
    """True where the function that lets somebody in does more with a password than see that there is one, or
    anything with another proof."""
    file = prototype.files.get(effect.path)
    if file is None:
        return True
    text = "\n".join(file.lines[effect.line - 1 : int(effect.literals["last line"])])
    for beside in (_BESIDE, _ASKS_FOR_BOTH, _TAKEN_OUT):
        text = beside.sub("", text)
    return _PROVES_OF_LOGIN.search(text) is not None


# Texts and remarks in one go: neither is looked for inside of the other.
_BESIDE = regex(r"\"[^\"\n]*\"|'[^'\n]*'|(?<!:)//[^\n]*|/\*.{0,5000}?\*/", re.DOTALL)
_ASKS_FOR_BOTH = regex(r"\bif\s*\([^()=]*\)")
_TAKEN_OUT = regex(r"\b(const|let|var)\s*\{[^{}]*\}\s*(:[^=]{0,200})?=")
_PROVES_OF_LOGIN = regex(
    r"password|passwd|\bpwd|\b\w*(verif|compare|authenticat|check|confirm|log_?in|sign_?in|redeem|consume)\w*\("
    r"|\b(fetch|axios|ky|got)\b|\b(otp|pin|code|\w*token|\w*secret|signature|challenge|nonce|assertion|wallet|\w*hash"
    r"|message|ticket|session|cookies?|jwt|magic\w*|bcrypt|argon2|firebase\w*|supabase\w*)\b",
    re.IGNORECASE,
)


def believed_reset(prototype: Prototype, handler: Handler) -> Effect | None:
    """The new password, his own or one of the code, that is kept for the account whose address or id the
    caller sends; None where anything is proved, asked of another server or not followed before."""
    for at, effect in enumerate(handler.effects):
        at_platform = effect.kind is EffectKind.ACCOUNT and effect.operation == "updateUserById"
        if not at_platform and (
            effect.kind is not EffectKind.QUERY or effect.operation != "update"
        ):
            continue
        if not is_live(effect) or any(g.check not in _NO_PROOF for g in effect.guards):
            continue
        kept = [o for n, o in effect.of("value:") if at_platform or _PASSWORD.fullmatch(n)]
        if not kept or not _is_of_named(effect):
            continue
        asked = (EffectKind.FETCH, EffectKind.ACCOUNT, EffectKind.TOKEN)
        proving = (e for e in handler.effects[:at] if e.operation != "listUsers")
        if any(e.kind in asked for e in proving) or not handler.whole:
            continue
        file = prototype.files.get(handler.location.path)
        last = _last_line(handler, effect)
        if at_platform and not _sets_password(prototype, effect):
            continue
        if file is None or not last:
            continue
        lines = file.lines[handler.location.line - 1 : last]
        written = any(_WRITTEN.search(line) for line in lines)
        known = any(
            any(o.is_input for o in origins) or (written and not origins) for origins in kept
        )
        if known and not any(_PROVES_BESIDES.search(line) for line in lines):
            return effect
    return None


def _sets_password(prototype: Prototype, effect: Effect) -> bool:
    """True where a password is among what an account of the platform is given."""
    file = prototype.files.get(effect.path)
    return file is not None and any(
        _GIVES_PASSWORD.search(line) for line in file.lines[effect.line - 1 : effect.line + 3]
    )


_GIVES_PASSWORD = regex(r"\bpassword\b", re.IGNORECASE)


def _last_line(handler: Handler, effect: Effect) -> int:
    """The line of an entry point that has the effect, itself or by one call such as `query(text)`; 0 where
    more lies between."""
    if handler.location.path == effect.path:
        return effect.line
    calls = [step for step in effect.steps if step.line != handler.location.line]
    own = len(calls) == 1 and calls[0].path == handler.location.path
    return calls[0].line if own else 0


# A password that stands in the code is the caller's as well.
_WRITTEN = regex(
    r"password\w*\s*[:=]\s*[\"'][^\"'\s]{4,}[\"']|\bhash\w*\(\s*[\"'][^\"']{4,}[\"']", re.IGNORECASE
)
_PASSWORD = regex(
    r"(\w+\.)?(hashed_?)?(password|passwd|pwd|contrase[nñ]a|senha|mot_?de_?passe|passwort)(_?hash|_?digest)?",
    re.IGNORECASE,
)
_IDS = regex(
    r"((user|account|staff|member|employee|admin|customer|client|student|teacher|patient|driver|agent)_?)?_?id",
    re.IGNORECASE,
)
_PROVES_BESIDES = regex(
    r"\b(?!confirm\w*\()\w*(verif|compare|authenticat|check(?!ed))\w*\(|\.sign_?in\w*\("
    r"|\b(otp|pin|code|auth_?code|secret|signature|challenge|nonce|(current|old)_?password"
    r"|\w*token(_?hash)?|assertion|session|cookies?)\b",
    re.IGNORECASE,
)


def _is_of_named(effect: Effect) -> bool:
    """True where the row was found by an address or an id that was sent, and by nothing else."""
    found = [o for _, origins in effect.of("filter:") for o in origins]
    if all(o.kind == "row" and o.name == "auth.users" and not o.by for o in found):  # gone through
        told = [g.about for g in effect.guards if g.check is Check.VALID]
        words = (name.rpartition(".")[2] for about in told for name in about)
        return bool(found) and any(map(_NAMES.fullmatch, words))
    sent = [by for o in found for by in (o.by if o.kind == "row" else (o,))]
    return bool(sent) and all(
        o.is_input and (_NAMES.fullmatch(o.key) or _IDS.fullmatch(o.key)) for o in sent
    )


def _named_by(effect: Effect, signed: Origins) -> Origin | None:
    """The input by which alone the account was found that a token is for."""
    for origin in sorted(signed, key=lambda o: o[:3]):
        if effect.target == SESSION and origin.is_input and _IDS.fullmatch(origin.key):
            return origin
        found_by = [by for by in origin.by if by.is_input] if origin.kind == "row" else []
        if len(found_by) == 1 and _NAMES.fullmatch(found_by[0].key):
            return found_by[0]
    return None
