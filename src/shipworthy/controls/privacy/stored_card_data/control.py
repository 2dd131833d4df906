"""Numbers and codes of payment cards that the prototype keeps itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.privacy.personal import PersonalDatum
from shipworthy.regex import regex

_CODE = regex(r"(^|_)(cvv|cvc|card_?cvv|card_?cvc)$", re.IGNORECASE)
# Collectors, clubs and libraries number their cards, too: a payment card is known by what is beside it.
_PAYMENT = regex(
    r"credit|debit|cvv|cvc|(^|_)cc(_|$)|card_?holder|holder_?name|expir|exp_?(month|year|date)|billing"
    r"|payment|checkout|bank",
    re.IGNORECASE,
)
# A masked number is no secret, and India's PAN card is a tax number.
_HARMLESS = regex(r"mask|truncat|redact|last_?(4|four)|(^|_)pan_?card", re.IGNORECASE)
_OTHER_CARDS = regex(
    r"loyalty|gift|member|library|fuel|insurance|health|student|attendance|vaccin|collect|rfid|id_?card",
    re.IGNORECASE,
)


class StoredCardData(
    Control,
    id="stored-card-data",
    title="Card numbers in the database",
    consequence="One leak of the table and thieves pay with your customers' cards; card schemes forbid it.",
    severity=Severity.HIGH,
    satisfies=("G16", "gdpr:5.1.f", "cwe:312"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        tables: dict[str, list[PersonalDatum]] = {}
        for datum in prototype.personal_data:
            kept = datum.kind == "table" and datum.category is Category.CARD
            if kept and _is_of_payment(prototype, datum):
                tables.setdefault(datum.holder, []).append(datum)
        for table, columns in tables.items():
            yield self._judge(prototype, table, columns)
        if not tables:
            yield self.not_applicable("no table has a column for card numbers")

    def _judge(self, prototype: Prototype, table: str, columns: list[PersonalDatum]) -> Finding:
        names = ", ".join(d.field for d in columns)
        code = any(_CODE.search(d.field) for d in columns)
        message = f"The table {table} keeps {names} of payment cards"
        if code:
            message += "; the security code must never be stored"
        shown = prototype.evidence("code", columns[0].location)
        severity = Severity.CRITICAL if code else self.severity
        return self.gap(table, message, shown, severity=severity)


def _is_of_payment(prototype: Prototype, datum: PersonalDatum) -> bool:
    if _OTHER_CARDS.search(f"{datum.holder} {datum.field}") or _HARMLESS.search(datum.field):
        return False
    beside = {c for t in prototype.tables if t.name == datum.holder for c in t.columns}
    return any(_PAYMENT.search(name) for name in (datum.holder, datum.field, *beside))
