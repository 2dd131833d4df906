"""Amounts, credits and paid states that are taken from whoever calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_id, is_money, is_plan, words
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.standing import in_database, is_bypassing
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    by_trusted,
    compared,
    for_administrators,
    inputs,
    last_word,
    raised,
    reread,
    together,
    writes,
)

_FREE = re.compile(
    r"donat|(^|[^a-z])tips?([^a-z]|$)|giving|gift|pledge|contribut|top.?up|deposit|recharge|recarg|saldo|add.?(funds|balance|credit|money)|(^|[^a-z])bids?([^a-z]|$)"
    r"|offer|sponsor|invest|crowdfund|tithe|fundrais|charity|load.?wallet|pay.?what",
    re.IGNORECASE,
)
"""Where whoever pays rightly says how much."""

_CHARGES = re.compile(
    r"(paymentIntents|charges|sessions|orders|invoiceItems|prices|payment_links|paymentLinks|PaymentIntent|Session|Charge)"
    r"\.create$|^post$"
)
_SUBSCRIBES = re.compile(r"(subscriptions|Subscription)\.create$")
_PAYS_OUT = re.compile(r"(transfers|payouts|Transfer|Payout)\.create$")
_GRANTS = re.compile(
    r"(add|increment|increase|credit|award|grant|give|top_?up)\w*(credit|balance|point|coin|token|wallet|fund)s?"
    r"|(credit|balance|point|coin|wallet)s?_(add|increment|increase|award|grant)",
    re.IGNORECASE,
)
_COUNTED = frozenset("quantity qty seats count months days hours nights units number size".split())
_BOUGHT = re.compile(
    r"^(?!.*(invoice|expense|bill))\w*(order|payment|purchase|subscription|enrol|registration|ticket)s?\w*$",
    re.I,
)
_ACCOUNTS = re.compile(r"user|profile|account|member|customer|subscri|tenant|compan|organi", re.I)
_KEPT_BY_ONESELF = re.compile(
    r"debt|loan|liabilit|mortgage|expense|budget|(^|_)goal|saving|asset|household|net_?worth|installment",
    re.IGNORECASE,
)
"""Tables in which people keep their own books: a balance there buys nothing."""
_ACTIVE = frozenset({"active", "paid", "true", "trialing"})
_BOUGHT_STATES = _ACTIVE | {"pro", "premium"}
_PAID = frozenset({"paid", "succeeded", "true", "captured"})


class ClientDecidedMoney(
    Control,
    id="client-decided-money",
    title="The browser says what it costs",
    consequence="Buyers choose their own price, grant themselves credits or declare an order paid.",
    severity=Severity.CRITICAL,
    satisfies=("A54", "H20", "owasp:A06", "cwe:472", "cwe:602"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            for effect in handler.effects:
                finding = self._judged(prototype, handler, effect)
                known = found.get(handler.subject)
                if finding is not None and (known is None or known.outcome.value != "gap"):
                    found[handler.subject] = finding
        if not found:
            yield self.not_applicable("no entry point charges, credits or marks as paid")
        yield from found.values()

    def _judged(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        if effect.after_failure:
            return None
        if effect.kind is EffectKind.PAYMENT:
            return self._payment(prototype, handler, effect)
        if effect.kind is EffectKind.QUERY and in_database(effect):
            return self._given_away(prototype, handler, effect)
        if effect.kind is EffectKind.QUERY and is_bypassing(effect):
            return self._credited(prototype, handler, effect) or self._paid(
                prototype, handler, effect
            )
        return None

    def _payment(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        if _SUBSCRIBES.search(effect.operation):
            return self._mixed(prototype, handler, effect)
        out = bool(_PAYS_OUT.search(effect.operation))
        if not out and not _CHARGES.search(effect.operation):
            return None
        amounts = {k: v for k, v in effect.inputs.items() if _is_amount(k)}
        mixed = self._mixed(prototype, handler, effect)
        if mixed is not None:
            return mixed
        if not amounts:
            return None
        shown = way(prototype, handler, effect)
        sent = [o for origins in amounts.values() for o in inputs(origins) if _is_price(o, origins)]
        instead = [o for origins in amounts.values() for o in _instead(origins)]
        sent = sent or instead
        if not sent:
            return self.satisfied(handler.subject, "The server decides the amount", *shown)
        name = str(sent[0])
        if by_trusted(effect) or any(_is_checked(effect, o) for o in sent):
            return self.satisfied(
                handler.subject, f"{name} is checked before it is charged", *shown
            )
        if not out and not instead and _is_free(handler, effect):
            return self.satisfied(handler.subject, "Whoever pays may say how much", *shown)
        if effect.has(Check.UNCLEAR) or (effect.has(Check.OWNER) and _is_own_bill(handler)):
            reason = f"{handler.name} charges {name}, after a check that could not be followed"
            return self.unknown(handler.subject, reason, *shown)
        billed = any(o.is_input for o in effect.inputs.get("customer", ()))
        sure = Confidence.LOW if billed and not out else Confidence.HIGH  # a seller bills somebody
        verb, cost = (
            ("pays out", "anybody draws money")
            if out
            else ("charges", "a buyer pays what he likes")
        )
        message = f"{handler.name} {verb} {name} as it was sent, never compared with a stored price: {cost}"
        return self.gap(handler.subject, message, *shown, confidence=sure)

    def _mixed(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        """One input says what is paid for, another what is given for it."""
        prices = {
            o
            for name, origins in effect.inputs.items()
            if name.endswith((".price", ".price_id"))
            for o in inputs(origins)
            if not _is_checked(effect, o)
        }
        if not prices or by_trusted(effect) or effect.has(Check.UNCLEAR):
            return None
        given = [
            (name.partition(".")[2], o)
            for name, origins in effect.of("metadata.")
            if is_held(name) or is_plan(name)
            for o in inputs(origins)
            if o not in prices
        ]
        given += [
            (name, o)
            for other in writes(handler)
            if together(effect, other)
            for name, origins in other.of("value:")
            if is_held(name) or is_plan(name)
            for o in inputs(origins)
            if o not in prices
        ]
        if not given:
            return None
        price, (_, got) = min(map(str, prices)), given[0]
        message = (
            f"{handler.name} takes the price ({price}) and what is given for it ({got}) from the request,"
            " apart from each other: the cheapest price buys the most"
        )
        return self.gap(handler.subject, message, *way(prototype, handler, effect))

    def _credited(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        credited = _credits(handler, effect)
        if not credited or _KEPT_BY_ONESELF.search(effect.target):
            return None
        column, origin = credited
        shown = way(prototype, handler, effect)
        trusted = by_trusted(effect) or for_administrators(handler, effect)
        if trusted or _is_checked(effect, origin) or _is_moved(handler, effect, column):
            return self.satisfied(handler.subject, f"{column} follows a check", *shown)
        if effect.has(Check.UNCLEAR) or _asks_provider(handler, effect):
            reason = f"{column} of {effect.target} is raised by {origin}, after a check that was not followed"
            return self.unknown(handler.subject, reason, *shown)
        message = (
            f"{handler.name} books {origin} on {column} of {effect.target} as it was sent, without a payment"
            " or a rule behind it: whoever calls gives himself any amount"
        )
        return self.gap(handler.subject, message, *shown)

    def _given_away(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        """A paid plan that whoever is signed in writes into his own account, with no payment at all."""
        if effect.operation == "insert" or not _ACCOUNTS.search(effect.target):
            return None
        column = next((c for c, o in effect.of("value:") if is_plan(c) and inputs(o)), None)
        active = any(
            k.startswith("value:") and is_plan(k[6:]) and v.lower() in _ACTIVE
            for k, v in effect.literals.items()
        )
        if column is None or not active or by_trusted(effect):
            return None
        if effect.has(Check.UNCLEAR, Check.REFUSES) or for_administrators(handler, effect):
            return None
        if any(e.kind in (EffectKind.PAYMENT, EffectKind.FETCH) for e in handler.effects):
            return None
        message = (
            f"{handler.name} writes {column} of {effect.target} as the caller says and calls it active,"
            " without asking the payment provider: he gets what he never paid for"
        )
        return self.gap(handler.subject, message, *way(prototype, handler, effect))

    def _paid(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        column = _paid_column(effect)
        if column is None:
            return None
        shown = way(prototype, handler, effect)
        if by_trusted(effect) or _asks_provider(handler, effect):
            return self.satisfied(handler.subject, f"{column} follows the provider's word", *shown)
        if effect.has(Check.UNCLEAR, Check.REFUSES) or for_administrators(handler, effect):
            reason = f"{column} of {effect.target} is set after a check that was not followed"
            return self.unknown(handler.subject, reason, *shown)
        message = (
            f"{handler.name} sets {column} of {effect.target} because the caller says so, without asking the"
            " payment provider: he gets what he never paid for"
        )
        # A row that is paid from its first day may come of a demonstration or of cash on delivery.
        # One who looks through receipts or requests says that they are paid: staff, as a rule.
        looked_through = _LOOKED_THROUGH.search(handler.route.path) is not None
        asked = effect.operation == "insert" or looked_through
        confidence = Confidence.LOW if asked else Confidence.HIGH
        return self.gap(
            handler.subject, message, *shown, severity=Severity.HIGH, confidence=confidence
        )


def _is_amount(name: str) -> bool:
    if name.startswith("metadata") or name == "body":
        return False
    last = words(name)[-1:] or [""]
    return last[0] in ("amount", "value", "price", "total") or name.endswith("unit_amount_decimal")


def _is_price(origin: Origin, all_: frozenset[Origin]) -> bool:
    """True for an input that is a price itself, not a number of things whose price is known."""
    word = last_word(origin)
    if any(is_id(part) for part in origin.key.split(".")[:-1]):
        return False  # of what was found by an id that the caller sent
    if _COUNTED.intersection(words(word)):
        return False
    if any(o.kind in ("row", "environment", "answer") for o in all_):
        return False
    return is_money(word) or word in ("unitAmount", "pay", "rate")


def _instead(origins: frozenset[Origin]) -> list[Origin]:
    """`sent.total || product.price * quantity`: what is sent comes before what is stored."""
    stored = any(o.kind == "row" and is_money(o.key.rpartition(".")[2]) for o in origins)
    return [
        o
        for o in inputs(origins)
        if stored
        and {"total", "amount"} & set(words(last_word(o)))
        and is_money(last_word(o))
        and not _FREE.search(o.key)
    ]


def _is_checked(effect: Effect, origin: Origin) -> bool:
    allowed = any(g.check is Check.ALLOWED and str(origin) in g.about for g in effect.guards)
    return allowed or compared(effect, origin)


def _is_free(handler: Handler, effect: Effect) -> bool:
    texts = (handler.name, handler.subject, *effect.literals.values(), *effect.inputs)
    keys = (o.key for origins in effect.inputs.values() for o in origins)
    tables = (e.target for e in handler.effects if e.kind is EffectKind.QUERY)
    return any(_FREE.search(text) for text in (*texts, *keys, *tables))


def _is_own_bill(handler: Handler) -> bool:
    """True where somebody asks others to pay his own invoice."""
    return any("invoice" in e.target for e in handler.effects_of(EffectKind.QUERY))


def _credits(handler: Handler, effect: Effect) -> tuple[str, Origin] | None:
    """The column of held value that an amount of the request goes to."""
    if effect.operation == "rpc":
        if not _GRANTS.search(effect.target):
            return None
        parts = [(f"{effect.target}()", v) for k, v in effect.of("argument:") if is_money(k)]
    elif effect.operation in ("update", "upsert", "insert"):
        added = {*reread(effect, handler), *raised(effect)}
        parts = [(c, v) for c, v in effect.of("value:") if is_held(c) and c in added]
    else:
        return None
    for column, origins in parts:
        for origin in inputs(origins):
            if is_money(last_word(origin)):
                return column, origin
    return None


def _is_moved(handler: Handler, effect: Effect, column: str) -> bool:
    """True where the same column of another row is changed too: a transfer, not a gift."""
    return any(
        other is not effect
        and other.target == effect.target
        and f"value:{column}" in other.inputs
        and not other.excludes(effect)
        for other in writes(handler)
    )


def _asks_provider(handler: Handler, effect: Effect) -> bool:
    """True where a provider was asked before: what it says may have decided."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(e.kind in (EffectKind.PAYMENT, EffectKind.FETCH) for e in before)


_LOOKED_THROUGH = re.compile(r"(verify|review|approve|reject)(-(receipt|payment))?/?$", re.I)


def _paid_column(effect: Effect) -> str | None:
    if effect.operation not in ("update", "insert", "upsert"):
        return None
    for name, text in effect.literals.items():
        column = name.removeprefix("value:")
        if name == column or text.lower() not in _PAID:
            continue
        paid = "paid" in words(column) or {"payment", "status"} <= set(words(column))
        if paid or (column == "status" and _BOUGHT.match(effect.target)):
            return column if _BOUGHT.match(effect.target) else None
    if _ACCOUNTS.search(effect.target) and _is_own_row(effect):
        for name, text in effect.literals.items():
            column = name.removeprefix("value:").removesuffix("~chosen")
            if name.endswith("~chosen") and is_plan(column) and _BOUGHT_STATES & _words_of(text):
                return column
    for column, origins in effect.of("value:"):
        sent = inputs(origins)
        told = any(o.kind in ("row", "answer") for o in origins)
        if is_plan(column) and sent and not told and _ACCOUNTS.search(effect.target):
            return column
        if column in ("payment_status", "paymentStatus", "is_paid", "isPaid", "paid") and sent:
            return column if _BOUGHT.match(effect.target) else None
    return None


def _words_of(chosen: str) -> set[str]:
    """The words that `body.isPro=active|free` chooses from."""
    return set(chosen.rpartition("=")[2].lower().split("|"))


def _is_own_row(effect: Effect) -> bool:
    """True for a row that is found by who is signed in alone."""
    sought = [o for _, origins in effect.of("filter:") for o in origins]
    own = any(o.kind == "principal" or any(b.kind == "principal" for b in o.by) for o in sought)
    return own and not any(o.is_input or any(b.is_input for b in o.by) for o in sought)
