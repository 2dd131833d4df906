"""Amounts, credits and paid states that are taken from whoever calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_id, is_money, is_plan, plain, words
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.ordered import ordered
from shipworthy.prototype.handlers.sent import OF_KIND
from shipworthy.prototype.handlers.standing import in_database, is_bypassing
from shipworthy.prototype.handlers.vouching import (
    asked_about,
    beside,
    changes_at_provider,
    is_of_somebody,
    vouched,
)
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    bounded,
    by_trusted,
    compared,
    for_administrators,
    inputs,
    is_same,
    last_word,
    left_free,
    raised,
    reread,
    together,
    writes,
)
from shipworthy.regex import regex

_FREE = regex(
    r"donat|(^|[^a-z])tips?([^a-z]|$)|giving|gift|pledge|contribut|top.?up|deposit|recharge|recarg|saldo|add.?(funds|balance|credit|money)|(^|[^a-z])bids?([^a-z]|$)"
    r"|offer|sponsor|invest|crowdfund|tithe|fundrais|charity|load.?wallet|pay.?what",
    re.IGNORECASE,
)
"""Where whoever pays rightly says how much."""

_CHARGES = regex(
    r"(paymentIntents|charges|sessions|orders|invoiceItems|prices|payment_links|paymentLinks|PaymentIntent|Session|Charge)"
    r"\.create$|^post$"
)
_SUBSCRIBES = regex(r"(subscriptions|Subscription)\.create$")
_PAYS_OUT = regex(r"(transfers|payouts|Transfer|Payout)\.create$")
_GRANTS = regex(
    r"(add|increment|increase|credit|award|grant|give|top_?up)\w*(credit|balance|point|coin|token|wallet|fund)s?"
    r"|(credit|balance|point|coin|wallet)s?_(add|increment|increase|award|grant)",
    re.IGNORECASE,
)
_COUNTED = frozenset("quantity qty seats count months days hours nights units number size".split())
_BOUGHT = regex(
    r"^(?!.*(invoice|expense|bill))\w*(order|payment|purchase|subscription|enrol|registration|ticket)s?\w*$",
    re.I,
)
_ACCOUNTS = regex(r"user|profile|account|member|customer|subscri|tenant|compan|organi", re.I)
_KEPT_BY_ONESELF = regex(
    r"debt|loan|liabilit|mortgage|expense|budget|(^|_)goal|saving|asset|household|net_?worth|installment",
    re.IGNORECASE,
)
"""Tables in which people keep their own books: a balance there buys nothing."""
_ACTIVE = frozenset({"active", "paid", "true", "trialing"})
_BOUGHT_STATES = _ACTIVE | {"pro", "premium"}
_PAID = frozenset({"paid", "succeeded", "true", "captured"})
_DONE = frozenset({"completed", "complete", "confirmed", "success"})
"""States that mean a payment where the time of the payment is kept beside them."""


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
                if finding is not None and (known is None or _outweighs(finding, known)):
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
            given = self._given_away(prototype, handler, effect)
            return given or self._ordered(prototype, handler, effect)
        if effect.kind is EffectKind.QUERY and is_bypassing(effect):
            return (
                self._beside_the_payment(prototype, handler, effect)
                or self._paid_by_another(prototype, handler, effect)
                or self._paid_twice(prototype, handler, effect)
                or self._credited(prototype, handler, effect)
                or self._paid(prototype, handler, effect)
                or self._upgraded(prototype, handler, effect)
                or self._ordered(prototype, handler, effect)
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

    def _ordered(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        """An order at the price that its buyer names, whoever collects the money for it later."""
        found = ordered(prototype, handler, effect)
        if found is None or _is_free(handler, effect, beside="deposit"):
            return None
        message = (
            f"{handler.name} stores {found.origin} as {found.column} of {effect.target} as it was sent, and"
            f" nothing looks up what it costs ({found.shop}): a buyer orders at any price"
        )
        shown = way(prototype, handler, effect)
        return self.gap(handler.subject, message, *shown, severity=Severity.HIGH)

    def _credited(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        credited = _credits(handler, effect)
        if not credited or _KEPT_BY_ONESELF.search(effect.target):
            return None
        column, origin = credited
        shown = way(prototype, handler, effect)
        trusted = by_trusted(effect) or for_administrators(handler, effect)
        moved = _is_moved(handler, effect, column)
        if not (trusted or moved) and _may_be_negative(effect, origin):
            reason = (
                f"{origin} is compared with what {column} of {effect.target} holds, and nothing refuses a"
                " negative number, which adds where it should take"
            )
            return self.unknown(handler.subject, reason, *shown)
        if trusted or _is_checked(effect, origin) or moved:
            return self.satisfied(handler.subject, f"{column} follows a check", *shown)
        if effect.has(Check.UNCLEAR) or _asks_provider(handler, effect):
            reason = f"{column} of {effect.target} is raised by {origin}, after a check that was not followed"
            return self.unknown(handler.subject, reason, *shown)
        message = (
            f"{handler.name} books {origin} on {column} of {effect.target} as it was sent, without a payment"
            " or a rule behind it: whoever calls gives himself any amount"
        )
        return self.gap(handler.subject, message, *shown)

    def _beside_the_payment(
        self, prototype: Prototype, handler: Handler, effect: Effect
    ) -> Finding | None:
        """The provider is asked about one thing that was sent, and another one is given for it."""
        if for_administrators(handler, effect) or effect.has(
            Check.ROLE, Check.SECRET, Check.API_KEY, Check.UNCLEAR
        ):
            return None
        what, sent = _got(handler, effect)
        covered = vouched(prototype, handler, effect) if sent else ""
        origin = beside(prototype, handler, effect, sent) if covered else None
        if origin is None:
            return None
        message = (
            f"{handler.name} makes sure that {covered} is paid, and takes {origin}, which decides {what} of"
            f" {effect.target}, from the request beside it: whoever pays for the cheapest gets the dearest"
        )
        shown = way(prototype, handler, effect)
        return self.gap(handler.subject, message, *shown, severity=Severity.HIGH)

    def _paid_by_another(
        self, prototype: Prototype, handler: Handler, effect: Effect
    ) -> Finding | None:
        """A plan for whoever names a payment that was made, by whomever."""
        column = _plan_told(effect)
        if column is None or not _is_for_oneself(effect) or for_administrators(handler, effect):
            return None
        if effect.has(Check.ROLE, Check.SECRET, Check.API_KEY, Check.UNCLEAR, Check.OWNER):
            return None
        covered = vouched(prototype, handler, effect)
        if not covered or is_of_somebody(prototype, handler, effect):
            return None
        message = (
            f"{handler.name} sets {column} of {effect.target} of whoever is signed in once {covered} is paid,"
            " and nothing asks whose payment that is: one payment, handed on, serves for every account"
        )
        shown = way(prototype, handler, effect)
        return self.gap(handler.subject, message, *shown, severity=Severity.HIGH)

    def _paid_twice(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        """Something is given for a payment that the caller names, as often as he names it."""
        added = _given(handler, effect)
        asked = sorted(asked_about(handler, effect))
        if not added or not asked or by_trusted(effect) or effect.has(Check.UNCLEAR):
            return None
        if effect.atomic or not handler.whole or _remembers(handler, effect):
            return None
        if changes_at_provider(handler, effect):
            return None
        message = (
            f"{handler.name} raises {added} of {effect.target} for the payment that {asked[0]} names, and"
            " keeps no note of which it has counted: one payment, sent again and again, counts each time"
        )
        shown = way(prototype, handler, effect)
        return self.gap(handler.subject, message, *shown, severity=Severity.HIGH)

    def _upgraded(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding | None:
        """A paid plan, written in the code, that whoever is signed in gets for asking."""
        column = _paid_plan(effect)
        if column is None or not _is_for_oneself(effect) or by_trusted(effect):
            return None
        if effect.has(Check.UNCLEAR, Check.REFUSES, Check.OWNER):
            return None
        if any(g.check is Check.VALID and g.how not in OF_KIND for g in effect.guards):
            return None
        if for_administrators(handler, effect) or _EARNED.search(handler.name):
            return None
        before = handler.effects[: handler.effects.index(effect)]
        if any(e.kind in _TELL for e in before) or not handler.whole:
            return None
        message = (
            f"{handler.name} sets {column} of {effect.target} for whoever is signed in and asks for it,"
            " without asking the payment provider: he gets what he never paid for"
        )
        shown = way(prototype, handler, effect)
        # What is read here, a payment or points of his, may be what he gets it for.
        read = any(
            e.operation == "select" and (e.target != effect.target or e.steps == effect.steps)
            for e in before
        )
        confidence = Confidence.LOW if read else Confidence.HIGH
        return self.gap(
            handler.subject, message, *shown, severity=Severity.HIGH, confidence=confidence
        )

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
        unclear = effect.has(Check.UNCLEAR, Check.REFUSES) or _asks_unseen(effect)
        if unclear or for_administrators(handler, effect):
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


def _asks_unseen(effect: Effect) -> bool:
    """True where the state of an answer was asked for that came by a part of the address or a header
    (`(await gateway.find(id)).payment_status`): such a part is a word and has no state of its own."""
    return any(
        _OF_A_WORD.search(about)
        for guard in effect.guards
        if guard.check is Check.ALLOWED
        for about in guard.about
    )


_OF_A_WORD = regex(
    r"^(path|header)\.\w[\w-]*\.(\w+\.)*(payment_?)?(status|state|paid)$", re.IGNORECASE
)
_TELL = (EffectKind.PAYMENT, EffectKind.FETCH, EffectKind.CALL)
_EARNED = regex(
    r"trial|redeem|coupon|voucher|promo|invite|referral|code|licen[sc]e|activate|claim|test|demo|seed|dev|sync|webhook|callback|revenue",
    re.IGNORECASE,
)
"""Addresses at which a plan is given for something else than money."""


def _got(handler: Handler, effect: Effect) -> tuple[str, list[Origin]]:
    """What somebody gets for a payment, and what of the request decides how much or which."""
    for column, origins in effect.of("value:"):
        told = any(o.kind in ("row", "answer", "environment") for o in origins)
        if inputs(origins) and not told and is_plan(column):
            return column, inputs(origins)
    credited = _credits(handler, effect)
    if credited is not None:
        return credited[0], [credited[1]]
    paid = _paid_column(effect)
    if paid is None or effect.operation != "update":
        return "", []
    sought = [o for _, found in effect.of("filter:") for o in found]
    if any(not o.is_input for o in sought):
        return "", []
    return f"which row is {paid}", inputs(sought)


def _given(handler: Handler, effect: Effect) -> str:
    """The column of held value to which something is added; "" for none."""
    if effect.operation == "rpc":
        return f"{effect.target}()" if _GRANTS.search(effect.target) else ""
    added = {*reread(effect, handler), *raised(effect)}
    return next((c for c in sorted(added) if is_held(c)), "")


def _remembers(handler: Handler, effect: Effect) -> bool:
    """True where the payment is looked up, kept or closed in any table: a repeat may be known by it."""
    asked = asked_about(handler, effect)
    for other in handler.effects_of(EffectKind.QUERY):
        for name, found in other.inputs.items():
            if name.startswith(("filter:", "value:", "argument:")) and any(
                o in asked or o.kind == "answer" for o in found
            ):
                return other is not effect or not is_held(name.partition(":")[2])
        if other is not effect and any(
            k.startswith("filter:") and k.endswith(("status", "state")) for k in other.literals
        ):
            return True
    return False


def _paid_plan(effect: Effect) -> str | None:
    """The column of a plan that is set to a paid one, as the code writes it."""
    if effect.operation not in ("update", "upsert") or not _ACCOUNTS.search(effect.target):
        return None
    if any("trial" in f"{name}{text}".lower() for name, text in effect.literals.items()):
        return None
    return next(
        (
            name.removeprefix("value:")
            for name, text in effect.literals.items()
            if name.startswith("value:") and is_plan(name[6:]) and text.lower() in _BOUGHT_PLANS
        ),
        None,
    )


def _plan_told(effect: Effect) -> str | None:
    """The column of a plan that is set to a paid one, or to what the provider says."""
    if effect.operation not in ("update", "upsert") or not _ACCOUNTS.search(effect.target):
        return None
    told = (c for c, o in effect.of("value:") if is_plan(c) and {x.kind for x in o} == {"answer"})
    return _paid_plan(effect) or next(told, None)


_BOUGHT_PLANS = frozenset(
    "true pro premium plus business enterprise gold vip unlimited paid".split()
)


def _is_for_oneself(effect: Effect) -> bool:
    """True for a row that is the caller's own, by its filter or by whose it is said to be."""
    sought = [*effect.of("filter:"), *effect.of("value:")]
    return _is_own_row(effect) or (
        effect.operation == "upsert"
        and any(o.kind == "principal" for _, found in sought for o in found)
    )


def _outweighs(finding: Finding, known: Finding) -> bool:
    """True for a gap after none, and for a worse one."""
    if known.outcome.value != "gap":
        return True
    return finding.outcome.value == "gap" and finding.severity.value > known.severity.value


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
    return _is_allowed(effect, origin) or compared(effect, origin)


def _is_allowed(effect: Effect, origin: Origin) -> bool:
    return any(g.check is Check.ALLOWED and str(origin) in g.about for g in effect.guards)


def _may_be_negative(effect: Effect, origin: Origin) -> bool:
    """True for a number that is spent once it was compared with what there is, and with nothing below it."""
    held = bounded(effect, origin) or is_same(effect, origin) or not left_free(effect, origin)
    return not held and not _is_allowed(effect, origin) and compared(effect, origin)


def _is_free(handler: Handler, effect: Effect, beside: str = "") -> bool:
    """True where whoever pays says how much; `beside` is a word that says nothing of an order, of whose price
    a deposit is a part."""
    texts = (handler.name, handler.subject, *effect.literals.values(), *effect.inputs)
    keys = (o.key for origins in effect.inputs.values() for o in origins)
    tables = (e.target for e in handler.effects if e.kind is EffectKind.QUERY)
    every = (*texts, *keys, *tables)
    return any(_FREE.search(text.lower().replace(beside, "") if beside else text) for text in every)


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


_LOOKED_THROUGH = regex(r"(verify|review|approve|reject)(-(receipt|payment))?/?$", re.I)


def _paid_column(effect: Effect) -> str | None:
    if effect.operation not in ("update", "insert", "upsert"):
        return None
    timed = any(plain(name) in ("paid_at", "payment_date") for name, _ in effect.of("value:"))
    for name, text in effect.literals.items():
        column = name.removeprefix("value:")
        if name == column or text.lower() not in (_PAID | _DONE if timed else _PAID):
            continue
        if _tells_of_payment(column) or (column == "status" and _BOUGHT.match(effect.target)):
            return column if _BOUGHT.match(effect.target) else None
    for name, text in effect.literals.items():
        column = name.removeprefix("value:").removesuffix("~chosen")
        if not name.endswith("~chosen"):
            continue
        if _tells_of_payment(column) and _PAID & _words_of(text) and _BOUGHT.match(effect.target):
            return column
        told = _ACCOUNTS.search(effect.target) and _is_own_row(effect) and not _ANSWERED.match(text)
        if told and is_plan(column) and _BOUGHT_STATES & _words_of(text):
            return column
    for column, origins in effect.of("value:"):
        sent = inputs(origins)
        told = any(o.kind in ("row", "answer") for o in origins)
        if is_plan(column) and sent and not told and _ACCOUNTS.search(effect.target):
            return column
        if column in ("payment_status", "paymentStatus", "is_paid", "isPaid", "paid") and sent:
            return column if _BOUGHT.match(effect.target) else None
    return None


def _tells_of_payment(column: str) -> bool:
    return "paid" in words(column) or {"payment", "status"} <= set(words(column))


_ANSWERED = regex(r"answer\b")
"""Begins what another service has decided, not the caller."""


def _words_of(chosen: str) -> set[str]:
    """The words that `body.isPro=active|free` chooses from."""
    return set(chosen.rpartition("=")[2].lower().split("|"))


def _is_own_row(effect: Effect) -> bool:
    """True for a row that is found by who is signed in alone."""
    sought = [o for _, origins in effect.of("filter:") for o in origins]
    own = any(o.kind == "principal" or any(b.kind == "principal" for b in o.by) for o in sought)
    return own and not any(o.is_input or any(b.is_input for b in o.by) for o in sought)
