"""Which columns keep apart the rows of organisations that share a database, as the schema tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.tables.table import Table
from shipworthy.regex import regex

_ACCOUNTS = regex(r"^(app|auth|portal)?_?(users?|profiles?|user_?(accounts?|profiles?))$", re.I)
_TENANT = regex(
    r"^(tenant|org|organi[sz]ation|company|workspace|church|school|clinic|agency|family|household|sub_?account|account"
    r"|business|firm|practice|institution|institute|club|gym|salon|studio|hospital|restaurant|hotel)_?(unique_?|u|gu)?id$",
    re.IGNORECASE,
)
_FEWEST = 2  # tables beside the accounts: one may be a list of contacts


def tenant_columns(tables: Iterable[Table]) -> frozenset[str]:
    """Columns that say of an account and of other rows to which tenant they belong, as SQL writes them;
    none where only the rows have one: a `company_id` of contacts is whom they work for."""
    of_accounts: set[str] = set()
    elsewhere: dict[str, set[str]] = {}
    for table in tables:
        name = table.name.rpartition(".")[2]
        found = {snake(column) for column in table.columns if _TENANT.match(snake(column))}
        if _ACCOUNTS.match(name):
            of_accounts |= found
        else:
            for column in found:
                elsewhere.setdefault(column, set()).add(name)
    return frozenset(c for c in of_accounts if len(elsewhere.get(c, ())) >= _FEWEST)
