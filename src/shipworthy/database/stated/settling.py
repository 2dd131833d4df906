"""Functions that change what people have or have paid: balances, plans, roles, payments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.schema import Function, Schema
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.words import masked
from shipworthy.regex import regex

_UPDATES = regex(
    rf"\bupdate\s+(?:only\s+)?(?P<table>{QUALIFIED})(?:\s+(?:as\s+)?\w+)?\s+set\s(?P<rest>[^;]*)",
    re.IGNORECASE,
)
_WHERE = regex(r"\bwhere\b", re.IGNORECASE)
_SET = regex(r"(?:^|,)\s*\"?(\w+)\"?\s*=", re.IGNORECASE)
_IN_TIME = regex(r"\bnow\s*\(|\bcurrent_(?:date|timestamp)\b|\binterval\b", re.IGNORECASE)
_POWERS = (Power.AMOUNT, Power.PLAN, Power.ROLE, Power.FLAG)
_PAID_FOR = regex(
    r"(?:^|[._])(?:payments?|transactions?|orders?|subscriptions?|invoices?|purchases?|pedidos?|pagamentos?"
    r"|pagos?|facturas?)$",
    re.IGNORECASE,
)
_STATUS = regex(r"(?:^|_)(?:status|paid|paid_at|payment_status)$", re.IGNORECASE)
_PAID = regex(
    r"'(?:paid|approved|succeeded|completed|active|confirmed|pago|pagado)'", re.IGNORECASE
)

_AS_PAID = regex(
    r"\b(?:\w+_)?(?:status|state|estado)\s*=\s*'(?:paid|pag[oa]|pagad[oa]|settled|quitad[oa])'"
    r"|\b(?:is_)?paid\s*=\s*true\b",
    re.IGNORECASE,
)


def changed_power(schema: Schema, code: str) -> Iterator[tuple[str, str]]:
    """Tables and columns of power that a body changes, for whom and when it says nothing of."""
    for table, changes, condition, _ in _updates(schema, code):
        for column in _SET.findall(changes):
            if power_of(column) in _POWERS and not _IN_TIME.search(condition):
                yield table, column


def marked_as_paid(schema: Schema, function: Function, code: str) -> Iterator[str]:
    """Tables of payments whose rows a body marks as paid, for the argument that picks the row."""
    if not any(function.argument_names):
        return
    for table, changes, _, written in _updates(schema, code):
        status = any(_STATUS.search(column) for column in _SET.findall(changes))
        known = _PAID_FOR.search(table) and _PAID.search(written)
        if status and (known or _AS_PAID.search(written)):
            yield table


def _updates(schema: Schema, code: str) -> Iterator[tuple[str, str, str, str]]:
    """Each UPDATE of a known table: what it sets, on which condition, and what it sets with its words."""
    for found in _UPDATES.finditer(masked(code)):
        table = qualified(found["table"])
        if table in schema.tables:
            at = _WHERE.search(found["rest"])
            ends = at.start() if at else len(found["rest"])
            written = code[found.start("rest") : found.start("rest") + ends]
            yield table, found["rest"][:ends], found["rest"][ends:], written
