"""The route that Auth.js serves: what the prototype itself adds to its logins."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge.auth_js import run_logins
from shipworthy.prototype.handlers.values import NO_GUARDS, Value
from shipworthy.prototype.handlers.walk import Walk


class AuthJsEntry(Struct):
    """The callbacks of a prototype that Auth.js runs for whoever comes."""

    location: Location
    made: Value
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run them; nothing is asked of whoever signs in."""
        run_logins(walk, self.made, self.location.line)
        return walk.guards
