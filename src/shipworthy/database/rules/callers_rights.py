"""Whether a view or rule still works where it runs with the rights of who asks."""

from __future__ import annotations

import re

from shipworthy.database.schema import Schema, Table
from shipworthy.regex import regex

ACCOUNTS = "auth.users"
_ACCOUNTS = regex(
    r'(?:\b(?:from|join)(?:\s+only)?\s*\(*|,)\s*"?auth"?\s*\.\s*"?users\b', re.IGNORECASE
)


def works_for_callers(schema: Schema, view: Table) -> bool:
    """True where users who signed in may read all that the view reads; else whoever reads it now.

    No caller may read `auth.users`: such a view answers nobody any more.
    """
    readers = {role for role in ("anon", "authenticated") if _reads(view, role)}
    role = "authenticated" if "authenticated" in readers else "anon"
    below = [schema.tables.get(name) for name in view.depends_on]
    return all(table is not None and _reads(table, role) for table in below)


def may_read_accounts(schema: Schema) -> bool:
    """True where a script lets callers read `auth.users`, which the platform does not."""
    table = schema.tables.get(ACCOUNTS)
    return table is not None and any(_reads(table, role) for role in ("anon", "authenticated"))


def reads_accounts(text: str | None) -> bool:
    """True for an expression or a body that reads `auth.users`."""
    return text is not None and _ACCOUNTS.search(text) is not None


def _reads(table: Table, role: str) -> bool:
    roles = (role, "public")
    whole = any("SELECT" in table.grants.get(name, frozenset()) for name in roles)
    return whole or any(table.column_grants.get((name, "SELECT")) for name in roles)
