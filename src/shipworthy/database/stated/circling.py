"""Ways to power on one's own row that only wait for the day when reading the table works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attempts import Attempt, Ownership
from shipworthy.database.schema import Policy, Schema, Table
from shipworthy.database.stated.memberships import for_users, joins
from shipworthy.database.stated.openings import asks_itself, served
from shipworthy.database.stated.promotions import promotions

CIRCLE = "reading the table goes in a circle"
_NOBODY = ("service_role",)  # the rule stays to be read, and speaks of no user


def behind_a_circle(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Changes of the own row that a rule lets pass beside others that ask their own table: no query works
    until these are mended, and then it does."""
    mended = {t.qualified: _mended(t) for t in served(schema) if _goes_in_a_circle(t)}
    if not mended:
        return
    meant = replace(schema, tables={**schema.tables, **mended})
    passing = {(a.target, a.verb) for a in _raised(schema, owners)}
    for found in _raised(meant, owners):
        if found.target in mended and (found.target, found.verb) not in passing:
            yield replace(found, reason=CIRCLE)


def when(attempts: Iterable[Attempt]) -> str:
    """From when on all of these pass, to be said behind what they do; "" where they pass as it is."""
    waiting = all(attempt.reason == CIRCLE for attempt in attempts)
    return (
        ", once its rules no longer go in a circle: as they stand, every query of it fails"
        if waiting
        else ""
    )


def _raised(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    yield from promotions(schema, owners)
    yield from joins(schema, owners)


def _goes_in_a_circle(table: Table) -> bool:
    """True where no user can read a row, since a rule of reading asks the table."""
    asking = [p for p in table.policies if asks_itself(table, p)]
    reading = (p for p in asking if p.command in ("SELECT", "ALL"))
    return all(p.permissive for p in asking) and any(map(for_users, reading))


def _mended(table: Table) -> Table:
    """The table without the rules that ask it, where whoever may change his row reads it, too."""
    policies: list[Policy] = []
    for policy in table.policies:
        if asks_itself(table, policy):
            policies.append(replace(policy, roles=_NOBODY))
        elif policy.command in ("UPDATE", "ALL"):
            policies.append(replace(policy, command="UPDATE"))
            if policy.permissive:
                policies.append(replace(policy, command="SELECT", check=None))
        elif policy.command != "INSERT":
            policies.append(policy)
    return replace(table, policies=tuple(policies))
