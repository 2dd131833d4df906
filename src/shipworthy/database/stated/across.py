"""Rules that ask for a role of one organisation and let its holder into the rows of all others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Policy, Schema, Table
from shipworthy.database.seed.ownership import is_tenant, is_tenant_column
from shipworthy.database.stated.openings import let_pass, served, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, plain
from shipworthy.database.stated.words import at_word, bare
from shipworthy.regex import regex

# A role by its name alone: `has_role(auth.uid(), 'admin')`, `is_owner()`; no column of the row in it.
_ROLE = regex(
    r"(?:\w+\.)?((?:has|is|check|user_has)_\w*(?:role|admin|owner|manager|staff|gestor|gerente)\w*) ?"
    r"\( ?((?:auth\.uid\(\))?(?: ?,? ?'\w+')?) ?\)"
)
_OF_ALL = regex(r"super|platform|system|global|root|service", re.IGNORECASE)
_PEOPLE = regex(r"^(?:user_roles|profiles|users|members|memberships|staff|employees)$")


def across_tenants(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Tables of tenants whose rules ask for a role alone, which other rules hold to its own tenant."""
    held = frozenset(role for table in schema.tables.values() for role in _held(table))
    if not held:
        return
    for table in served(schema):
        if not _has_tenants(table, owners.get(table.qualified, Ownership())):
            continue
        found = {p: role for verb in _verbs(table, held) for p, role in _open(table, verb, held)}
        if found:
            role = next(iter(found.values()))
            reason = f"the rule asks for {role} alone, and not of which organisation"
            yield succeeded(Actor.MEMBER, Verb.JOIN, table.qualified, found, (), reason)


def _verbs(table: Table, held: frozenset[str]) -> Iterator[Verb]:
    """What is worth asking: rows have to be seen to be changed, and only people added do harm."""
    if _PEOPLE.match(table.name):
        yield Verb.INSERT
    if _open(table, Verb.READ, held) or let_pass(table, Actor.STRANGER, Verb.READ):
        yield from (Verb.READ, Verb.UPDATE, Verb.DELETE)


def _open(table: Table, verb: Verb, held: frozenset[str]) -> list[tuple[Policy, str]]:
    """The rules for a verb that one of the roles passes by itself."""
    found = []
    for policy, _ in ways(table, Actor.STRANGER, verb):
        text = policy.check if verb is Verb.INSERT and policy.check else policy.using
        role = next((r for r in _alone(text or "") if r in held), "")
        if role:
            found.append((policy, role))
    return found


def _held(table: Table) -> Iterator[str]:
    """The roles that rules hold to the tenant of the row."""
    for policy in table.policies:
        for text in (t for t in expressions(policy) if t.count("(") <= MOST_NESTED):
            for alternative in at_word(bare(text), "or"):
                conditions = [plain(c) for c in at_word(bare(alternative), "and")]
                if any(_names_tenant(c) for c in conditions):
                    for condition in conditions:
                        yield from (_role(r) for r in at_word(bare(condition), "or") if _role(r))


def _alone(text: str) -> Iterator[str]:
    """The roles that pass by themselves."""
    for alternative in at_word(bare(text), "or") if text.count("(") <= MOST_NESTED else ():
        role = _role(plain(alternative))
        if role:
            yield role


def _role(condition: str) -> str:
    found = _ROLE.fullmatch(plain(condition))
    if found is None or _OF_ALL.search(found[0]):
        return ""
    return f"{found[1]}({found[2].replace('auth.uid()', '').strip(' ,')})"


def _names_tenant(condition: str) -> bool:
    """True for a condition on the tenant of the row."""
    left = re.match(r"(?:\w+\.)*(\w+) ?(?:=|in\b)", condition)
    return left is not None and (is_tenant_column(left[1]) or _of_own(left[1], condition))


def _of_own(column: str, condition: str) -> bool:
    return (
        column == "id"
        and re.search(r"organi|company|tenant|workspace|clinic", condition) is not None
    )


def _has_tenants(table: Table, owned: Ownership) -> bool:
    named = any(is_tenant_column(c.name) for c in table.columns)
    return (
        bool(owned.tenant_columns)
        or named
        or is_tenant(table.name)
        or bool(_PEOPLE.match(table.name))
    )
