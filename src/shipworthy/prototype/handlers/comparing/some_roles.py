"""Whose something is, where that is asked of callers with one role alone: `role === "guest" && !isOwn`."""

from __future__ import annotations

from shipworthy.prototype.handlers.comparing.comparison import STAFF
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards
from shipworthy.prototype.program.fallbacks import words_of
from shipworthy.prototype.program.nodes import Expression

SOME_ROLES = "asked of some roles alone"
"""How a guard is put that all pass whose role is none of those that are named: most often the staff."""


def asked_of_some_roles(test: Expression, yes: Guards, no: Guards, asked: Guards) -> Guards:
    """What is asked where a test of the role holds, as far as it binds those for whom it does not.

    Not where it is the staff that is asked: then everybody else is asked nothing.
    """
    told = any(g.check is Check.ROLE for g in yes - no)
    owned = [g for g in asked if g.check is Check.OWNER]
    if not told or not owned or any(word.lower() in STAFF for word in words_of(test)):
        return NO_GUARDS
    return frozenset(g._replace(check=Check.UNCLEAR, how=SOME_ROLES) for g in owned)
