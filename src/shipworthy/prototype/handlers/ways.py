"""The way from an entry point to an effect, as evidence that a reader can open line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.finding import Evidence, Location
from shipworthy.prototype.handlers.handler import Effect, Handler

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MOST_STEPS = 4


def way(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Evidence, ...]:
    """The entry point, the calls that lead to the effect, and the effect itself."""
    entry = Location(handler.location.path, handler.location.line)
    places = [
        entry,
        *(Location(s.path, s.line) for s in effect.steps[:_MOST_STEPS]),
        effect.location,
    ]
    kept = list(dict.fromkeys(places))
    return tuple(prototype.evidence("code", place) for place in kept)
