"""Rights over others that a trigger of the sign-up gives to whoever signs up, whatever he sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.schema import Column, Schema, Table
from shipworthy.database.seed.ownership import is_tenant_column
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.stated.founding import founds_a_tenant
from shipworthy.database.stated.inserts import inserts, word_of
from shipworthy.database.stated.powers import gives_power
from shipworthy.database.stated.words import masked, without_comments
from shipworthy.regex import regex

EVERYBODY = "every new account"
_RULES_OVER_ALL = 90  # ranks of a role, as `rank` gives them
_ADMINS = regex(
    r"^(?:(?:app|site|platform|system|super)_)?(?:admins?|admin_users|administrators|superusers)$",
    re.IGNORECASE,
)
_POWERFUL_FLAG = regex(r"admin|super", re.IGNORECASE)
# Somebody may be told apart: by who came first, by an invitation, by an address.
_CHOOSES = regex(
    r"\b(?:if|case|where|select|return\s+null|perform|coalesce\s*\(\s*\(?\s*select)\b|invit|app_meta",
    re.IGNORECASE,
)


def given_to_everybody(schema: Schema, body: str) -> Iterator[tuple[str, str]]:
    """The column that gives rights over others to each new account, with the word that it is given."""
    code = without_comments(body)
    if _CHOOSES.search(_without_defaults(masked(code))) or founds_a_tenant(code):
        return
    for insert in inserts(code):
        table = schema.tables.get(insert.table)
        if table is None or any(is_tenant_column(c.name) for c in table.columns):
            continue
        if _ADMINS.match(table.name) and not {"role", "is_admin"} & set(insert.columns):
            yield table.qualified, ""
            continue
        for name, value in insert.given:
            column = table.column(name)
            word = _word(schema, table, column, value) if column else ""
            if column and word:
                yield f"{table.qualified}.{column.name}", word


def _word(schema: Schema, table: Table, column: Column, value: str) -> str:
    """The word that gives rights over everybody; "" for what gives none, or is not told."""
    power = power_of(column.name)
    if power is Power.FLAG:
        is_given = value.strip().lower() == "true" and _POWERFUL_FLAG.search(column.name)
        return "true" if is_given else ""
    word = word_of(value) if power is Power.ROLE else ""
    if rank(word) < _RULES_OVER_ALL:
        return ""
    return word if gives_power(schema, table, column) else ""


def _without_defaults(code: str) -> str:
    """The code without what says nothing of who it is: a row that is there already, and the end."""
    return _CONFLICT.sub(" ", code)


_CONFLICT = regex(r"\bon\s+conflict\b[^;]*", re.IGNORECASE)
