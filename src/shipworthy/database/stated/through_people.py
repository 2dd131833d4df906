"""Rows of one's own that name a person of another table, whose row names the user who signs in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Ownership, Verb
from shipworthy.database.schema import Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import is_tenant, one_row_each
from shipworthy.database.stated.approvals import names_my_tenant
from shipworthy.database.stated.everybodys import in_one_way, said_for_caller
from shipworthy.database.stated.openings import asks_itself, ways
from shipworthy.database.stated.passing import MOST_NESTED, Who
from shipworthy.database.stated.words import NESTED, at_word, bare
from shipworthy.regex import regex

THROUGH = "which holds for who is named by the row"
_UID = r"auth\.uid\(\)"
_LOGIN = regex(
    r"^(?:auth_)?(?:user|profile|account|usuario|perfil)_?id$|^auth_id$|^(?:auth_)?uid$|^auth_user$"
)
_PERSON = regex(
    r"(?:^|_)(?:drivers?|employees?|students?|teachers?|tutors?|parents?|guardians?|patients?|customers?|clients?"
    r"|members?|riders?|couriers?|workers?|staff|agents?|providers?|sellers?|vendors?|freelancers?|candidates?"
    r"|applicants?|guests?|volunteers?|players?|coach(?:es)?|trainers?|instructors?|doctors?|nurses?|affiliates?"
    r"|influencers?|creators?|partners?|contractors?|technicians?|mentors?|therapists?|merchants?|borrowers?"
    r"|donors?|alunos?|clientes?|funcionarios?|motoristas?|professores|pacientes?|estudiantes|empleados)"
    r"(?:_profiles?)?$|(?:^|_)profiles?$"
)
# Who says what becomes of a row, by the name of the column.
_DECIDES = regex(
    r"approv|review|manager|supervisor|assign|admin|verif|decid|process|responsible|lead_id$|head_id$"
)
# Who sells, lends or works, where the row is about somebody else, too.
_SERVES = regex(
    r"seller|vendor|provider|merchant|host|driver|owner|business|store|shop|restaurant|instructor|doctor|barber|staff"
    r"|landlord|agent|courier|freelanc|creat|cashier|employee|teacher|tutor|mentor|coach|trainer|artist|worker|nurse"
    r"|therapist|technician|contractor|organi[sz]er|lender|supplier|recipient|receiver|partner|professor"
)


class _Person(Struct, frozen=True):
    """A table of people: its key, and how a condition or a function finds the caller's row in it."""

    table: Table
    key: str
    listed: re.Pattern[
        str
    ]  # … where driver_id in (select id from drivers where user_id = auth.uid())
    exists: re.Pattern[str]
    mine: re.Pattern[str]
    answered: re.Pattern[str] | None = None


def through_people(schema: Schema, owners: Mapping[str, Ownership]) -> Schema:
    """The schema with each condition that holds a row to the person who calls, told by his row in another
    table, as one that compares the row with the caller; itself where there is none."""
    people = tuple(_people(schema, owners))
    if not people:
        return schema
    changed = {}
    for name, table in schema.tables.items():
        policies = tuple(_held(p, table, people, owners) for p in table.policies)
        if any(a is not b for a, b in zip(policies, table.policies, strict=True)):
            changed[name] = replace(table, policies=policies)
    return replace(schema, tables={**schema.tables, **changed}) if changed else schema


def _people(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[_Person]:
    bodies = None
    for name, table in schema.tables.items():
        key = next(iter(table.primary_key), "")
        users = owners.get(name, Ownership()).user_columns
        logins = tuple(c for c in users if _LOGIN.match(c.lower()))
        if table.source.trust is Trust.STUB or len(table.primary_key) != 1 or key in users:
            continue
        if not logins or is_tenant(name):
            continue
        if not (_PERSON.search(table.name) or one_row_each(table, logins)):
            continue
        if bodies is None:
            functions = (f for f in schema.functions.values() if not f.is_trigger)
            bodies = [(f.name, f.definer, said_for_caller(f)) for f in functions]
        yield _person(table, key, logins, bodies)


def _person(
    table: Table, key: str, logins: tuple[str, ...], bodies: list[tuple[str, bool, str]]
) -> _Person:
    login = rf"(?:\w+\.)?(?:{'|'.join(map(re.escape, logins))})"
    mine = rf"\(*(?:{login} ?= ?{_UID}|{_UID} ?= ?{login})\)*"
    named = rf"from {re.escape(table.name)}"
    source = rf"{named}(?: (?:as )?(?!where\b)\w+)?"
    looked_up = rf"select (?:\w+\.)?{re.escape(key)}(?: into \w+)? {source} where {mine}"
    once = r"(?: limit 1)?"
    sees = not table.row_security or any(
        w.who >= Who.OWNERS and not w.part for _, w in ways(table, Actor.STRANGER, Verb.READ)
    )
    whole = re.compile(rf"\b{looked_up}{once} ?(?:;|\)|$)")
    names = [n for n, definer, body in bodies if (sees or definer) and whole.search(body)]
    never = r"(?!)"
    column = r"((?:\w+\.)?\w+)"
    return _Person(
        table,
        key,
        re.compile(rf"{column} ?(?:=|in|= ?any) ?\(+ ?{looked_up}{once} ?\)+" if sees else never),
        re.compile(
            rf"exists ?\( ?select [\w.*]+ {named}"
            rf"(?: (?:as )?(?!where\b)(\w+))? where ({NESTED})\)"
            if sees
            else never
        ),
        re.compile(mine),
        re.compile(
            rf"{column} ?= ?\(?(?:select )?(?:{'|'.join(map(re.escape, names))})\((?:{_UID})?\)\)?"
        )
        if names
        else None,
    )


def _held(
    policy: Policy, table: Table, people: tuple[_Person, ...], owners: Mapping[str, Ownership]
) -> Policy:
    if asks_itself(table, policy):
        return policy
    if policy.command not in ("SELECT", "UPDATE"):
        # a new row about a person is none of the table that lists them
        people = tuple(p for p in people if p.table.qualified != table.qualified)
    users = owners.get(table.qualified, Ownership()).user_columns
    using, check = (_as_held(t, table, people, users) for t in (policy.using, policy.check))
    if (using, check) == (policy.using, policy.check):
        return policy
    return replace(policy, using=using, check=check)


def _as_held(
    text: str | None, table: Table, people: tuple[_Person, ...], users: tuple[str, ...]
) -> str | None:
    if text is None or "(" not in text or text.count("(") > MOST_NESTED:
        return text
    normal = in_one_way(text)
    arms = [at_word(bare(arm), "and") for arm in at_word(bare(normal), "or")]
    held = [[_condition(c, table, people, users) for c in arm] for arm in arms]
    if held == arms:
        return text
    for asked, arm in zip(arms, held, strict=True):
        if asked != arm:  # who is held to himself is in his organisation, too
            arm[:] = [c for c in arm if not names_my_tenant(c)]
    return " or ".join(f"({' and '.join(arm)})" for arm in held)


def _condition(
    condition: str, table: Table, people: tuple[_Person, ...], users: tuple[str, ...]
) -> str:
    text = bare(condition)
    for person in people:
        column = _named(text, person, table)
        if column and _is_about(column, table, person, people, users):
            return f"{column} = auth.uid()"
    return condition


def _named(text: str, person: _Person, table: Table) -> str:
    """The column of the row that has to be the caller's key among these people; "" for none."""
    for pattern in (person.listed, person.answered):
        found = pattern.fullmatch(text) if pattern else None
        if found:
            return _own(found[1], table)
    found = person.exists.fullmatch(text)
    if found is None:
        return ""
    parts = at_word(bare(found[2]), "and")
    if len(parts) != 2 or sum(bool(person.mine.fullmatch(bare(p))) for p in parts) != 1:
        return ""
    joined = next(bare(p) for p in parts if not person.mine.fullmatch(bare(p)))
    sides = [side.strip() for side in joined.split("=")]
    names = {f"{found[1] or person.table.name}.{person.key}"}
    if person.table.column(person.key) and table.column(person.key) is None:
        names.add(person.key)
    if len(sides) != 2 or not set(sides) & names:
        return ""
    other = sides[1] if sides[0] in names else sides[0]
    if "." not in other and person.table.column(other) is not None:
        return ""  # a column of the people, not of the row
    return _own(other, table)


def _own(name: str, table: Table) -> str:
    owner, _, column = name.rpartition(".")
    return column if owner in ("", table.name) and table.column(column) is not None else ""


def _is_about(
    column: str,
    table: Table,
    person: _Person,
    people: tuple[_Person, ...],
    users: tuple[str, ...],
) -> bool:
    """True for who a row is about, not for who serves him or says what becomes of it."""
    if _DECIDES.search(column):
        return False
    if not _SERVES.search(column):
        return True
    named = {p.table.qualified for p in people}
    keys = (k for k in table.foreign_keys if k.target in named and column not in k.columns)
    others = {c for k in keys for c in k.columns} | (set(users) - {column})
    alone = all(_DECIDES.search(c) or c.startswith("created") for c in others)
    return alone and _PERSON.search(person.table.name) is not None
