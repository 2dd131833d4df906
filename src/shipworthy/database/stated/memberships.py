"""Ways into the organisation of others that the stated rules leave open: memberships and invitations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import is_people, is_tenant_column
from shipworthy.database.stated.openings import let_pass, served, stopped, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, Who, is_of_the_row, owner_column, plain
from shipworthy.database.stated.powers import gives_power
from shipworthy.database.stated.promotions import is_watched, one_is_there, unguarded
from shipworthy.database.stated.words import NESTED, at_word, bare, called, one_line, speaks_of
from shipworthy.regex import regex

_SHARED = regex(
    r"^(?:conversation|chat|thread|project|board|household|family|trip|workspace|account)_(?:id|uuid)$",
    re.IGNORECASE,
)
_CIRCLE = regex(
    r"^(?:(?:chat_)?room|conversation|chat|thread|project|board|trip)_(?:id|uuid)$", re.IGNORECASE
)
_TAKES_PART = regex(
    r"member|participant|collaborator|_users?$|integrantes|participantes", re.IGNORECASE
)
_MEMBERSHIPS = regex(
    r"(?:^|_)(?:members?|memberships?|participants?|collaborators?|integrantes|membros)$"
)
_IN_A_ROLE = regex(r"(?:\w+\.)*(?:\w+_)?(?:role|papel|rol) ?(?:=|in) ?\(*'\w+'(?:, ?'\w+')*\)*")
# A trigger that may ask whether somebody is let in, and not only as what.
_LETS_IN = (
    r"\bauth\s*\.\s*(?:uid|jwt|email)\s*\(\s*\)(?!\s*is\s+null)|invit|request|approv|password|code\b"
    r"|\b(?:is|has)_\w+\s*\(|is_(?:open|public|private)|status|return\s+null"
)
_MANY = 3  # tables whose rules go by one column of a membership: the app is divided by it
_LOOKED_UP = regex(
    r"\bselect\s+(?:distinct\s+)?(?:\w+\.)?\"?(?P<column>\w+)\"?\s+(?:into\s+\w+\s+)?from\s+(?:public\s*\.\s*)?"
    r"\"?(?P<table>\w+)\"?(?:\s+(?:as\s+)?(?!where\b)\w+)?\s+where\s+[^;]{0,300}?"
    r"(?:auth\s*\.\s*uid\s*\(|\b_?(?:p_)?_?(?:user_?id|uid)\b)",
    re.IGNORECASE,
)
_INVITATION = regex(r"invit|convite|einladung", re.IGNORECASE)
_MINE = (
    r"(?:auth\.email\(\)|\(?auth\.jwt\(\) ?->> ?'email'(?:::text)?\)?"
    r"|\( ?select (?:\w+\.)?email(?:::\w+)? from (?:auth\.users|(?:public\.)?(?:profiles|users))\b"
    r"[^()]*auth\.uid\(\) ?\))"
)
_INVITED = regex(r"^(?:invited|invitee)(?:_user)?(?:_id)?$", re.IGNORECASE)
_TO_ME = regex(
    rf"(?:lower\()?(?:\w+\.)*\w*email\)?(?:::text)? ?= ?(?:lower\()?\(?{_MINE}\)?\)?"
    rf"|(?:lower\()?{_MINE}\)? ?= ?(?:lower\()?(?:\w+\.)*\w*email\)?"
)


def joins(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Memberships of a tenant that anybody may add for himself, where rules of other tables go by them."""
    looked_up = _looked_up(schema)
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership())
        tenants = [
            c
            for c in owned.tenant_columns
            if c not in table.primary_key or len(table.primary_key) > 1
        ]
        tenants = [c for c in tenants if _decides(schema, table, c)] if owned.user_columns else []
        tenants += _circles(schema, table) if owned.user_columns else []
        tenants += _hidden(schema, table, tenants) if owned.user_columns else []
        users = owned.user_columns or _owners(table)
        for column in looked_up.get(table.name, ()):
            known = table.is_partly_known or table.column(column)
            if known and column not in (*users, *tenants, *table.primary_key):
                tenants.append(column)
        if not users:
            continue
        for verb in (Verb.INSERT, Verb.UPDATE):
            for column in tenants:
                found = unguarded(schema, table, users, column, verb)
                if not found and verb is Verb.INSERT:
                    found = _by_one_arm(schema, table, column, users)
                if found:
                    yield succeeded(Actor.STRANGER, Verb.JOIN, table.qualified, found, (column,))


def is_shared(column: str) -> bool:
    """True for columns that name what some people share, short of an organisation: a talk, a board."""
    return _CIRCLE.match(column) is not None


def invitations(schema: Schema) -> Iterator[Attempt]:
    """Invitations that whoever is invited may change: what he becomes, and where."""
    for table in served(schema):
        if not _INVITATION.search(table.name) or table.source.trust is Trust.STUB:
            continue
        powers = [c.name for c in table.columns if gives_power(schema, table, c)]
        places = [c.name for c in table.columns if is_tenant_column(c.name)]
        places += _places(schema, table, places)
        for policy in table.policies:
            if policy.command not in ("UPDATE", "ALL") or not for_users(policy):
                continue
            asked = " ".join(expressions(policy))
            free = [c for c in powers + places if not speaks_of(asked, c)]
            free = [c for c in free if not is_watched(schema, table, c, "UPDATE")]
            if free and all(map(_is_to_me, expressions(policy))):
                columns, reason = tuple(free), f"{', '.join(free)} can be set by who is invited"
                target = table.qualified
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, (policy,), columns, reason)
                break


def _circles(schema: Schema, table: Table) -> list[str]:
    """The columns of talks and the like that rules go by, and that not everybody may see anyway."""
    if not _TAKES_PART.search(table.name):
        return []
    targets = {k.columns[0]: schema.tables.get(k.target) for k in table.foreign_keys}
    named = [c.name for c in table.columns if is_shared(c.name)]
    hidden = [c for c in named if not _seen_by_all(targets.get(c))]
    return [c for c in hidden if _decides(schema, table, c)]


def _hidden(schema: Schema, table: Table, known: list[str]) -> list[str]:
    """The columns of a membership by which rules go, and that name what not everybody may see."""
    if not _MEMBERSHIPS.search(table.name):
        return []
    keys = ((key.columns[0], schema.tables.get(key.target)) for key in table.foreign_keys)
    named = [
        column
        for column, target in keys
        if column not in known
        and target
        and target.row_security
        and target.schema in schema.exposed
        and not _is_a_person(target)
    ]
    return [c for c in named if _is_hidden(schema, table, c) and _decides(schema, table, c)]


def _is_a_person(table: Table) -> bool:
    return is_people(table.name) or table.primary_key == ("user_id",)


def _is_hidden(schema: Schema, table: Table, column: str) -> bool:
    targets = [schema.tables.get(k.target) for k in table.foreign_keys if k.columns[0] == column]
    return bool(targets) and not any(map(_seen_by_some, targets))


def _seen_by_some(table: Table | None) -> bool:
    """True where rows of a kind, at least, are shown to all: groups that anybody may join."""
    if table is None or table.tainted:
        return True
    return any(way.who >= Who.USERS for _, way in ways(table, Actor.STRANGER, Verb.READ))


def _by_one_arm(
    schema: Schema, table: Table, column: str, users: tuple[str, ...]
) -> tuple[Policy, ...]:
    """The rules one arm of which lets a user add himself, at most in a certain role."""
    if stopped(schema, table, "INSERT", _LETS_IN) or not _is_hidden(schema, table, column):
        return ()
    if one_is_there(schema, table, users):
        return ()
    found = []
    for policy, _ in ways(table, Actor.STRANGER, Verb.INSERT):
        text = policy.check or policy.using or ""
        arms = at_word(bare(text), "or") if text.count("(") <= MOST_NESTED else []
        if any(_adds_oneself(arm) for arm in arms):
            found.append(policy)
    return tuple(found)


def _adds_oneself(arm: str) -> bool:
    conditions = [plain(c) for c in at_word(bare(arm), "and")]
    mine = [c for c in conditions if owner_column(c)]
    return bool(mine) and all(c in mine or _IN_A_ROLE.fullmatch(c) for c in conditions)


def _seen_by_all(table: Table | None) -> bool:
    return table is not None and bool(let_pass(table, Actor.STRANGER, Verb.READ))


def _looked_up(schema: Schema) -> Mapping[str, list[str]]:
    """The columns that rules look up for the caller, by the table: of a tenant, or that many rules go by."""
    rules = {n: [t for p in s.policies for t in expressions(p)] for n, s in schema.tables.items()}
    asked = called(" ".join(text for texts in rules.values() for text in texts))
    counts: Counter[tuple[str, str]] = Counter()
    for name, texts in rules.items():
        own = name.rpartition(".")[2]
        found = {(m["table"], m["column"]) for m in _LOOKED_UP.finditer(" ; ".join(texts))}
        counts.update(pair for pair in found if pair[0] != own)
    for function in schema.functions.values():
        used = asked[function.name]
        if used and not function.is_trigger:
            for pair in {(m["table"], m["column"]) for m in _LOOKED_UP.finditer(function.body)}:
                counts[pair] += used
    columns: dict[str, list[str]] = {}
    for (table, column), times in sorted(counts.items()):
        named = is_tenant_column(column) or _SHARED.match(column)
        if named or (times >= _MANY and column.endswith("_id") and "user" not in column):
            columns.setdefault(table, []).append(column)
    return columns


def _owners(table: Table) -> tuple[str, ...]:
    """The columns that rules compare with the caller, of a table that no statement makes."""
    if table.columns:
        return ()
    found = (owner_column(text) for p in table.policies for text in expressions(p))
    return tuple(dict.fromkeys(name for name in found if name))


def for_users(policy: Policy) -> bool:
    return policy.permissive and bool({"public", "authenticated"} & set(policy.roles))


def _places(schema: Schema, table: Table, known: list[str]) -> list[str]:
    """The other columns of an invitation by which rules let somebody in: `project_id`."""
    keys = [k for k in table.foreign_keys if len(k.columns) == 1 and k.target != table.qualified]
    targets = {k.columns[0]: schema.tables.get(k.target) for k in keys}
    hidden = [c for c, t in targets.items() if t and t.row_security and not _is_a_person(t)]
    named = [c for c in hidden if c not in known and not _seen_by_some(targets[c])]
    return [c for c in named if _decides(schema, table, c)]


def _is_to_me(text: str) -> bool:
    """True where an arm asks nothing but that the caller is invited, and what the row says itself."""
    if text.count("(") > MOST_NESTED:
        return False
    return any(map(_asks_for_me, at_word(bare(text), "or")))


def _asks_for_me(arm: str) -> bool:
    conditions = [bare(one_line(c)) for c in at_word(bare(arm), "and")]
    to_me = [c for c in conditions if _TO_ME.fullmatch(c) or _INVITED.search(owner_column(c))]
    return bool(to_me) and all(c in to_me or is_of_the_row(c) for c in conditions)


def _decides(schema: Schema, table: Table, tenant: str) -> bool:
    """True where rules of other tables, or functions that they ask, look the tenant up in this one."""
    others = (t for t in schema.tables.values() if t.qualified != table.qualified)
    rules = [t for other in others for p in other.policies for t in expressions(p)]
    rules = [_without_own(schema, text, table, tenant) for text in rules]
    judges = _judges(schema, table, tenant)
    if judges:
        asks = re.compile(_asking("|".join(judges), tenant))
        rules = [asks.sub("true", text) for text in rules]
    if any(_goes_by(text, table, tenant) for text in rules):
        return True
    asked = called(" ".join(rules))
    return any(
        f.name in asked and _goes_by(f.body, table, tenant)
        for f in schema.functions.values()
        if not f.is_trigger
    )


def _judges(schema: Schema, table: Table, column: str) -> list[str]:
    """The functions that say, for the rules of the table itself, who belongs to what its column names and
    do not look here for it: `is_member(auth.uid(), firm_id)` of a talk that a firm has with a customer."""
    own = " ; ".join(text for policy in table.policies for text in expressions(policy))
    if column not in own or "(" not in own:
        return []
    named = set(re.findall(_asking(r"\w{1,63}", column), own))
    elsewhere = [
        f.name
        for f in schema.functions.values()
        if f.name in named and not f.is_trigger and table.name.lower() not in f.body.lower()
    ]
    return sorted(set(elsewhere))


def _without_own(schema: Schema, text: str, table: Table, column: str) -> str:
    """The rule without its conditions that the column is one of the caller's own, told by another table:
    `company_id in (select companies_of(auth.uid()))` of a ticket lets nobody into the company, and neither
    does `ticket.company_id = company_of(auth.uid())`."""
    if table.name.lower() not in text.lower() or column.lower() not in text.lower():
        return text
    asked = re.finditer(_ASKED.replace("TABLE", re.escape(table.name)), text, re.IGNORECASE)
    names = "|".join(map(re.escape, {table.name, *(f[1] for f in asked if f[1])}))
    own = rf"(?<![\w.])(?:(?:{names})\s*\.\s*)?\"?{re.escape(column)}\"?"
    told_by = rf"\bin\s*\(\s*select\s{NESTED}\)|=\s*\(\s*select\s+{_CALL}\s*\)|=\s*{_CALL}"
    held = re.compile(rf"{own}\s*({told_by})", re.IGNORECASE)

    def told(found: re.Match[str]) -> str:
        names = called(found[1])
        bodies = [f.body for f in schema.functions.values() if f.name in names]
        mine = _UID.search(found[1]) and not any(
            table.name.lower() in said.lower() for said in (found[1], *bodies)
        )
        return "true" if mine else found[0]

    return held.sub(told, text)


_CALL = rf"(?:\w+\s*\.\s*)?\w+\s*\({NESTED}\)"
_UID = regex(r"\bauth\s*\.\s*uid\s*\(", re.IGNORECASE)


def _asking(functions: str, column: str) -> str:
    """The pattern of a call of a function with this column as its last argument."""
    return rf"\b({functions})\s?\((?:[^()]|\([^()]{{0,80}}\)){{0,120}}?\b{re.escape(column)}\)"


def _goes_by(text: str, table: Table, column: str) -> bool:
    """True where a text asks the table and names its column: by the name it goes by there, or plainly."""
    if table.name.lower() not in text.lower() or column.lower() not in text.lower():
        return False
    named = re.escape(column)
    plain = re.search(rf"(?<!\.)\b{named}\b", text, re.IGNORECASE)
    for found in re.finditer(_ASKED.replace("TABLE", re.escape(table.name)), text, re.IGNORECASE):
        name = re.escape(found[1] or table.name)
        if re.search(rf"\b{name}\s*\.\s*\"?{named}\b", text, re.IGNORECASE):
            return True
        if plain and not found[1]:
            return True
    return False


_ASKED = (
    r"\b(?:from|join)\s+(?:public\s*\.\s*)?\"?TABLE\"?\b"
    r"(?:\s+(?:as\s+)?(?!(?:where|join|on|inner|left|right|cross|group|order|limit|and|into|union)\b)(\w+))?"
)
