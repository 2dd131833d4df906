"""Which columns decide what somebody may do or need not pay for, as far as the SQL tells."""

from __future__ import annotations

import re

from shipworthy.database.schema import Column, Schema, Table
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.stated.compared import words_asked
from shipworthy.database.stated.words import texts
from shipworthy.regex import regex

RULES_OVER_OTHERS = 70  # ranks of a role, as `rank` gives them
_LEAST = 10
_MONEY = regex(
    r"credit|wallet|profile|perfi|^users?$|usuario|subscri|balance|affiliate|afiliado|reseller|partner|driver"
    r"|courier|merchant|creator|membership|loyalty|fidelidade",
    re.IGNORECASE,
)
_CREDIT = regex(r"credit|token|quota|coins", re.IGNORECASE)
# What a payment provider tells of a subscription, beside its plan.
_PROVIDER = regex(
    r"^(?:stripe|paddle|lemon_?squeezy|razorpay|paypal|mercado_?pago|asaas|paystack|flutterwave)_\w+"
    r"|^current_period_|^cancel_at_period_end$",
    re.IGNORECASE,
)
_PERIOD = regex(
    r"^(?:subscription|plan|trial|premium|membership|plano|assinatura)_(?:ends?|expir|valid|renew|start|until|period)\w*$",
    re.IGNORECASE,
)
_SUBSCRIBED = regex(
    r"^(?:is_)?(?:subscribed|subscriber|vip)$|^has_(?:active_)?subscription$|^subscription_active$",
    re.I,
)
_WORDS = ("text", "character varying")
# How long one may use what others pay for.
_UNTIL = regex(
    r"^(?:trial|subscription|premium|plan|membership|vip|paid|access|plano|assinatura)_?"
    r"(?:ends?|end_date|expires?|expiry|expiration|until|valid_until|expira|fim|vence)(?:_(?:at|on|date|em))?$",
    re.IGNORECASE,
)
_SUBSCRIPTIONS = regex(r"(?:^|_)(?:subscriptions?|subscribers?|assinaturas?|suscripciones)$")
_NUMBERS = ("integer", "bigint", "numeric", "decimal", "smallint", "real", "double")


def gives_power(schema: Schema, table: Table, column: Column) -> bool:
    """True for columns that decide what somebody may do or need not pay for, as far as the SQL tells."""
    power = power_of(column.name)
    if _SUBSCRIBED.match(column.name):  # to a plan, not to a newsletter
        return column.type == "boolean" and _is_billed(table, column)
    if _POINTS.match(column.name):
        return column.type.startswith(_NUMBERS) and _are_spent(schema)
    if _UNTIL.match(column.name):
        noted = _SUBSCRIPTIONS.search(table.name) and not _is_billed(table, column)
        return column.type.startswith(("timestamp", "date")) and not noted
    if power is Power.APPROVAL:
        paid = column.name == "status" and _SUBSCRIPTIONS.search(table.name)
        return bool(paid) and _is_billed(table, column)
    if power is None or column.generated:
        return False
    if power is Power.FLAG:
        return column.type == "boolean"
    if power is Power.AMOUNT:
        money = _CREDIT.search(column.name) or not column.name.endswith(("s", "tokens"))
        return bool(money and _MONEY.search(table.name) and column.type.startswith(_NUMBERS))
    words = words_of(schema, table, column)
    if power is Power.PLAN:
        if not words and column.type.startswith(_WORDS) and _is_billed(table, column):
            return True
        return any(rank(w) >= 50 for w in words) or _default_rank(column) == _LEAST
    if words:
        return any(rank(w) >= RULES_OVER_OTHERS for w in words)
    return _default_rank(column) == _LEAST or _asks_for(schema, table, column)


def _are_spent(schema: Schema) -> bool:
    """True where something costs points."""
    return any(_PRICE.match(c.name) for t in schema.tables.values() for c in t.columns)


_POINTS = regex(
    r"^(?:(?:loyalty|reward|bonus|current|available|total|user)_)?points(?:_(?:balance|available|total))?$"
)
_PRICE = regex(
    r"^(?:points?_(?:cost|required|price|needed|spent|redeemed|value)|(?:cost|price|required|redeemed)_(?:in_)?points)$"
)


def _is_billed(table: Table, column: Column) -> bool:
    """True where other columns of the row tell of what is paid; in a list of subscriptions elsewhere
    their dates are notes."""
    others = [c.name for c in table.columns if c.name != column.name]
    if any(map(_PROVIDER.match, others)):
        return True
    return not _SUBSCRIPTIONS.search(table.name) and any(map(_PERIOD.match, others))


def words_of(schema: Schema, table: Table, column: Column) -> list[str]:
    """The words that a column takes: of its type, or of a check."""
    kind = column.type if "." in column.type else f"public.{column.type}"
    checks = [c.definition for c in table.checks if column.name in c.columns]
    return [*schema.enums.get(kind, ()), *(w for text in checks for w in texts(text))]


def _default_rank(column: Column) -> int:
    words = texts(column.default or "")
    return rank(words[0]) if words else 0


def _asks_for(schema: Schema, table: Table, column: Column) -> bool:
    """True where a rule or function compares a column of this name with a word of power."""
    asked = words_asked(schema, table.name, column.name)
    return any(rank(word) >= RULES_OVER_OTHERS for word in asked)
