"""Roles within an organisation that each of its members may hand out, himself included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.schema import Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import says_who
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.openings import COMMANDS, served, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, Who, plain
from shipworthy.database.stated.powers import gives_power
from shipworthy.database.stated.promotions import is_watched
from shipworthy.database.stated.roles_asked import is_of_one_tenant
from shipworthy.database.stated.words import at_word, bare, called, one_line, speaks_of
from shipworthy.regex import regex

OF_COLLEAGUES = "by each member of the organisation"
_CALLER = r"(?:auth\.uid\(\))?"
_OWN = rf"(?:\w+\.)*(?P<own>\w+)\( ?{_CALLER} ?\)"
_SAME = regex(
    rf"(?:\w+\.)*(?P<column>\w+) ?(?:=|\bin\b|= ?any) ?\(*(?: ?select )?{_OWN}(?: as \w+)? ?\)*"
)
_ONE_OF = regex(
    r"(?:\w+\.)*(?P<column>\w+) ?(?:in|=|= ?any) ?\(+ ?select (?P<asked>[^()]*auth\.uid\(\)[^()]*)\)+"
)
_BELONGS = regex(
    r"(?:\w+\.)*(?P<own>(?:is|user|belongs|check|has)_(?=\w*(?:member|belong|in_|access|part))\w*)"
    rf"\( ?(?:{_CALLER} ?, ?)?(?:\w+\.)*(?P<column>\w+) ?(?:, ?{_CALLER})? ?\)"
)
# What holds it to some of the members.
_CHOOSES = regex(
    r"role|admin|owner|manager|papel|cargo|\brol\b|permission|leader|can_|type|level|perfil|gerente|gestor|staff",
    re.IGNORECASE,
)


def promoted_colleagues(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows that say who somebody is in an organisation, which whoever belongs to it may write."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not says_who(table, owned):
            continue
        roles = [c.name for c in table.columns if power_of(c.name) is Power.ROLE]
        roles = [n for n in roles if (c := table.column(n)) and gives_power(schema, table, c)]
        for verb in (Verb.UPDATE, Verb.INSERT):
            for role in roles:
                if is_watched(schema, table, role, COMMANDS[verb]):
                    continue
                found = [p for p in _by_members(schema, table, verb) if not _asks_for(p, role)]
                if found:
                    reason, target = f"{role} can be set {OF_COLLEAGUES}", table.qualified
                    yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, found, (role,), reason)


def _by_members(schema: Schema, table: Table, verb: Verb) -> Iterator[Policy]:
    for policy, way in ways(table, Actor.STRANGER, verb):
        texts = [policy.check or policy.using] if verb is Verb.INSERT else [policy.using]
        if verb is Verb.UPDATE and policy.check:
            texts.append(policy.check)
        if way.who is Who.SOME and all(_is_open(schema, text or "") for text in texts):
            yield policy


def _asks_for(policy: Policy, role: str) -> bool:
    return speaks_of(f"{policy.using} {policy.check}", role)


def _is_open(schema: Schema, expression: str) -> bool:
    """True where one way through asks for nothing but the caller's own organisation."""
    if expression.count("(") > MOST_NESTED:
        return False
    if expression.strip().lower() == "true":
        return True
    arms = at_word(bare(expression), "or")
    return any(all(_is_mine(schema, c) for c in at_word(bare(arm), "and")) for arm in arms)


def _is_mine(schema: Schema, condition: str) -> bool:
    text = plain(condition)
    same = _SAME.fullmatch(text) or _BELONGS.fullmatch(text)
    if same:
        return is_of_one_tenant(same["column"]) and _is_of_all(schema, same["own"])
    one = _ONE_OF.fullmatch(text)
    if one is None or not is_of_one_tenant(one["column"]) or _CHOOSES.search(_where(one["asked"])):
        return False
    return not called(one["asked"].replace("auth.uid()", ""))


def _where(query: str) -> str:
    return query.partition(" where ")[2]


def _is_of_all(schema: Schema, name: str) -> bool:
    """True for a function that finds the caller's organisation, whatever he is in it."""
    bodies = [one_line(f.body) for f in schema.functions.values() if f.name == name]
    return bool(bodies) and not any(
        _CHOOSES.search(_where(body)) or "auth.uid()" not in body for body in bodies
    )
