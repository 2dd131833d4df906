"""Orders and payments whose state somebody else settles, and that their payer may write down as settled."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.schema import Column, Policy, Schema, Table, Trust
from shipworthy.database.stated.approvals import arms, others_decide
from shipworthy.database.stated.openings import served, succeeded
from shipworthy.database.stated.passing import owner_column
from shipworthy.database.stated.powers import words_of
from shipworthy.database.stated.promotions import unguarded
from shipworthy.database.stated.words import texts
from shipworthy.regex import regex

_OF_MONEY = regex(
    r"(?:^|_)(?:orders?|payments?|deposits?|withdrawals?|payouts?|top_?ups?|recharges?|purchases?|subscriptions?"
    r"|loans?|loan_applications?|donations?|refunds?|cash_?outs?|bookings?|reservations?|rentals?|enrol?lments?"
    r"|credit_purchases|(?:deposit|withdrawal|payout|payment|top_?up|cashout|refund)_requests?|pedidos?|pagos?"
    r"|pagamentos?|compras?|reservas?|assinaturas?|suscripciones|matriculas?)$"
)
# What whoever issues it keeps for himself, unless the row is his who pays.
_ISSUED = regex(r"(?:^|_)(?:quotes?|quotations?|estimates?|invoices?|bills)$")
_PAYER = regex(
    r"^(?:client|customer|buyer|guest|patient|student|learner|parent|payer|tenant|resident|member)_(?:id|user_id|profile_id)$"
)
_STATE = regex(
    r"^(?:(?:order|booking|payment|subscription|loan|deposit|withdrawal|payout|enrol?lment|approval)_)?(?:status|state)$"
    r"|^(?:is_)?(?:paid|approved|verified)$|^(?:deposit|balance|advance|fee|rent|invoice)_paid$|^estado(?:_pago)?$|^status_pagamento$"
)
_WAITS = regex(
    r"^(?:pend|un_?paid|not_?paid|await|wait|in_?review|under_?review|submitted|initiated|incomplete|requested|created$"
    r"|new$|aguard|false$)"
)
_SETTLED = regex(
    r"^(?:paid|pago|pagado|approved|aprovad|aprobad|verified|settled|refunded|complete|succe|confirmed|confirmad"
    r"|active$|ativ[oa]|activ[oa]$|disbursed|credited|true$)",
    re.IGNORECASE,
)
_MONEY = regex(
    r"(?:^|_)(?:amount|total|price|subtotal|cost|fee|valor|preco|precio|monto|total_\w+|amount_\w+|price_\w+"
    r"|\w+_(?:cents|usd|eur|inr|brl))$"
)
_OF_PROVIDER = regex(
    r"stripe|razorpay|paypal|paddle|mercado_?pago|paystack|flutterwave|asaas|mpesa|payment_intent"
    r"|checkout_session|gateway|transaction_(?:id|ref|reference|code|hash)|payment_(?:id|ref|reference|proof|method)"
    r"|proof|receipt|comprobante"
)
# Rows that whoever keeps them writes about his customers: a book of his own.
_OF_A_BOOK = regex(
    r"^(?:customer|client|cliente|supplier|patient|guest|buyer|tenant|vendor|fornecedor|proveedor)_(?:id|name|email|phone|nome)$"
    r"|^(?:notes_internal|cashier(?:_id)?|staff_id|employee_id|salesperson(?:_id)?|invoice_number)$"
)
# Whom a row names that sells, lends or works, and so may say what came of it.
_PAYEE = regex(
    r"seller|vendor|provider|merchant|host|driver|owner|business|store|shop|restaurant|instructor|doctor|barber|staff"
    r"|landlord|agent|courier|freelanc|assign|created_by|cashier|employee|recorded|teacher|tutor|mentor|coach|artist"
    r"|creator|organi[sz]er|lender|supplier|processed|approved|reviewed|receiver|recipient|payee|admin",
    re.IGNORECASE,
)


def settled(
    schema: Schema, owners: Mapping[str, Ownership], kept: Collection[str]
) -> Iterator[Attempt]:
    """States of money that wait by default, which their payer may set; `kept`: tables that the server with
    all rights changes, by their plain names."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned or not _is_of_money(table, owned):
            continue
        if not any(_is_money(c) for c in (*table.columns, *_of_sold(schema, table, owned))):
            continue
        if not _others_settle(schema, table, owned, kept):
            continue
        for column in table.columns:
            if column.name in owned or not _waits(schema, table, column):
                continue
            rules = _by_payer(unguarded(schema, table, owned, column.name, Verb.INSERT))
            rules = rules or _by_payer(unguarded(schema, table, owned, column.name, Verb.UPDATE))
            if rules:
                reason = f"{column.name} can be chosen by who pays"
                target, columns = table.qualified, (column.name,)
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, rules, columns, reason)


def is_of_money(table: str) -> bool:
    """True for tables of what is ordered, paid or lent, told by their names."""
    return _OF_MONEY.search(table) is not None


def is_state(column: str) -> bool:
    """True for columns that say what became of an order or a payment."""
    return _STATE.search(column) is not None


def is_money(column: str) -> bool:
    """True for columns that hold a price or a sum, told by their names."""
    return _MONEY.search(column) is not None


def _is_of_money(table: Table, owned: tuple[str, ...]) -> bool:
    if _ISSUED.search(table.name):
        return any(map(_PAYER.match, owned))
    return is_of_money(table.name)


def _waits(schema: Schema, table: Table, column: Column) -> bool:
    """True for a state that waits until something happens, where it says what then comes of it."""
    if not is_state(column.name) or column.default is None:
        return False
    if column.type == "boolean":
        return column.default.strip().lower() == "false"
    words = texts(column.default)
    if not words or not _WAITS.match(words[0].lower()):
        return False
    known = words_of(schema, table, column)
    return not known or any(map(_SETTLED.match, known))


def _others_settle(
    schema: Schema, table: Table, owned: tuple[str, ...], kept: Collection[str]
) -> bool:
    """True where the server, an administrator or a provider says what becomes of a row.

    In a book that a merchant keeps of his own sales he may write what he likes.
    """
    if any(_OF_A_BOOK.match(c.name) and not _is_owners(c.name, owned) for c in table.columns):
        return False
    if table.name in kept or any("service_role" in p.roles for p in _changing(table)):
        return True
    if any(_OF_PROVIDER.search(c.name) for c in table.columns):
        return others_decide(table) or bool(_of_sold(schema, table, owned))
    return others_decide(table)


def _is_owners(column: str, owned: tuple[str, ...]) -> bool:
    """True for the key of the owner, and for what the row repeats of him beside it: `client_name`."""
    return column in owned or f"{column.partition('_')[0]}_id" in owned


def _changing(table: Table) -> Iterator[Policy]:
    return (p for p in table.policies if p.permissive and p.command in ("UPDATE", "ALL"))


def _of_sold(schema: Schema, table: Table, owned: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of what the row is about: a course, a room, a product."""
    keys = (k.target for k in table.foreign_keys if not set(k.columns) & set(owned))
    sold = (schema.tables.get(target) for target in keys)
    return tuple(c for t in sold if t is not None for c in t.columns if _is_money(c))


def _is_money(column: Column) -> bool:
    return is_money(column.name) and column.type.startswith(_NUMBERS)


_NUMBERS = ("integer", "bigint", "numeric", "decimal", "smallint", "real", "double", "money")


def _by_payer(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """The rules that go by who pays, not by who is paid."""
    return tuple(p for p in policies if any(not _PAYEE.search(c) for c in _payers(p)))


def _payers(policy: Policy) -> list[str]:
    """The columns that one of its arms compares with the caller."""
    whole = owner_column(policy.check) or owner_column(policy.using)
    if whole:
        return [whole]
    return [c for arm in arms(policy.check or policy.using) if (c := owner_column(arm))]
