"""What others decide or are paid, and whoever adds a row may choose, although nobody owns it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Schema, Table
from shipworthy.database.stated.openings import ways
from shipworthy.database.stated.powers import words_of
from shipworthy.database.stated.promotions import is_watched
from shipworthy.database.stated.words import speaks_of, texts
from shipworthy.regex import regex

_STATE = regex(
    r"(?:^|_)(?:status|state|approval|approval_status|verification_status)$|^(?:is_)?(?:approved|paid|verified)$",
    re.IGNORECASE,
)
_WAITS = regex(
    r"^(?:pend|un_?paid|not_?paid|await|wait|in_?review|under_?review|unverified|unapproved|false$|pendente|aguard)",
    re.IGNORECASE,
)
_SETTLED = regex(
    r"^(?:paid|approved|partial|verified|settled|refunded|pago|paga|pagado|aprovad|aprobad|true$)",
    re.I,
)
_DECIDED = regex(r"^(?:accepted|confirmed|published|active$)", re.IGNORECASE)
_AMOUNT = regex(
    r"(?:^|_)(?:amount|amount_due|amount_paid|total|total_price|total_amount|price|subtotal|balance|fee|valor|preco"
    r"|precio|monto)(?:_(?:usd|eur|brl|inr|cents|paid|due))?$",
    re.IGNORECASE,
)


class Chosen(Struct, frozen=True):
    """The columns that whoever adds a row may choose; `paid`: whether they say what was paid."""

    columns: tuple[str, ...] = ()
    paid: bool = False


def chosen(schema: Schema, table: Table | None, actor: Actor) -> Chosen:
    """What a new row may say of itself that others decide; nothing where a rule or trigger sees to it."""
    if table is None:
        return Chosen()
    asked = " ".join(t for p, _ in ways(table, actor, Verb.INSERT) for t in expressions(p))
    decided: list[str] = []
    paid = False
    for column in table.columns:
        if speaks_of(asked, column.name) or not _waits(column):
            continue
        words = list(_words(schema, table, column))
        settled = any(map(_SETTLED.match, words))
        shown = settled or any(map(_DECIDED.match, words))
        if shown and not is_watched(schema, table, column.name, "INSERT"):
            decided.append(column.name)
            paid = paid or settled
    amounts = [c.name for c in table.columns if _AMOUNT.search(c.name)]
    return Chosen((*decided, *amounts[:2]) if decided else (), paid and bool(amounts))


def _waits(column: Column) -> bool:
    if not _STATE.search(column.name) or column.default is None:
        return False
    words = texts(column.default) or [column.default.strip().lower()]
    return _WAITS.match(words[0]) is not None


def _words(schema: Schema, table: Table, column: Column) -> Iterator[str]:
    """The words that the column takes: of its type, of a check, of rules that show a row by it."""
    if column.type == "boolean":
        yield "true"
    yield from words_of(schema, table, column)
    shown = re.compile(rf"\b{re.escape(column.name)}\b(?:::\w+)?\s*=\s*'(\w+)'", re.IGNORECASE)
    for policy in table.policies:
        if policy.command in ("SELECT", "ALL"):
            yield from shown.findall(policy.using or "")
