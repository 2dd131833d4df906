"""Functions that found a tenant: what they put into it belongs to nobody else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipworthy.database.attempts import Ownership
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.seed.ownership import is_tenant
from shipworthy.database.stated.words import NESTED
from shipworthy.regex import regex

_INSERTS = regex(
    rf"\binsert\s+into\s+({QUALIFIED})\s*(?:as\s+\w+\s*)?\(([^)]*)\)([^;]*)", re.IGNORECASE
)
_ROWS = regex(rf"\(({NESTED})\)")
_PARTS = regex(rf"\({NESTED}\)")
_FOUNDED = regex(r"\breturning\s+\"?id\"?\s+into\s+(\w+)", re.IGNORECASE)
_ADDED_TO = regex(r"\binsert\s+into\s+(?:public\s*\.\s*)?\"?(\w+)", re.IGNORECASE)


def founds_a_tenant(code: str) -> bool:
    """True where a text adds an organisation, of which whoever calls may be the owner."""
    return any(is_tenant(name) for name in _ADDED_TO.findall(code))


def filled_by_itself(owners: Mapping[str, Ownership], code: str) -> frozenset[str]:
    """Tables whose rows go into the tenant that the body has just made: `INSERT INTO shops …
    RETURNING id INTO v_shop`, and then members, settings and the like of `v_shop`."""
    founded: set[str] = set()
    filled: dict[str, bool] = {}
    for table, columns, rest in _INSERTS.findall(code):
        name = qualified(table)
        tenants = owners.get(name, Ownership()).tenant_columns
        names = [column.strip().strip('"').lower() for column in columns.split(",")]
        inside = any(
            column in tenants and _gives(rest, at, founded) for at, column in enumerate(names)
        )
        filled[name] = filled.get(name, True) and inside
        if not inside and (found := _FOUNDED.search(rest)):
            founded.add(found[1].lower())
    return frozenset(name for name, inside in filled.items() if inside)


def _gives(rest: str, at: int, founded: set[str]) -> bool:
    """True where each row of `VALUES (…), (…)` has one of these variables at this place."""
    rows = [_PARTS.sub("", row).split(",") for row in _ROWS.findall(rest)]
    return bool(rows) and all(at < len(row) and row[at].strip().lower() in founded for row in rows)
