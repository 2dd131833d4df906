"""Rules that fail for whoever they are asked for, since they read accounts that no caller may read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.database.rules.callers_rights import may_read_accounts, reads_accounts
from shipworthy.database.schema import Policy, Schema
from shipworthy.database.stated.words import bare


def as_they_fail(schema: Schema) -> Schema:
    """The schema with each rule that fails as one that refuses: PostgreSQL asks for the right to read
    a table before it looks at any row, so not even the rules beside it let anybody pass."""
    if may_read_accounts(schema):
        return schema
    failing = {
        name: replace(table, policies=tuple(_as_they_fail(table.policies)))
        for name, table in schema.tables.items()
        if any(reads_accounts(text) for p in table.policies for text in (p.using, p.check))
    }
    return replace(schema, tables={**schema.tables, **failing}) if failing else schema


def _as_they_fail(policies: tuple[Policy, ...]) -> Iterator[Policy]:
    for policy in policies:
        if any(_lets_all_through(other, policy) for other in policies):
            yield policy
        elif reads_accounts(policy.using):
            adds = policy.command == "ALL" and policy.check and not reads_accounts(policy.check)
            for command in ("SELECT", "UPDATE", "DELETE") if adds else (policy.command,):
                yield replace(policy, command=command, permissive=False)
            if adds:
                yield replace(policy, command="INSERT", using=None)
        elif reads_accounts(policy.check) and policy.command != "ALL":
            yield replace(policy, permissive=False)
        else:
            yield policy


def _lets_all_through(policy: Policy, beside: Policy) -> bool:
    """True for `true`: PostgreSQL leaves out what stands beside it before it asks for rights."""
    same = policy.command == beside.command or "ALL" in (policy.command, beside.command)
    callers = {"public", "anon", "authenticated"}.intersection(policy.roles)
    return same and bool(callers) and bare(policy.using or policy.check or "").lower() == "true"
