"""Whether a view still works where it runs with the rights of who asks."""

from __future__ import annotations

from shipworthy.database.schema import Schema, Table


def works_for_callers(schema: Schema, view: Table) -> bool:
    """True where users who signed in may read all that the view reads; else whoever reads it now.

    No caller may read `auth.users`: such a view answers nobody any more.
    """
    readers = {role for role in ("anon", "authenticated") if _reads(view, role)}
    role = "authenticated" if "authenticated" in readers else "anon"
    below = [schema.tables.get(name) for name in view.depends_on]
    return all(table is not None and _reads(table, role) for table in below)


def _reads(table: Table, role: str) -> bool:
    roles = (role, "public")
    whole = any("SELECT" in table.grants.get(name, frozenset()) for name in roles)
    return whole or any(table.column_grants.get((name, "SELECT")) for name in roles)
