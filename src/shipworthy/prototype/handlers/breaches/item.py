"""Things of others at another service, which the caller names beside what is his."""

from __future__ import annotations

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.breach import SETTLING, Breach, Judged
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.addressed import ADDRESSED
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex

_DEEDS = {"get": Harm.READ, "delete": Harm.DELETE}


def named_at_service(effect: Effect) -> frozenset[str]:
    """The inputs that name what a request to another service is about."""
    return frozenset(effect.literals.get(ADDRESSED, "").split())


def of_item(handler: Handler, effect: Effect) -> Judged | None:
    """A thing that the server's own key opens, named by the caller where another id alone is compared
    with him: his company is, the file is not."""
    named = frozenset(name for name in named_at_service(effect) if _ID.search(name))
    if effect.kind is not EffectKind.FETCH or not named or effect.has(*SETTLING):
        return None
    who = caller(handler, effect)
    owners = [g.about for g in effect.guards if g.check is Check.OWNER]
    held = frozenset().union(*owners)
    known = frozenset().union(*(g.about for g in effect.guards if g.check is Check.ALLOWED))
    if who is not Caller.KNOWN or not held or not all(owners) or named & (held | known):
        return None
    if held & named_at_service(effect) or _is_looked_up(handler, effect, named):
        return None
    kind = _DEEDS.get(effect.operation, Harm.CHANGE)
    why = " ".join(sorted(held))
    return Judged(Breach.FOREIGN, effect, kind, who, Severity.HIGH, Confidence.MEDIUM, why)


_ID = regex(r"(^|[._-])(id|uuid|key)$|(Id|ID|Uuid|Key)$")


def _is_looked_up(handler: Handler, effect: Effect, named: frozenset[str]) -> bool:
    """True where a row of the prototype's own was found by the same id before: it may say whose it is."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(
        str(origin) in named
        for earlier in before
        if earlier.kind is EffectKind.QUERY
        for _, origins in earlier.of("filter:")
        for origin in origins
    )
