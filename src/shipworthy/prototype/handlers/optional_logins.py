"""A login of the whole app that asks only where a setting is there: `if not pin_enabled(): return`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.handlers.handler import EffectKind, Handler
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ABOVE = 22  # lines from the head of such a check to its refusal
_REFUSES = regex(
    r"\b(log-?in|pin|password|passcode|auth\w*|token|api[ _-]?key|session|sign-?in)\b.{0,20}\brequired"
    r"|unauthori[sz]ed|not (authenticated|logged in|signed in)|authenticat\w+ required"
)
_OFF = regex(
    r"\bif\s+\(?\s*(not\s+|!\s*)[\w.]*(enabled|configured|pin|password|passcode|auth_required"
    r"|login_required|require_auth|require_login|require_pin)\b(\(\))?\s*\)?\s*(:|\{|return|$)"
)


def asked_where_set(prototype: Prototype, handler: Handler) -> Location | None:
    """Where callers are refused before an entry point is reached, once a setting says so."""
    for effect in handler.effects:
        if effect.kind is not EffectKind.RESPONSE or effect.path == handler.location.path:
            continue
        if not _REFUSES.search(effect.literals.get("message", "").lower()):
            continue
        file = prototype.files.get(effect.path)
        first = max(1, effect.line - _ABOVE)
        above = [file.line(n).lower() for n in range(first, effect.line)] if file else []
        if any(map(_OFF.search, above)):
            return Location(effect.path, effect.line)
    return None
