"""The grants that an app needs: for what it does, and only where row security guards the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shipworthy.database.rules.expressions import asks_caller, expressions
from shipworthy.database.rules.names import quoted, sql_list, sql_name
from shipworthy.database.schema import Policy, Table
from shipworthy.regex import regex

PRIVILEGES = ("select", "insert", "update", "delete")
"""In the order in which they are written."""

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "select": ("select",),
    "insert": ("insert",),
    "update": ("select", "update"),  # its filters read
    "upsert": ("select", "insert", "update"),
    "delete": ("select", "delete"),
}
_CALL = regex(r"\b(?!now\b|lower\b|coalesce\b|any\b|exists\b|and\b|or\b|not\b|in\b)(\w+)\(", re.I)
_SEQUENCE = regex(r"nextval\('([^']+)'::regclass\)")


def needed(operations: Iterable[str]) -> frozenset[str]:
    """The privileges that these operations of the query library take."""
    return frozenset(p for operation in operations for p in _NEEDS.get(operation, ()))


def is_guarded(table: Table) -> bool:
    """True where a grant shows only the rows that policies allow."""
    return table.row_security or (table.is_view and table.invoker)


def grants(table: Table, by_browser: frozenset[str], by_server: frozenset[str]) -> list[str]:
    """GRANT statements for what the browser and the server do with a table."""
    found = []
    for role in ("anon", "authenticated"):
        if wanted := [p for p in PRIVILEGES if p in by_browser and _has_rule(table, p, role)]:
            found += _grant(table, wanted, role)
    if by_server:
        found += _grant(table, [p for p in PRIVILEGES if p in by_server], "service_role")
    return found


def _has_rule(table: Table, privilege: str, role: str) -> bool:
    """True where some policy could let the role through; a view passes the question on."""
    if table.is_view:
        return privilege == "select" and role == "authenticated"
    rules = [
        p
        for p in table.policies
        if p.permissive
        and p.command in (privilege.upper(), "ALL")
        and {"public", role} & set(p.roles)
    ]
    if role == "anon":
        return any(not _asks(policy) for policy in rules)
    return bool(rules)


def _asks(policy: Policy) -> bool:
    """True where it asks who is calling, perhaps inside of a function."""
    return any(asks_caller(text) or _CALL.search(text) for text in expressions(policy))


def _grant(table: Table, privileges: list[str], role: str) -> list[str]:
    named = ", ".join(_of_columns(table, privilege, role) for privilege in privileges)
    lines = [f"grant {named} on {sql_name(table)} to {role};"]
    if "insert" in privileges:
        numbered = (_SEQUENCE.search(column.default or "") for column in table.columns)
        lines += [
            f"grant usage on sequence {_sequence(match[1], table)} to {role};"
            for match in numbered
            if match
        ]
    return lines


def _of_columns(table: Table, privilege: str, role: str) -> str:
    """The privilege, for those columns alone that a migration left to the role."""
    held = table.grants.get(role, frozenset())
    columns = table.column_grants.get((role, privilege.upper()), frozenset())
    if privilege.upper() in held or not columns:
        return privilege
    return f"{privilege} ({sql_list(c.name for c in table.columns if c.name in columns)})"


def _sequence(name: str, table: Table) -> str:
    return name if "." in name else f"{quoted(table.schema)}.{name}"
