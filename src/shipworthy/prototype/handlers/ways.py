"""The way from an entry point to an effect, as evidence that a reader can open line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.finding import Evidence, Location
from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.wording import claims

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MOST_STEPS = 4
_MOST_CLAIMS = 2


def way(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Evidence, ...]:
    """The entry point, what it asks that proves nothing, the calls that lead to the effect, and that."""
    entry = Location(handler.location.path, handler.location.line)
    places = [
        entry,
        *(guard.location for guard in claims(effect)[:_MOST_CLAIMS]),
        *(Location(s.path, s.line) for s in effect.steps[:_MOST_STEPS]),
        effect.location,
    ]
    kept = list(dict.fromkeys(places))
    return tuple(prototype.evidence("code", place) for place in kept)
