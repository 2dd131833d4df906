"""Foreign keys that make it impossible to delete a user."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import quoted, sql_list, sql_name, sql_target
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import ForeignKey, Schema, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_USERS = "auth.users"
_OWNER = regex(r"(user|owner|profile|member|account)(_id|_uuid)?$", re.IGNORECASE)
# What the books are made of has to be kept for years, whoever it was about.
_BOOKS = regex(
    r"(^|_)(payments?|invoices?|orders?|transactions?|payouts?|receipts?|refunds?|ledger|donations?)$",
    re.IGNORECASE,
)
_BLOCKS = frozenset({"NO ACTION", "RESTRICT"})


class UserDeletionBlocked(
    Control,
    id="user-deletion-blocked",
    title="Users that cannot be deleted",
    consequence="A user's request to be forgotten fails with an error of the database.",
    severity=Severity.MEDIUM,
    satisfies=("G08", "A25"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        gone = _deleted_with_users(proof.schema)
        found = False
        for table in own_tables(proof.schema):
            for key in _keys_to(table, gone):
                found = True
                yield self._judge(prototype, table, key, gone)
        if not found:
            yield self.not_applicable("no table references the users of the platform")

    def _judge(
        self, prototype: Prototype, table: Table, key: ForeignKey, gone: frozenset[str]
    ) -> Finding:
        subject = _subject(table, key)
        line = shown(prototype.evidence, key.source or table.source, f"foreign key {key.name}")
        if key.on_delete not in _BLOCKS:
            return self.satisfied(subject, f"A deletion is followed: {key.on_delete}", line)
        if key.target != _USERS and table.qualified in gone:
            reason = "Its rows go with the user by another foreign key, perhaps all of them"
            return self.unknown(subject, reason, line)
        column = key.columns[0]
        if key.target == _USERS:
            message = f"A user whom {table.qualified}.{column} names cannot be deleted"
        else:
            message = (
                f"A user cannot be deleted once a row of {table.qualified} refers to"
                f" their row of {key.target}"
            )
        return self.gap(subject, message, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Let the row go with its owner; where it only names a user, let it stay without them."""
        proof = prototype.database
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or path is None:
            return None
        gone = _deleted_with_users(proof.schema)
        for table in own_tables(proof.schema):
            for key in _keys_to(table, gone):
                if _subject(table, key) == finding.subject and key.on_delete in _BLOCKS:
                    return _remedy(table, key, path)
        return None


def _deleted_with_users(schema: Schema) -> frozenset[str]:
    """The tables whose rows are deleted with their user, and the users themselves."""
    found = {_USERS}
    grew = True
    while grew:
        grew = False
        for table in own_tables(schema):
            cascades = any(
                k.target in found and k.on_delete == "CASCADE" for k in table.foreign_keys
            )
            if cascades and table.qualified not in found:
                found.add(table.qualified)
                grew = True
    return frozenset(found)


def _keys_to(table: Table, targets: frozenset[str]) -> Iterator[ForeignKey]:
    """Its foreign keys of one column to these tables; the first one of each column."""
    seen: set[str] = set()
    for key in sorted(table.foreign_keys, key=lambda k: (k.target != _USERS, k.name)):
        if key.target in targets and len(key.columns) == 1 and key.columns[0] not in seen:
            seen.add(key.columns[0])
            yield key


def _subject(table: Table, key: ForeignKey) -> str:
    return f"{table.qualified}.{key.columns[0]}"


def _remedy(table: Table, key: ForeignKey, path: str) -> Remedy:
    column = table.column(key.columns[0])
    required = column is None or not column.nullable
    owner = key.columns[0] in table.primary_key or (required and _OWNER.match(key.columns[0]))
    kept = _BOOKS.search(table.name) is not None and key.columns[0] not in table.primary_key
    emptied = kept or not owner
    then = "set null" if emptied else "cascade"
    stays = "stays, without the user" if emptied else "goes with the user"
    name = quoted(key.name)
    release = f"  alter column {quoted(key.columns[0])} drop not null,\n" if required else ""
    text = (
        f"-- When a user is deleted, what refers to them in {sql_name(table)} {stays}.\n"
        f"alter table {sql_name(table)}\n"
        f"{release if emptied else ''}"
        f"  drop constraint {name},\n"
        f"  add constraint {name} foreign key ({sql_list(key.columns)})\n"
        f"    references {sql_target(key.target)} ({sql_list(key.target_columns)})"
        f" on delete {then};\n"
    )
    summary = f"Let users be deleted: a row of {table.qualified} {stays}"
    return Remedy(summary, Review.CAREFUL, (Write(path, text),))
