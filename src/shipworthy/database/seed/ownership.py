"""Who owns the rows of a table: told by its policies, its foreign keys and its column names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from shipworthy.database.attempts import Ownership
from shipworthy.database.schema import ForeignKey, Schema, Table
from shipworthy.regex import regex

_USER = regex(
    r"^(user|owner|author|created_by|profile|account_owner|uploader|uploaded_by|submitted_by|member"
    r"|sender|recipient|receiver|usuario|auth_user|auth|uid|userid|owner_user|host|seller|buyer)"
    r"(_id|_uuid|_user_id)?$",
    re.IGNORECASE,
)
_TENANT_NAME = (
    r"(organi[sz]ations?|orgs?|compan(y|ies)|tenants?|workspaces?|teams?|empresas?|clinics?|clinicas?"
    r"|agenc(y|ies)|agencias?|businesses|business|households?|famil(y|ies)|groups?|provedor(es)?"
    r"|restaurants?|stores?|schools?|departments?|barbershops?|salons?|lojas?|imobiliarias?|church(es)?"
    r"|igrejas?|hospitals?|gyms?|academias?|escolas?)"
)
_TENANT_COLUMN = regex(rf"^(\w+_)?{_TENANT_NAME}_(id|uuid)$", re.IGNORECASE)
_TENANT_TABLE = regex(rf"(^|_){_TENANT_NAME}$", re.IGNORECASE)
_PEOPLE = regex(r"^(users?|profiles?|user_profiles?|accounts?|usuarios?|perfis)$", re.I)
_MEMBERS = regex(r"member|_users?$|^user_|_roles?$|collaborator|staff|employee|profile|^users$")
_SAYS_WHO = regex(
    r"(profile|perfi|user|usuario|account|member|membership|role|subscription|subscriber|credit|wallet|"
    r"balance|customer|admin|permission|staff|employee|agent|seller|vendor|driver|provider|instructor|"
    r"corretor|access|affiliate|afiliado|reseller|partner|courier|merchant|creator)(e?s|l|is|es)?(_(safe|info|data|settings|details|overrides|mapping|status))?$",
    re.IGNORECASE,
)
_KEY_TYPES = ("uuid", "text", "character varying", "integer", "bigint")
_UID = regex(r"\(\s*select\s+auth\.uid\(\)(\s+as\s+\w+)?\s*\)", re.IGNORECASE)
_CAST = regex(r"::[a-z_ ]+(\(\d+\))?", re.IGNORECASE)
_NAME = r"(?:(?<!\w)\"?(\w++)\"?\.)?(?<!\w)\"?(\w++)\"?"
_IS_UID = regex(rf"auth\.uid\(\)\)?\s*=\s*\(?{_NAME}", re.IGNORECASE)
_UID_IS = regex(rf"{_NAME}\)?\s*=\s*\(?auth\.uid\(\)", re.IGNORECASE)
_OF_MINE = regex(
    rf"{_NAME}\)?\s*(?:=\s*any\s*\(|in)\s*\(\s*select\s[^;]{{0,1000}}?auth\.uid\(\)", re.IGNORECASE
)


def ownerships(schema: Schema) -> Mapping[str, Ownership]:
    """The ownership of every table, by its name."""
    users = {name: tuple(_users_by_rule(table)) for name, table in schema.tables.items()}
    people = _people(schema, users)
    for name, table in schema.tables.items():
        users[name] = tuple(dict.fromkeys((*users[name], *_users_by_key(table, people))))
    tenants = _tenants(schema, users, people)
    return {
        name: Ownership(
            users[name], tuple(c for c in _tenant_columns(table, tenants) if c not in users[name])
        )
        for name, table in schema.tables.items()
    }


def says_who(table: Table, user_columns: tuple[str, ...]) -> bool:
    """True for tables whose rows say who a user is: profiles, roles, memberships, wallets."""
    if not user_columns:
        return False
    return bool(_SAYS_WHO.search(table.name)) or one_row_each(table, user_columns)


def is_tenant(table: str) -> bool:
    """True for tables whose rows are organisations, by their name."""
    return bool(_TENANT_TABLE.search(table.rpartition(".")[2]))


def is_people(table: str) -> bool:
    """True for tables of users, by their plain name."""
    return bool(_PEOPLE.match(table))


def may_say_who_belongs(table: str) -> bool:
    """True for tables that are called like memberships, by their plain name."""
    return bool(_MEMBERS.search(table))


def is_tenant_column(name: str) -> bool:
    """True for columns that are called like the key of an organisation."""
    return bool(_TENANT_COLUMN.match(name))


def one_row_each(table: Table, user_columns: tuple[str, ...]) -> bool:
    """True where a user has at most one row."""
    unique = [i.columns for i in table.indexes if i.unique and i.predicate is None]
    unique.append(table.primary_key)
    return any((column,) in unique for column in user_columns)


def _users_by_rule(table: Table) -> Iterator[str]:
    """Columns that a policy compares with the caller's id."""
    for text in _expressions(table):
        for pattern in (_IS_UID, _UID_IS):
            for owner, column in pattern.findall(text):
                if owner in ("", table.name) and _is_key(table, column):
                    yield column


def _expressions(table: Table) -> Iterator[str]:
    for policy in table.policies:
        for text in (policy.using, policy.check):
            if text:
                yield _CAST.sub("", _UID.sub("auth.uid()", text))


def _is_key(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.type.startswith(_KEY_TYPES)


def _people(schema: Schema, users: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Tables whose key is a user: their key is a foreign key to auth.users, or rules say so."""
    found = {"auth.users"}
    for name, table in schema.tables.items():
        key = table.primary_key
        by_key = any(f.target == "auth.users" and f.columns == key for f in table.foreign_keys)
        if by_key or (len(key) == 1 and key[0] in users[name]) or _PEOPLE.match(table.name):
            found.add(name)
    return frozenset(found)


def _users_by_key(table: Table, people: frozenset[str]) -> Iterator[str]:
    """Columns that reference a user, and columns without a foreign key that are called like one."""
    referencing = {f.columns[0]: f for f in table.foreign_keys if len(f.columns) == 1}
    for column in table.columns:
        key = referencing.get(column.name)
        if key is not None:
            if key.target in people and key.target != table.qualified:
                yield column.name
        elif _USER.match(column.name) and _is_key(table, column.name):
            yield column.name


def _tenants(
    schema: Schema, users: Mapping[str, tuple[str, ...]], people: frozenset[str]
) -> frozenset[str]:
    """Tables that people are members of: organizations, companies, teams."""
    found = set()
    for name, table in schema.tables.items():
        is_membership = _MEMBERS.search(table.name) is not None and bool(users[name])
        for key in table.foreign_keys:
            target = key.target.rpartition(".")[2]
            if key.target in people or key.target == name:
                continue
            if _TENANT_TABLE.search(target) and (is_membership or _TENANT_COLUMN.match(_only(key))):
                found.add(key.target)
    return frozenset(found)


def _only(key: ForeignKey) -> str:
    return key.columns[0] if len(key.columns) == 1 else ""


def _tenant_columns(table: Table, tenants: frozenset[str]) -> Iterable[str]:
    """Columns that reference a tenant, are called like one, or that rules compare with one's own."""
    found = [_only(key) for key in table.foreign_keys if key.target in tenants]
    taken = {column for key in table.foreign_keys for column in key.columns}
    found += [
        column.name
        for column in table.columns
        if column.name not in taken
        and _TENANT_COLUMN.match(column.name)
        and _is_key(table, column.name)
    ]
    for text in _expressions(table):
        for owner, column in _OF_MINE.findall(text):
            if owner in ("", table.name) and _TENANT_COLUMN.match(column):
                found.append(column)
    if table.qualified in tenants:
        found += table.primary_key
    return dict.fromkeys(name for name in found if name)
