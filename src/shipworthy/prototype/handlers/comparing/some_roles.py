"""Whose something is, where that is asked of callers with one role alone: `role === "guest" && !isOwn`."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.comparing.comparison import STAFF
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards
from shipworthy.prototype.program.fallbacks import words_of
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Compare, Expression, Literal
from shipworthy.regex import regex

SOME_ROLES = "asked of some roles alone"
"""How a guard is put that all pass whose role is none of those that are named: most often the staff."""

WHOSE_OF_SOME = f"{SOME_ROLES}, and no word of a tenant: "
"""The same where no more is compared than whose the row is, before the roles."""


def asked_of_some_roles(
    test: Expression, yes: Guards, no: Guards, asked: Guards, compared: object
) -> Guards:
    """What is asked where a test of the role holds, as far as it binds those for whom it does not.

    Not where it is the staff that is asked: then everybody else is asked nothing.
    """
    told = any(g.check is Check.ROLE for g in yes - no)
    owned = [g for g in asked if g.check is Check.OWNER]
    if not told or not owned or any(word.lower() in STAFF for word in words_of(test)):
        return NO_GUARDS
    roles = [f.value for f in nodes_in(test, Literal) if isinstance(f.value, str)]
    how = f"{WHOSE_OF_SOME}{', '.join(roles)}" if roles and _of_one(compared) else SOME_ROLES
    return frozenset(g._replace(check=Check.UNCLEAR, how=how) for g in owned)


def _of_one(tree: object) -> bool:
    """True where ids are compared as they stand, and none of a tenant."""
    compares = list(nodes_in(tree, Compare))
    named = [word for compare in compares for word in words_of(compare)]
    asked = [word for call in nodes_in(tree, Call) for word in words_of(call.function)]
    return (
        bool(compares) and not any(map(_OF_MANY.search, named)) and not any(map(_ASKS.match, asked))
    )


_ASKS = regex(r"^_?(is|has|can|may|check|require|ensure|assert|belongs|owns)(?![a-z])")
_OF_MANY = regex(
    r"tenant|org|compan|workspace|church|school|clinic|agency|famil|household|account|business|firm|practice"
    r"|instit|club|gym|salon|studio|hospital|restaurant|hotel|branch|site|store|team|dep(artmen)?t|location|group|class"
    r"|course|project",
    re.IGNORECASE,
)
