"""Who may read and write which table as far as the SQL of the prototype says."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.names import qualified
from shipworthy.database.schema import Schema, Table
from shipworthy.errors import FactUnavailable
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Reach(StrEnum):
    """Who gets through to any row of a table with one command."""

    ANYBODY = "anybody"  # with the public key alone
    USERS = "users"  # whoever is signed in
    OWNERS = "owners"  # each to rows of their own
    UNCLEAR = "unclear"  # nothing tells, or a rule that was not understood


_VERBS = {
    "select": Verb.READ,
    "insert": Verb.INSERT,
    "update": Verb.UPDATE,
    "upsert": Verb.UPDATE,
    "delete": Verb.DELETE,
}
_ACTORS = {Actor.ANYBODY: Reach.ANYBODY, Actor.STRANGER: Reach.USERS}


_NOTHING = Schema({}, {}, {}, {})


class Policies(Struct, frozen=True):
    """The rules of all tables."""

    schema: Schema = _NOTHING

    def reach(self, table: str, operation: str) -> Reach:
        """Who may do this to any row of a table; UNCLEAR where the SQL does not tell."""
        known, verb = self.schema.tables.get(qualified(table)), _VERBS.get(operation)
        if known is None or verb is None or known.tainted or known.is_view:
            return Reach.UNCLEAR
        return _through_policies(known, verb) if known.row_security else _unsecured(known, verb)


def _through_policies(table: Table, verb: Verb) -> Reach:
    from shipworthy.database.stated.openings import ways
    from shipworthy.database.stated.passing import Who

    owned = False
    for actor, reached in _ACTORS.items():
        passing = [way for _, way in ways(table, actor, verb) if not (way.part or way.said)]
        if any(
            way.who >= (Who.ANYBODY if actor is Actor.ANYBODY else Who.USERS) for way in passing
        ):
            return reached
        owned = owned or any(way.who is Who.OWNERS for way in passing)
    return Reach.OWNERS if owned and not table.unread else Reach.UNCLEAR


def _unsecured(table: Table, verb: Verb) -> Reach:
    """Whoever it is granted to; policies that nothing switches on tell that the rest was done by hand."""
    from shipworthy.database.stated.openings import COMMANDS, ROLES

    if table.policies or not table.is_made:
        return Reach.UNCLEAR
    granted = (a for a in _ACTORS if COMMANDS[verb] in table.grants.get(ROLES[a], ()))
    return next((_ACTORS[actor] for actor in granted), Reach.UNCLEAR)


def read_policies(prototype: Prototype) -> Policies:
    """What the SQL says; nothing where no schema of a platform is in the repository.

    Only Supabase lets browsers at the database: elsewhere row security is another matter.
    """
    try:
        history = prototype.database_history
    except FactUnavailable:
        return Policies()
    stated = prototype.stated_rules
    if history is None or stated is None or not history.supabase:
        return Policies()
    scripts = (*history.migrations, *(f for f in history.loose if not _DRAFT.search(f.path)))
    if scripts == tuple(history.migrations or history.loose):
        return Policies(stated.schema)
    from shipworthy.database.stated.stating import followed

    return Policies(followed(scripts).schema)


_DRAFT = regex(
    r"(^|/)(docs?|documentation|drafts?|designs?|examples?|templates?|old|backups?|archived?)/",
    re.I,
)
"""Scripts of which nobody says that they were run."""
