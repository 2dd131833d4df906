"""Rules that ask for a role of one organisation and let its holder into the rows of all others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Policy, Schema, Table
from shipworthy.database.seed.ownership import is_tenant
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.founding import founds_a_tenant
from shipworthy.database.stated.inserts import inserts, word_of
from shipworthy.database.stated.openings import let_pass, served, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, plain
from shipworthy.database.stated.roles_asked import asked, is_of_one_tenant, names_tenant
from shipworthy.database.stated.words import at_word, bare, without_comments
from shipworthy.regex import regex

# A role by its name alone: `has_role(auth.uid(), 'admin')`, `is_owner()`; no column of the row in it.
_ROLE = regex(
    r"(?:\w+\.)?((?:has|is|check|user_has)_\w*(?:role|admin|owner|manager|staff|gestor|gerente)\w*) ?"
    r"\( ?((?:auth\.uid\(\))?(?: ?,? ?'\w+')?) ?\)"
)
_OF_ALL = regex(r"super|platform|system|global|root|service", re.IGNORECASE)
_ABOVE_ALL = regex(
    r"\b\w*(?:super|platform|system|global|saas)_?(?:admin|owner|user|dono)\w*\b", re.IGNORECASE
)
_PEOPLE = regex(r"^(?:user_roles|profiles|users|members|memberships|staff|employees)$")


def across_tenants(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Tables of tenants whose rules ask for a role alone, which other rules hold to its own tenant."""
    held = frozenset((*_held_by_rules(schema), *_of_founders(schema)))
    if not held:
        return
    for table in served(schema):
        if not _has_tenants(schema, table, owners.get(table.qualified, Ownership())):
            continue
        found = {
            p: role
            for verb in _verbs(schema, table, held)
            for p, role in _open(schema, table, verb, held)
        }
        if found:
            role = next(iter(found.values()))
            reason = f"the rule asks for {role} alone, and not of which organisation"
            yield succeeded(Actor.MEMBER, Verb.JOIN, table.qualified, found, (), reason)


def _held_by_rules(schema: Schema) -> Iterator[str]:
    """The roles that more rules hold to a tenant than believe everywhere, or any where another role is
    that of who runs the app."""
    held = Counter(r for t in schema.tables.values() for r in set(_held(schema, t)))
    if not held:
        return
    everywhere = Counter(r for t in schema.tables.values() for r in _everywhere(schema, t))
    above = any(_ABOVE_ALL.search(t) for table in schema.tables.values() for t in _texts(table))
    for role, times in held.items():
        if above or times >= everywhere[role] or "(" in role:
            yield role


def _texts(table: Table) -> Iterator[str]:
    return (text for policy in table.policies for text in expressions(policy))


def _everywhere(schema: Schema, table: Table) -> set[str]:
    texts = [t for p in table.policies for t in expressions(p) if t.count("(") <= MOST_NESTED]
    return {role for text in texts for role in _alone(schema, text)}


def _of_founders(schema: Schema) -> Iterator[str]:
    """The roles that whoever founds an organisation is given."""
    for function in schema.functions.values():
        code = without_comments(function.body)
        if not founds_a_tenant(code):
            continue
        for insert in inserts(code):
            name = insert.table.rpartition(".")[2]
            for column, value in insert.given:
                word = word_of(value)
                if word and power_of(column) is Power.ROLE and not _OF_ALL.search(word):
                    yield f"{name}: {word.lower()}"


def _verbs(schema: Schema, table: Table, held: frozenset[str]) -> Iterator[Verb]:
    """What is worth asking: rows have to be seen to be changed, and only people added do harm."""
    if _PEOPLE.match(table.name):
        yield Verb.INSERT
    if _open(schema, table, Verb.READ, held) or let_pass(table, Actor.STRANGER, Verb.READ):
        yield from (Verb.READ, Verb.UPDATE, Verb.DELETE)


def _open(
    schema: Schema, table: Table, verb: Verb, held: frozenset[str]
) -> list[tuple[Policy, str]]:
    """The rules for a verb that one of the roles passes by itself."""
    found = []
    for policy, _ in ways(table, Actor.STRANGER, verb):
        text = policy.check if verb is Verb.INSERT and policy.check else policy.using
        role = next((r for r in _alone(schema, text or "") if r in held), "")
        if role:
            found.append((policy, role))
    return found


def _held(schema: Schema, table: Table) -> Iterator[str]:
    """The roles that rules hold to the tenant of the row."""
    for policy in table.policies:
        for text in (t for t in expressions(policy) if t.count("(") <= MOST_NESTED):
            for alternative in at_word(bare(text), "or"):
                conditions = [plain(c) for c in at_word(bare(alternative), "and")]
                tenant = any(_names_tenant(c) for c in conditions)
                for condition in conditions:
                    if tenant or names_tenant(condition):
                        for each in at_word(bare(condition), "or"):
                            yield from _roles(schema, each, of_tenant=True, held=tenant)


def _alone(schema: Schema, text: str) -> Iterator[str]:
    """The roles that pass by themselves."""
    for alternative in at_word(bare(text), "or") if text.count("(") <= MOST_NESTED else ():
        yield from _roles(schema, alternative, of_tenant=False, held=True)


def _roles(schema: Schema, condition: str, *, of_tenant: bool, held: bool) -> Iterator[str]:
    """The roles that a condition asks for: by the call, and by where they are kept."""
    by_name = _role(condition)
    if by_name and held:
        yield by_name
    found = asked(schema, condition)
    if found and (held and not found.of_tenant if not of_tenant else held or found.of_tenant):
        yield from sorted(f"{table}: {word}" for table, word in found.roles)


def _role(condition: str) -> str:
    found = _ROLE.fullmatch(plain(condition))
    if found is None or _OF_ALL.search(found[0]):
        return ""
    return f"{found[1]}({found[2].replace('auth.uid()', '').strip(' ,')})"


def _names_tenant(condition: str) -> bool:
    """True for a condition on the tenant of the row."""
    left = re.match(r"(?:\w+\.)*(\w+) ?(?:=|in\b)", condition)
    return left is not None and (is_of_one_tenant(left[1]) or _of_own(left[1], condition))


def _of_own(column: str, condition: str) -> bool:
    return (
        column == "id"
        and re.search(r"organi|company|tenant|workspace|clinic", condition) is not None
    )


def _has_tenants(schema: Schema, table: Table, owned: Ownership) -> bool:
    parents = (schema.tables.get(key.target) for key in table.foreign_keys)
    return (
        bool(owned.tenant_columns)
        or _names_one(table)
        or is_tenant(table.name)
        or bool(_PEOPLE.match(table.name))
        or any(parent and _names_one(parent) for parent in parents)
    )


def _names_one(table: Table) -> bool:
    return any(is_of_one_tenant(c.name) for c in table.columns)
