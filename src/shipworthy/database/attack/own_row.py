"""Rows that say who somebody is, and the one that is about the attacker."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipworthy.database.attack.persona import FRESH, MEMBER, Persona
from shipworthy.database.attack.session import Session
from shipworthy.database.attack.target import Target, as_row
from shipworthy.database.names import quoted_part
from shipworthy.database.seed.ownership import one_row_each, says_who
from shipworthy.database.seed.values import quoted


class OwnRow(Struct, frozen=True):
    """A row about oneself, and the condition that finds it."""

    persona: Persona
    row: Mapping[str, str | None]
    condition: str

    @staticmethod
    def find(session: Session, target: Target) -> OwnRow | None:
        """The row that the sign-up gave the stranger, else the one of B."""
        if target.table.is_view or not target.ownership.user_columns:
            return None
        with session.turn(None) as turn:
            for persona in (FRESH, MEMBER):
                condition = own_row(target, persona)
                rows = turn.rows(target.name, condition)
                if rows:
                    return OwnRow(persona, as_row(rows[0]), condition)
        return None


def is_personal(target: Target) -> bool:
    """True for tables whose rows say who somebody is: profiles, roles, memberships, wallets."""
    return not target.table.is_view and says_who(target.table, target.ownership.user_columns)


def one_each(target: Target) -> bool:
    """True where a user has at most one row."""
    return one_row_each(target.table, target.ownership.user_columns)


def single_key(target: Target) -> tuple[str, ...]:
    key = target.table.primary_key
    return key if len(key) == 1 else ()


def own_row(target: Target, persona: Persona = FRESH) -> str:
    """The WHERE for rows about oneself: by the user column that is the key, else by the first."""
    users = target.ownership.user_columns
    keys = [c for c in users if c in target.table.primary_key]
    named = [c for c in users if c in ("user_id", "profile_id", "auth_id", "member_id")]
    column = next(iter((*named, *keys, *users)))
    identity = persona.person.id if persona.person else ""
    return f"{quoted_part(column)}::text = {quoted(identity)}"
