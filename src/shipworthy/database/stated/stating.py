"""The rules of a history as its files state them, for where nobody rebuilds the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from shipworthy.database.attempts import Attempt, Ownership, Seeding, Verb
from shipworthy.database.era import era_of
from shipworthy.database.history import History, SqlFile
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.order import in_likely_order
from shipworthy.database.proof import DatabaseProof, Era, Repair, Replay, Unreachable
from shipworthy.database.schema import Schema, Table, Trust
from shipworthy.database.seed.ownership import ownerships
from shipworthy.database.stated.across import across_tenants
from shipworthy.database.stated.approvals import approvals, plans_of_tenants
from shipworthy.database.stated.bans import lifted_bans
from shipworthy.database.stated.beneath import beneath
from shipworthy.database.stated.circling import behind_a_circle
from shipworthy.database.stated.colleagues import promoted_colleagues
from shipworthy.database.stated.described import described, with_their_origin
from shipworthy.database.stated.everybodys import TAKES_EVERYBODY, as_written, given_to_all
from shipworthy.database.stated.failing import as_they_fail
from shipworthy.database.stated.following import Following
from shipworthy.database.stated.functions import callable_functions
from shipworthy.database.stated.memberships import invitations, joins
from shipworthy.database.stated.nobody import TAKES_NOBODY, open_to_nobody
from shipworthy.database.stated.of_the_system import of_the_system
from shipworthy.database.stated.openings import open_buckets, open_tables
from shipworthy.database.stated.promotions import by_metadata, promotions
from shipworthy.database.stated.purchases import purchases
from shipworthy.database.stated.raising import raised_callers
from shipworthy.database.stated.rewritten import rewritten
from shipworthy.database.stated.settled import settled
from shipworthy.database.stated.sign_ups import sign_ups
from shipworthy.database.stated.through_people import THROUGH, through_people
from shipworthy.database.stated.views_beside import scripts_that_were_run, views_of
from shipworthy.regex import regex

_NUMBERED = regex(r"(?:^|/)\d+[^/]*\.sql$")
_SPEAKS_OF = regex(
    rf"\bpolicy\s+(?:if\s+exists\s+)?(?:\"[^\"]+\"|\w+)\s+on\s+({QUALIFIED})"
    rf"|\btable\s+(?:if\s+exists\s+)?(?:only\s+)?({QUALIFIED})\s+(?:en|dis)able\s+row\s+level",
    re.IGNORECASE,
)
_RULES = regex(
    r"\b(?:policy|policies|revoke|row\s+level|function|security_invoker|trigger)\b", re.IGNORECASE
)
_NO_ORDER = "several scripts in no known order speak of its rules"


def stated(history: History) -> DatabaseProof:
    """What the SQL of a prototype says, as if it had been rebuilt; only what plainly passes is in it.

    Scripts beside the migrations may have been run or not: what they speak of has to pass either way.
    """
    scripts = history.migrations or in_likely_order(history.loose)
    era, reason = era_of(scripts)
    following = _following(history, scripts)
    schema = described(_served(following, history), history)
    repairs = tuple(Repair(f"table {n}", "spoken of first", None) for n in following.awaited)
    unordered = dict.fromkeys(() if history.migrations else _unordered(scripts), _NO_ORDER)
    tables = {
        name: replace(table, tainted=table.tainted or unordered.get(name, ""))
        for name, table in schema.tables.items()
    }
    schema = replace(schema, tables=tables)
    owners = ownerships(schema)
    attempts = _either_way(tuple(_attempts(schema, owners, history.kept)), history, following)
    return DatabaseProof(
        engine="",
        supabase=history.supabase,
        era=era,
        era_reason=reason,
        replay=Replay(len(scripts), 0, {}, (), repairs, None),
        schema=schema,
        seeding={name: Seeding(name, 0, owned) for name, owned in owners.items()},
        attempts=tuple(with_their_origin(attempts, schema)),
        unreachable=Unreachable((), 0),
        declared_public=history.declared_public,
        seconds={},
    )


def _served(following: Following, history: History) -> Schema:
    """What is left, as the platform serves it."""
    return replace(following.schema, exposed=history.exposed)


def _following(history: History, scripts: Sequence[SqlFile]) -> Following:
    """The state of the migrations on top of the tables that they need, or else that of the scripts."""
    if not history.migrations:
        return followed(scripts, Trust.LOOSE)
    following = followed(scripts)
    if not history.supabase:
        return following
    below = beneath(history, following, granted=era_of(scripts)[0] is Era.LEGACY)
    following = followed(scripts, below=below) if below else following
    beside = in_likely_order(list(scripts_that_were_run(history, following.tables)))
    if beside:
        others = in_likely_order([f for f in history.loose if f not in beside])
        after = followed((*scripts, *beside, *others), below=below)
        following.tables.update(views_of(beside, following.tables, after.tables))
    return following


def followed(
    scripts: Sequence[SqlFile],
    trust: Trust = Trust.MIGRATION,
    below: Mapping[str, Table] | None = None,
) -> Following:
    """The state that scripts lead to which run in this order, upon the tables `below`."""
    following = Following(granted=era_of(scripts)[0] is Era.LEGACY, trust=trust)
    following.tables.update(below or {})
    for file in scripts:
        following.run(file)
    return following


def _attempts(
    schema: Schema, owners: Mapping[str, Ownership], kept: frozenset[str]
) -> Iterator[Attempt]:
    found = tuple(_of_users(schema, owners, kept))
    yield from found
    known = {(a.target, a.columns) for a in found if a.verb is Verb.PROMOTE}
    through = _of_people(as_they_fail(schema), owners, kept)
    yield from (a for a in through if (a.target, a.columns) not in known)


def _of_people(
    schema: Schema, owners: Mapping[str, Ownership], kept: frozenset[str]
) -> Iterator[Attempt]:
    """What who is named by a row through a row of his own may make of it."""
    held = through_people(schema, owners)
    if held is schema:
        return
    named = ownerships(held)
    found = (
        *promotions(held, named),
        *approvals(held, named),
        *purchases(held, named),
        *settled(held, named, kept),
        *of_the_system(held, named),
    )
    written = as_written(found, (schema, held, THROUGH))
    for attempt, told in zip(found, written, strict=True):
        if attempt is not told:
            yield told


def _of_users(
    schema: Schema, owners: Mapping[str, Ownership], kept: frozenset[str]
) -> Iterator[Attempt]:
    yield from by_metadata(schema)
    yield from sign_ups(schema)
    schema = as_they_fail(schema)
    called = tuple(callable_functions(schema, owners))
    yield from called
    others = {attempt.target for attempt in called}
    yield from (a for a in raised_callers(schema) if a.target not in others)
    yield from promotions(schema, owners)
    yield from behind_a_circle(schema, owners)
    opened = open_to_nobody(schema)
    given = given_to_all(opened, owners)
    steps = ((schema, opened, TAKES_NOBODY), (opened, given, TAKES_EVERYBODY))
    yield from as_written(_by_rules(given, owners, kept), *steps)


def _by_rules(
    schema: Schema, owners: Mapping[str, Ownership], kept: frozenset[str]
) -> Iterator[Attempt]:
    yield from open_tables(schema)
    yield from open_buckets(schema)
    yield from rewritten(schema)
    yield from approvals(schema, owners)
    yield from plans_of_tenants(schema)
    yield from promoted_colleagues(schema, owners)
    yield from lifted_bans(schema, owners)
    yield from purchases(schema, owners)
    yield from settled(schema, owners, kept)
    yield from of_the_system(schema, owners)
    yield from joins(schema, owners)
    yield from invitations(schema)
    yield from across_tenants(schema, owners)


def _either_way(
    found: tuple[Attempt, ...], history: History, following: Following
) -> tuple[Attempt, ...]:
    """The attempts that pass too where the scripts beside the migrations were run after them."""
    beside = [f for f in history.loose if _RULES.search(f.text)]
    if not found or not history.migrations or not beside:
        return found
    for file in in_likely_order(beside):
        following.run(file)
    after = described(_served(following, history), history)
    still = {(a.actor, a.verb, a.target) for a in _attempts(after, ownerships(after), history.kept)}
    unguarded = {name for name, table in after.tables.items() if not table.row_security}
    return tuple(a for a in found if (a.actor, a.verb, a.target) in still or a.target in unguarded)


def _unordered(scripts: Iterable[SqlFile]) -> Iterator[str]:
    """Tables of whose rules several scripts speak that carry no number, and are all there is."""
    seen: dict[str, SqlFile] = {}
    for file in scripts:
        for name in _spoken_of(file):
            first = seen.setdefault(name, file)
            if first is not file and not (
                _NUMBERED.search(first.path) and _NUMBERED.search(file.path)
            ):
                yield name


def _spoken_of(file: SqlFile) -> frozenset[str]:
    if "policy" not in file.text.lower() and "row level" not in file.text.lower():
        return frozenset()
    return frozenset(qualified(a or b) for a, b in _SPEAKS_OF.findall(file.text))
