"""Webhooks that believe whoever posts to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import (
    Check,
    Effect,
    EffectKind,
    Handler,
)
from shipworthy.prototype.handlers.paying import books_a_payment
from shipworthy.prototype.handlers.read_requests import reads_request
from shipworthy.prototype.handlers.senders import STRIPE, sender_of
from shipworthy.prototype.handlers.signed_webhooks import signed_webhook
from shipworthy.prototype.handlers.standing import (
    by_credential,
    changes,
    is_bypassing,
    is_of_caller,
)
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import is_on_own_machine
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_MOBILE_MONEY = r"m-?pesa|daraja|stk(-?push)?|c2b|b2c"
_PAYS = (
    rf"{_MOBILE_MONEY}|airtel(-?money)?|momo|intasend|pesapal|flutterwave|paystack|payfast|payments?"
    r"|paypal|mollie|mercado-?pago|midtrans|xendit|razorpay|cashfree|phonepe|paytm|bkash|sslcommerz|iyzico|payu"
)
_HOOK = regex(
    r"webhook|(^|[-_/])(hooks?|inbound|ipn|status-?callback|delivery-?callback)([-_/]|$)"
    rf"|(^|[-_/])({_PAYS})[-_/]([\w-]+[-_/])?(callback|notify|notifications?)([-_/]|$)"
    rf"|(^|[-_/])({_MOBILE_MONEY})[-_/]([\w-]+[-_/])?(confirmation|result)([-_/]|$)",
    re.IGNORECASE,
)
_UNSIGNED = regex(rf"(^|[-_/])({_MOBILE_MONEY})([-_/]|$)", re.IGNORECASE)
"""Safaricom signs none of its callbacks: https://developer.safaricom.co.ke/APIs/MpesaExpressSimulate"""
_OUTGOING = regex(
    r"(dispatch|send|test|trigger|register|setup|configure|manage|create|delete|retry|list|process|simulate)-?_?\w*-?_?webhook"
    r"|webhooks?[-_/](test|send|setup|register|config\w*|settings|deliver\w*|log\w*|retry|secret)",
    re.IGNORECASE,
)
_ASKED_BACK = (EffectKind.FETCH, EffectKind.PAYMENT)


class WebhookUnverified(
    Control,
    id="webhook-unverified",
    title="Webhook believes anybody",
    consequence="A stranger posts invented payments, messages or states, and the app acts on them.",
    severity=Severity.HIGH,
    satisfies=("A54", "owasp:A08", "cwe:345"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        hooks = [h for h in prototype.handlers if _is_hook(h)]
        if not hooks:
            yield self.not_applicable("no entry point is a webhook")
        seen: set[str] = set()
        told: set[tuple[str, str]] = set()
        for handler in hooks:
            if handler.subject not in seen:
                seen.add(handler.subject)
                found = self._judged(prototype, handler)
                # Only one of those that are entered for one address answers there.
                if found.outcome is Outcome.GAP and _place(handler) in told:
                    found = replace(found, confidence=Confidence.LOW)
                elif found.outcome is Outcome.GAP:
                    told.add(_place(handler))
                yield found

    def _judged(self, prototype: Prototype, handler: Handler) -> Finding:
        acts = [e for e in handler.effects if changes(e) and not _is_log(e) and _is_sent(e)]
        if acts and not reads_request(prototype, handler):
            acts = []
        if not acts:
            if not handler.whole:
                return self.unknown(
                    handler.subject, f"Not followed to its end: {handler.hindrance}"
                )
            shown = prototype.evidence("code", handler.location)
            return self.satisfied(handler.subject, "Nothing is done with what is sent", shown)
        open_ = [e for e in acts if not _knows_sender(handler, e)]
        if not open_:
            return self.satisfied(
                handler.subject, "The sender is checked first", *way(prototype, handler, acts[0])
            )
        effect = next((e for e in open_ if is_bypassing(e)), open_[0])
        shown_ = way(prototype, handler, effect)
        if effect.has(Check.UNCLEAR, Check.PLATFORM):
            reason = "Something is checked before it acts; whether that proves the sender could not be seen"
            return self.unknown(handler.subject, reason, *shown_)
        if found := by_credential(handler, effect):
            reason = f"Found by {found}: a secret of the address may prove the sender"
            return self.unknown(handler.subject, reason, *shown_)
        asked = _asks_back(handler, effect)
        unasked = next((e for e in open_ if _is_unasked(handler, e)), None) if asked else None
        if unasked is not None:
            effect, shown_ = unasked, way(prototype, handler, unasked)
        elif asked:
            reason = "The provider is asked again before the app acts: that may prove what was sent"
            return self.unknown(handler.subject, reason, *shown_)
        if _has_it_verified(handler, effect):
            reason = "The provider is asked whether the signature is right"
            return self.unknown(handler.subject, reason, *shown_)
        why = next((g.how for g in effect.guards if g.check is Check.HOLLOW), "")
        at_times = not why and _checks_at_times(prototype, handler, effect)
        if effect.has(Check.REFUSES) and not why and not at_times:
            reason = (
                "Some senders are turned away before it acts, by a check that could not be followed"
            )
            return self.unknown(handler.subject, reason, *shown_)
        lacking = f"its check does not hold, {why}" if why else "without checking a signature"
        lacking = "where the secret of its signatures is not set" if at_times else lacking
        left_out = not why and not at_times and _may_leave_it_out(prototype, handler, effect)
        if left_out:
            lacking = (
                "as its signature is checked only where one comes along: whoever leaves the header"
                " out gets past it, with the secret set too"
            )
        message = (
            f"{handler.name} acts on whatever is posted, {lacking}: anybody who knows the"
            f" address {_does(effect)}"
        )
        severity = self.severity if _is_grave(effect) or left_out else Severity.MEDIUM
        if at_times or re.search("lead|form|contact|signup", handler.route.path, re.IGNORECASE):
            severity = (
                Severity.MEDIUM
            )  # only a setting is missing, or strangers may write there anyway
        return self.gap(handler.subject, message, *shown_, severity=severity)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A check of the signature, where the sender and the way it signs are known."""
        handler = next((h for h in prototype.handlers if h.subject == finding.subject), None)
        changed = signed_webhook(prototype, handler) if handler is not None else None
        if changed is not None:
            writes = tuple(Write(path, text) for path, text in sorted(changed.texts.items()))
            said = f"Let {finding.subject} refuse what {changed.sender} did not sign; "
            secret = changed.secret or "the secret that it reads"
            said += f"set {secret} where it runs, or every message is refused"
            return Remedy(said, Review.CAREFUL, writes)
        if handler is not None and any(map(_UNSIGNED.search, _paths(handler))):
            said = (
                f"M-Pesa signs nothing: give {finding.subject} a long secret in its address, and ask for the"
                " state of the transaction (STK push query) before the app acts on what was posted"
            )
            return Remedy(said, Review.BY_HAND)
        said = (
            f"Check the signature of each message to {finding.subject} with the secret that the "
            "sender shows, over the body as it came and before anything is read from it; answer "
            "401 where it does not fit"
        )
        known = sender_of(handler.route.path) if handler is not None else None
        if known is not None and known is not STRIPE:
            said += f". {known.way}: {known.source}"
        return Remedy(said, Review.BY_HAND)


def _paths(handler: Handler) -> tuple[str, ...]:
    return handler.route.path, *handler.addresses


def _place(handler: Handler) -> tuple[str, str]:
    """The address of an entry point, in the server that its folder stands for."""
    return handler.location.path.partition("/")[0], handler.name


def _is_hook(handler: Handler) -> bool:
    if handler.route.method not in ("POST", "*", ""):
        return False
    if _OUTGOING.search(handler.route.path):
        return False
    if _HOOK.search(handler.route.path):  # a signature alone may be that of a code or link
        return True
    called_back = _CALLED_BACK.search(handler.route.path) is not None
    return called_back and any(
        books_a_payment(effect) and not effect.has(*_ASKED_OF_USERS) for effect in handler.effects
    )


_CALLED_BACK = regex(r"(^|[-_/])callback/?$", re.IGNORECASE)  # of a login as often as of a payment
_ASKED_OF_USERS = (Check.SESSION, Check.PLATFORM, Check.ROLE, Check.OWNER)


def _knows_sender(handler: Handler, effect: Effect) -> bool:
    """True where a secret or signature was checked, or a user who acts for himself.

    A session that a middleware asks for everywhere does not make a sender: whoever has an account posts.
    """
    if effect.has(Check.SECRET, Check.SIGNATURE, Check.API_KEY):
        return True
    sessions = [g for g in effect.guards if g.check is Check.SESSION]
    if not sessions:
        return False
    if _uses_caller(handler) or not handler.route.path.count("webhooks/"):
        return True
    return any(g.path == handler.location.path for g in sessions)


def _uses_caller(handler: Handler) -> bool:
    return any(
        is_of_caller(o) and o.kind != "header"
        for e in handler.effects
        for origins in e.inputs.values()
        for o in origins
    )


def _is_log(effect: Effect) -> bool:
    return (
        effect.kind is EffectKind.QUERY
        and "log" in effect.target
        and effect.operation == "insert"
        and ("error" in effect.target or "audit" in effect.target)
    )


def _is_sent(effect: Effect) -> bool:
    """True where what was posted has a part in it."""
    return any(
        (o.is_input or any(by.is_input for by in o.by)) and o.kind != "claims"
        for origins in effect.inputs.values()
        for o in origins
    )


def _asks_back(handler: Handler, effect: Effect) -> bool:
    before = handler.effects[: handler.effects.index(effect)]
    return any(e.kind in _ASKED_BACK and _is_sent(e) for e in before) and any(
        o.kind == "answer" for origins in effect.inputs.values() for o in origins
    )


_GRANTS = regex(r"paid|active|succe|complete|confirm|premium|^pro$|trial", re.IGNORECASE)


def _is_unasked(handler: Handler, effect: Effect) -> bool:
    """True where the provider is asked for other kinds of events alone, and what this one says is
    written down, or grants something."""
    if effect.kind is not EffectKind.QUERY or effect.has(Check.UNCLEAR, Check.PLATFORM):
        return False
    asking = [e for e in handler.effects if e.kind in _ASKED_BACK and _is_sent(e)]
    if not asking or not all(effect.excludes(e) for e in asking):
        return False
    told = any(o.is_input for _, origins in effect.of("value:") for o in origins)
    return told or any(map(_GRANTS.search, effect.literals.values()))


_VERIFIES = regex(
    r"verif\w*(webhook|signature|ipn|event)|(webhook|signature)\w*verif", re.IGNORECASE
)


_CHECKS = regex(
    r"constructEvent|createHmac|timingSafeEqual|compare_digest|hmac\.new"
    r"|(verif|validat|check|isvalid)\w*(signature|webhook)",
    re.IGNORECASE,
)


# `if (signature) {`, `if (SECRET && signature) {` around the check: whoever sends none gets past it.
_LETS_PASS = regex(
    r"\bif\s*\(?\s*([\w.!]+\s*(&&|\band\b)\s*)?(?!\w*secret)(\w*(sig|hmac|sent|header|given|hash|token)\w*)"
    r"\s*((&&|\band\b)\s*[\w.!]+\s*)?(\)\s*\{|:\s*$)",
    re.I,
)


def _checks_at_times(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where a signature is compared before it acts, and a way leads past that which no sender
    chooses: the one on which no secret is set."""
    before = _lines_before(prototype, handler, effect)
    return any(map(_CHECKS.search, before)) and not any(map(_LETS_PASS.search, before))


def _may_leave_it_out(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where a signature is compared before it acts, if the sender has sent one."""
    before = _lines_before(prototype, handler, effect)
    return any(
        _LETS_PASS.search(line) and any(map(_CHECKS.search, before[number:]))
        for number, line in enumerate(before)
    )


def _lines_before(prototype: Prototype, handler: Handler, effect: Effect) -> list[str]:
    """The lines of a handler above that on which it acts."""
    path, start = handler.location.path, handler.location.line
    here = [s.line for s in effect.steps[1:] if s.path == path]
    last = here[0] if here else effect.line if effect.path == path else start
    file = prototype.files.get(path)
    return [file.line(n) for n in range(start, last)] if file is not None else []


def _has_it_verified(handler: Handler, effect: Effect) -> bool:
    """True where a function that verifies has sent what came along to somebody else before."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(
        e.kind in _ASKED_BACK and any(_VERIFIES.search(step.function) for step in e.steps)
        for e in before
    )


def _is_grave(effect: Effect) -> bool:
    if effect.kind is EffectKind.QUERY:
        return is_bypassing(effect)
    return effect.kind is not EffectKind.MESSAGE


def _does(effect: Effect) -> str:
    match effect.kind:
        case EffectKind.QUERY:
            return f"writes into {effect.target or 'the database'} what he likes"
        case EffectKind.EMAIL | EffectKind.MESSAGE:
            return "sends messages in your name"
        case EffectKind.MODEL:
            own = is_on_own_machine(effect)
            return "uses the model on your machine" if own else "uses the paid model"
        case EffectKind.ACCOUNT:
            return "changes accounts"
    return "makes it act"
