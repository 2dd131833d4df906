"""What shuts users out, and stated rules let them take back themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.schema import Column, Schema, Table, Trust
from shipworthy.database.seed.ownership import says_who
from shipworthy.database.stated.openings import served, succeeded
from shipworthy.database.stated.promotions import unguarded
from shipworthy.database.stated.words import texts
from shipworthy.regex import regex

_BANNED = regex(
    r"^(?:is_)?(?:banned|suspended|blocked|locked|deactivated|bloqueado|suspenso|suspendido)$", re.I
)
_SINCE = regex(
    r"^(?:banned|suspended|blocked|locked|deactivated|bloqueado|suspendido|suspenso)_(?:at|until|em|hasta)$"
    r"|^(?:ban|suspension)_(?:until|expires|expires_at|ends|ends_at)$",
    re.I,
)
_OF_ACCOUNT = regex(r"^(?:(?:account|user)_)?status$", re.IGNORECASE)
_SHUT_OUT = regex(r"suspend|banned|^ban$|blocked|bloque", re.IGNORECASE)
_ACCOUNTS = regex(
    r"(?:^|_)(?:profiles?|users?|accounts?|usuarios?|perfis|perfiles|members?)$", re.I
)


def lifted_bans(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """What shuts somebody out, in a row that he himself may change."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not _ACCOUNTS.search(table.name):
            continue
        if not says_who(table, owned):
            continue
        for column in (c for c in table.columns if _shuts_out(table, c)):
            found = unguarded(schema, table, owned, column.name, Verb.UPDATE)
            if found:
                reason = f"{column.name} can be taken back by whom it shuts out"
                target, columns = table.qualified, (column.name,)
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, found, columns, reason)


def bars(table: Table | None, column: str) -> bool:
    """True for a column that only says whether an account is shut out."""
    if table is None or not _ACCOUNTS.search(table.name):
        return False
    return any(c.name == column and _shuts_out(table, c) for c in table.columns)


def is_ban(column: str) -> bool:
    """True for fields that shut somebody out, told by their names alone."""
    return bool(_BANNED.match(column) or _SINCE.match(column))


def is_account(table: str) -> bool:
    """True for tables of people who sign in."""
    return _ACCOUNTS.search(table) is not None


def _shuts_out(table: Table, column: Column) -> bool:
    if _BANNED.match(column.name):
        return column.type == "boolean"
    if _SINCE.match(column.name):
        return column.type.startswith("timestamp")
    if not _OF_ACCOUNT.match(column.name):
        return False
    checks = [c.definition for c in table.checks if column.name in c.columns]
    words = (w for text in checks for w in texts(text))
    beside = any(_SHUT_OUT.match(c.name) for c in table.columns)
    return beside or any(_SHUT_OUT.search(word) for word in words)
