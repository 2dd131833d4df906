"""What costs something, and stated rules let whoever wants it write down as bought or as paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.schema import Column, Schema, Table, Trust
from shipworthy.database.seed.ownership import is_people
from shipworthy.database.stated.approvals import others_decide
from shipworthy.database.stated.openings import served, succeeded, ways
from shipworthy.database.stated.passing import Who
from shipworthy.database.stated.promotions import unguarded
from shipworthy.database.stated.words import texts
from shipworthy.regex import regex

# Rows that are what was bought: who has one is let in.
_BOUGHT = regex(
    r"(?:^|_)(?:purchases?|purchased_\w+|enrol?lments?|tickets_sold|\w*live_tickets?|event_tickets?|unlocks?"
    r"|unlocked_\w+|compras?|matriculas?|inscripciones|inscricoes|user_courses|course_access)$"
)
_PRICE = regex(
    r"(?:^|_)(?:price|price_cents|price_tokens|token_cost|token_price|cost|cost_tokens|preco|precio|valor|fee"
    r"|ticket_price)(?:_(?:usd|eur|inr|brl|cents|tokens|amount))?$"
)
_STATE = regex(r"(?:^|_)(?:status|state|estado|approved|verified|confirmed)$|^(?:is_)?paid$")
# Rows that wait until they are paid.
_ORDERED = regex(
    r"(?:^|_)(?:orders?|purchases?|bookings?|reservations?|enrol?lments?|registrations?|tickets?|subscriptions?"
    r"|rentals?|donations?|payments?|pedidos?|compras?|reservas?|inscripciones|inscricoes)$"
)
_PAYMENT = regex(
    r"^(?:payment_(?:status|state)|status_pagamento|estado_pago|pago_estado|is_paid|paid)$"
)
_UNPAID = regex(r"^(?:pend|un_?paid|not_?paid|await|wait|open$|due$|initiated|created|aguard)")
_OF_PROVIDER = regex(
    r"stripe|razorpay|paypal|paddle|mercado_?pago|paystack|flutterwave|asaas|payment_intent|checkout_session"
    r"|gateway"
)
_MONEY_TYPES = ("integer", "bigint", "numeric", "decimal", "smallint", "real", "double", "money")
_OF_A_BOOK = regex(r"^(?:customer|client|cliente|supplier|vendor|patient|tenant)_id$")


def purchases(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows that say what was bought, which whoever wants it may add; rows that their buyer may call paid."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned:
            continue
        if _BOUGHT.search(table.name):
            yield from _taken(schema, table, owned)
        if _ORDERED.search(table.name):
            yield from _called_paid(schema, table, owned)


def _taken(schema: Schema, table: Table, owned: tuple[str, ...]) -> Iterator[Attempt]:
    if any(_STATE.search(c.name) for c in table.columns) or _acts_on_new_rows(table):
        return
    for key in table.foreign_keys:
        sold = schema.tables.get(key.target)
        if sold is None or len(key.columns) != 1 or key.columns[0] in owned:
            continue
        if not any(_is_price(c) for c in sold.columns) or not _is_offered(sold):
            continue
        found = unguarded(schema, table, owned, key.columns[0], Verb.INSERT)
        if found:
            reason = "nothing asks whether it was paid"
            made = succeeded(Actor.STRANGER, Verb.PROMOTE, table.qualified, found, (), reason)
            yield replace(made, tables=(sold.qualified,))
            return


def _called_paid(schema: Schema, table: Table, owned: tuple[str, ...]) -> Iterator[Attempt]:
    for column in (c for c in table.columns if _waits_for_payment(c)):
        if not _others_collect(table) and not _is_bought(schema, table, owned):
            return
        found = unguarded(schema, table, owned, column.name, Verb.INSERT)
        found = found or unguarded(schema, table, owned, column.name, Verb.UPDATE)
        if found:
            reason, columns = f"{column.name} can be chosen by who pays", (column.name,)
            target = table.qualified
            yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, found, columns, reason)


def _acts_on_new_rows(table: Table) -> bool:
    """True where a trigger does something with a new row: it may charge for it."""
    return any("INSERT" in trigger.events for trigger in table.triggers)


def _is_price(column: Column) -> bool:
    return bool(_PRICE.search(column.name)) and column.type.startswith(_MONEY_TYPES)


def _is_offered(table: Table) -> bool:
    """True where others than its owner see a row: it is not one's own stock."""
    return any(way.who >= Who.USERS for _, way in ways(table, Actor.STRANGER, Verb.READ))


def _waits_for_payment(column: Column) -> bool:
    if not _PAYMENT.match(column.name) or column.default is None:
        return False
    if column.type == "boolean":
        return column.default.strip().lower() == "false"
    words = texts(column.default)
    return bool(words) and _UNPAID.match(words[0].lower()) is not None


def _is_bought(schema: Schema, table: Table, owned: tuple[str, ...]) -> bool:
    """True for rows that are what was bought of something which others offer."""
    if not _BOUGHT.search(table.name):
        return False
    keys = (k.target for k in table.foreign_keys if k.columns[0] not in owned)
    sold = (schema.tables.get(target) for target in keys)
    return any(t and _is_offered(t) and not is_people(t.name) for t in sold)


def _others_collect(table: Table) -> bool:
    """True where somebody else than who adds the row sees to the payment: a provider, or who runs the shop.

    In a book that a merchant keeps of his own sales he may write what he likes.
    """
    if any(_OF_PROVIDER.search(c.name) for c in table.columns):
        return True
    if any(_OF_A_BOOK.match(c.name) for c in table.columns):
        return False
    return others_decide(table)
