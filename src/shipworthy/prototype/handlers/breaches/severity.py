"""How bad it is that anybody may have an effect."""

from __future__ import annotations

import re

from shipworthy.finding import Severity
from shipworthy.prototype.handlers.breaches.about import (
    PII,
    leaves_a_record,
    looks_up,
    says_who_is_born_when,
    shows_persons,
)
from shipworthy.prototype.handlers.breaches.meant import asks_provider, lends_its_key
from shipworthy.prototype.handlers.breaches.power import governs, is_admin, writes_power
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.standing import is_bypassing, owner_columns
from shipworthy.prototype.handlers.weight import (
    RECIPIENTS,
    Harm,
    hands_out_files,
    passes_on,
    reaches_operator,
    starts_own_program,
    writes_at_host,
    writes_at_service,
)
from shipworthy.prototype.handlers.writes import only_moves_on
from shipworthy.regex import regex


def _goes_to_staff(effect: Effect) -> bool:
    """True for a message whose reader the code or the database names, whatever the caller writes into it."""
    named = [
        effect.inputs[name] for name in ("to", "recipient", "recipients") if name in effect.inputs
    ]
    return bool(named) and not any(o.is_input for found in named for o in found)


def severity_open(handler: Handler, effect: Effect, kind: Harm, ownership: Ownership) -> Severity:
    """How bad an effect is that anybody may have."""
    match kind:
        case Harm.ACCOUNT if looks_up(effect):
            return Severity.HIGH
        case Harm.RUN if starts_own_program(effect):
            return Severity.MEDIUM
        case Harm.ACCOUNT | Harm.RUN:
            return Severity.CRITICAL
        case Harm.SPEND:
            return Severity.HIGH
        case Harm.FORWARD:
            lends = lends_its_key(effect) and not _goes_to_staff(effect)
            rules = writes_at_service(effect) and not leaves_a_record(effect)
            return Severity.HIGH if lends or rules or writes_at_host(effect) else Severity.MEDIUM
        case Harm.SEND if passes_on(effect):
            return Severity.HIGH
        case Harm.SEND:
            return _severity_of_mail(effect)
        case Harm.ASK:
            return Severity.MEDIUM
        case Harm.READ if hands_out_files(effect):
            return Severity.HIGH
        case Harm.READ if found_by_reference(effect) or _OF_PROVIDERS.match(snake(effect.target)):
            return Severity.MEDIUM
        case Harm.READ:
            named = PII.search(effect.target) or says_who_is_born_when(effect, ownership)
            grave = named and (is_admin(handler) or shows_persons(handler, effect, ownership))
            return Severity.HIGH if grave else Severity.MEDIUM
        case Harm.ADD if governs(effect, ownership):
            return max(
                Severity.HIGH, _severity_of_addition(effect, ownership), key=lambda s: s.value
            )
        case Harm.ADD:
            return _severity_of_addition(effect, ownership)
    if writes_power(effect, ownership):
        return Severity.CRITICAL
    if kind is Harm.CHANGE and not (
        is_admin(handler)
        or PII.search(effect.target)
        or ownership.of(effect.target)
        or _any_row(effect)
    ):
        return Severity.MEDIUM
    if kind is Harm.CHANGE and (only_moves_on(effect) or _repeats_provider(handler, effect)):
        return Severity.MEDIUM
    return Severity.MEDIUM if _SOON_MADE_AGAIN.search(effect.target) else Severity.HIGH


_OF_PROVIDERS = regex(
    r"(trainer|coach|doctor|therapist|teacher|tutor|instructor|mentor|expert|consultant|stylist|barber|artist|provider"
    r"|vendor|freelancer|guide)_?profiles?$"
)
"""Tables of those whom customers choose from: what they are called and how to reach them is shown on purpose,
as a rule."""


def found_by_reference(effect: Effect) -> bool:
    """True for rows that whoever calls finds only by what a payment provider calls a payment."""
    sent = [n for n, found in effect.of("filter:") if any(o.is_input for o in found)]
    return bool(sent) and all(map(_REFERENCE.search, sent))


_REFERENCE = regex(
    r"(^|_)((checkout|merchant)_?request_?id|(payment|setup)_?intent(_?id)?|checkout_?session_?id"
    r"|(payment|transaction|gateway|provider|trx|txn?)_?(ref(erence)?)|(payment|transaction|trx|txn?|order_?tracking)_?id"
    r"|(mpesa|stripe|paystack|flutterwave|pesapal|razorpay|paypal|mollie)_\w+)$",
    re.IGNORECASE,
)


def _repeats_provider(handler: Handler, effect: Effect) -> bool:
    """True where a payment that the provider was asked about is noted: whoever calls names the payment and
    decides nothing about what is written."""
    told = [n for n, found in effect.of("value:") if any(o.is_input for o in found)]
    sought = [n for n, found in effect.of("filter:") if any(o.is_input for o in found)]
    named = bool(told or sought) and all(map(_REFERENCE.search, (*told, *sought)))
    return named and asks_provider(handler, effect)


def _any_row(effect: Effect) -> bool:
    """True where the caller names the row and the client is held back by no rule."""
    named = any(o.is_input for _, origins in effect.of("filter:") for o in origins)
    return named and is_bypassing(effect)


_SOON_MADE_AGAIN = regex(
    r"(carts?|cart_?items?|baskets?|basket_?items?|wish_?lists?|favou?rites?|bookmarks?|likes?|push_?subscriptions?"
    r"|(push|device)_?tokens?|drafts?)$|(^|_)te?mp(orary)?_",
    re.IGNORECASE,
)
"""What its owner has again with a few clicks."""


_SAID = ("subject", "html", "text", "body", "message", "content", "textmessage", "caption")


def _severity_of_mail(effect: Effect) -> Severity:
    if reaches_operator(effect):
        return Severity.LOW
    to = any(
        o.is_input or any(chosen.is_input for chosen in o.by)
        for name in RECIPIENTS
        for o in effect.inputs.get(name, ())
    )
    # Where a mail has no text of its own, all its parts together stand for it.
    own = [name for name in _SAID if name != "text" or not effect.sent or name in effect.sent]
    said = any(o.is_input for name in own for o in effect.inputs.get(name, ()))
    to_all = effect.operation == "push" and effect.looped  # whoever has subscribed
    return Severity.HIGH if (to or to_all) and said else Severity.MEDIUM


def _severity_of_addition(effect: Effect, ownership: Ownership) -> Severity:
    if writes_power(effect, ownership):
        return Severity.CRITICAL
    if effect.kind is EffectKind.STORAGE:
        return Severity.MEDIUM
    sent = {n for n, found in effect.of("value:") if any(o.is_input for o in found)}
    whose = {name for name in sent if owner_columns((name,))}
    said = {n for n, found in effect.of("value:") if any(o.kind not in _OF_SERVER for o in found)}
    if whose == said and not any(n.startswith("value:") for n in effect.literals):
        return Severity.MEDIUM  # an empty row in the name of somebody
    return Severity.HIGH if whose else Severity.MEDIUM


_OF_SERVER = ("random", "environment")
