"""Ways to power that the stated rules leave open: on one's own row, by a row about oneself, by metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Ownership, Rule, Verb
from shipworthy.database.rules.callers_rights import may_read_accounts, reads_accounts
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import one_row_each, says_who
from shipworthy.database.seed.power import power_of
from shipworthy.database.seed.sign_up import USERS, trigger_bodies
from shipworthy.database.stated.openings import served, stopped, succeeded, ways
from shipworthy.database.stated.passing import Who, trusts_metadata
from shipworthy.database.stated.powers import gives_power
from shipworthy.database.stated.words import called, speaks_of
from shipworthy.regex import regex


def promotions(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows that say who somebody is and that their owner may write, power included."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned or not says_who(table, owned):
            continue
        given = [c for c in table.columns if gives_power(schema, table, c) and c.name not in owned]
        for verb in (Verb.UPDATE, Verb.INSERT):
            yield from _raised(schema, table, owned, given, verb)


def by_metadata(schema: Schema) -> Iterator[Attempt]:
    """Rules that believe what users write about themselves, wherever it gives power."""
    found: dict[str, list[Rule]] = {}
    works = may_read_accounts(schema)
    for table in schema.tables.values():
        for policy in table.policies:
            asked = [t for t in expressions(policy) if works or not reads_accounts(t)]
            for key in _believed(" ".join(asked)):
                made = succeeded(Actor.STRANGER, Verb.PROMOTE, USERS, (policy,))
                found.setdefault(key, []).extend(made.rules)
    policies = (p for table in schema.tables.values() for p in table.policies)
    functions = called(" ".join(text for policy in policies for text in expressions(policy)))
    for function in schema.functions.values():
        if not (works or function.definer) and reads_accounts(function.body):
            continue  # it fails for whoever calls it
        if not function.is_trigger and function.name in functions:
            for key in _believed(function.body):
                text = f"function {function.qualified}, which rules of row security ask"
                found.setdefault(key, []).append(Rule(text, function.source))
    for key, rules in found.items():
        reason = f"rules of row security trust user_metadata.{key}, which every user may change"
        made = succeeded(Actor.STRANGER, Verb.PROMOTE, USERS, (), (f"user_metadata.{key}",), reason)
        yield replace(made, rules=tuple(rules))


_KEY = regex(r"(?:user_metadata|raw_user_meta_data)'?\s*\)?\s*->>?\s*'(\w+)'", re.IGNORECASE)


def _believed(text: str) -> Iterator[str]:
    if trusts_metadata(text):
        yield from dict.fromkeys(k for k in _KEY.findall(text) if power_of(k))


def _raised(
    schema: Schema, table: Table, owned: tuple[str, ...], given: list[Column], verb: Verb
) -> Iterator[Attempt]:
    open_columns: list[str] = []
    rules: dict[Policy, None] = {}
    for column in given:
        found = unguarded(schema, table, owned, column.name, verb)
        if found:
            open_columns.append(column.name)
            rules |= dict.fromkeys(found)
    if open_columns:
        words = "set" if verb is Verb.UPDATE else "chosen in a new row about oneself"
        reason = f"{', '.join(open_columns)} can be {words}"
        yield succeeded(
            Actor.STRANGER, Verb.PROMOTE, table.qualified, rules, tuple(open_columns), reason
        )


def unguarded(
    schema: Schema, table: Table, owned: tuple[str, ...], column: str, verb: Verb
) -> tuple[Policy, ...]:
    """The rules that let a user write this column of rows about himself; none where anything may stop it."""
    command = "UPDATE" if verb is Verb.UPDATE else "INSERT"
    if is_watched(schema, table, column, command):
        return ()
    if verb is Verb.INSERT and one_is_there(schema, table, owned):
        return ()
    if verb is Verb.UPDATE and all(
        w.who < Who.OWNERS for _, w in ways(table, Actor.STRANGER, Verb.READ)
    ):
        return ()
    found = []
    for policy, way in ways(table, Actor.STRANGER, verb):
        asked = " ".join(expressions(policy))
        if way.who >= Who.OWNERS and not way.part and not speaks_of(asked, column):
            found.append(policy)
    return tuple(found)


def is_watched(schema: Schema, table: Table, column: str, command: str) -> bool:
    """True where a trigger may see to the column before a row is written."""
    told = rf"\b{re.escape(column)}\b|to_jsonb|raise\s+exception"
    return stopped(schema, table, command, told)


def one_is_there(schema: Schema, table: Table, owned: tuple[str, ...]) -> bool:
    """True where the sign-up makes the one row that a user may have."""
    named = re.escape(table.name)
    made = re.compile(rf"insert\s+into\s+(?:public\s*\.\s*)?\"?{named}\"?\b", re.IGNORECASE)
    once = one_row_each(table, owned) or not table.is_made  # nothing tells what is unique there
    return once and any(made.search(body) for body in trigger_bodies(schema))
