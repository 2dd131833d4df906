"""The way from an entry point to an effect, as evidence that a reader can open line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.finding import CHECK, Evidence, Location
from shipworthy.prototype.handlers.deployed_open import deployed_open
from shipworthy.prototype.handlers.handler import Check, Effect, Handler
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.wording import claims

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MOST_STEPS = 4
_MOST_CLAIMS = 2


def way(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Evidence, ...]:
    """The entry point, the command that deploys it open to anybody, what it asks that proves nothing, the
    calls that lead to the effect, and that."""
    entry = Location(handler.location.path, handler.location.line)
    places = [
        entry,
        *_opened(prototype, handler, effect),
        *(guard.location for guard in claims(effect)[:_MOST_CLAIMS]),
        *(Location(s.path, s.line) for s in effect.steps[:_MOST_STEPS]),
        effect.location,
    ]
    kept = list(dict.fromkeys(places))
    return tuple(prototype.evidence("code", place) for place in kept)


def way_past(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Evidence, ...]:
    """The same way, past the checks that keep nobody out: they are why it is open."""
    hollow = (g for g in effect.guards if g.check in (Check.CLAIMED, Check.HOLLOW))
    checks = sorted({guard.location for guard in hollow})[:_MOST_CLAIMS]
    entry, *others = way(prototype, handler, effect)
    shown = (prototype.evidence(CHECK, place) for place in checks if place != entry.location)
    return (entry, *shown, *(e for e in others if e.location not in checks))


def _opened(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Location, ...]:
    """Where the platform's check of a token is turned off for what anybody may call."""
    if caller(handler, effect) is not Caller.ANYBODY:
        return ()
    place = deployed_open(prototype, handler.route)
    return () if place is None else (place,)
