"""Costly entry points that anybody may call as often as he likes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.behind import all_rules_close
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.edge.routes import GuardedRoute
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.limits import is_lax, is_lax_rate
from shipworthy.prototype.handlers.knowledge.outside import ACCOUNT
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.reaching import (
    Subject,
    is_live,
    is_open,
    is_trusted,
    is_unclear,
    reached,
    who,
)
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import changes, is_on_own_machine
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_COSTS = {
    EffectKind.MODEL: "asks a paid model",
    EffectKind.EMAIL: "sends a mail",
    EffectKind.MESSAGE: "sends a text message",
}
_SMS = regex(r"twilio|telnyx|vonage|messagebird|plivo|sms|africastalking|nexmo", re.IGNORECASE)
_COUNTED = regex(
    r"usage|credit|quota|limit|allowance|balance|token_?count|message_?count|rate|attempts|plan|subscription|trial|cooldown",
    re.IGNORECASE,
)
"""Tables and columns by which calls are counted or paid."""
_PAID = regex(r"is_?paid|entitle|ai_credits", re.IGNORECASE)


class MissingRateLimit(
    Control,
    id="missing-rate-limit",
    title="Costly call without a limit",
    consequence="One script in one night runs up your bill for models, mails or text messages.",
    severity=Severity.HIGH,
    satisfies=("H10", "owasp:A06", "cwe:770"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, *_COSTS):
            costly = tuple(
                r for r in subject.effects if is_live(r[1]) and _is_billed(prototype, *r)
            )
            if costly:
                nothing = False
                yield self._judge(prototype, Subject(subject.name, costly))
        if nothing:
            yield self.not_applicable("no entry point calls what is billed by use")

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """It counts the calls of each address, where its limit for the path is a tight one."""

        def closes(rule: GuardedRoute) -> bool:
            tight = rule.per_minute is not None and not is_lax_rate(rule.per_minute)
            return tight and edge.holds_at("rates", rule.name)

        if not all_rules_close(prototype, finding.subject, edge, closes):
            return ""
        return "one address got 429 at its address after a few calls"

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: no machine knows the right way here."""
        del prototype
        said = (
            f"Limit how often one caller may use {finding.subject}: count per user, or per "
            "address for strangers, in the database or Redis (a counter in memory forgets), and "
            "answer 429 above the limit"
        )
        return Remedy(said, Review.BY_HAND)

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        unlimited = [r for r in subject.effects if not is_trusted(r[1]) and not _is_limited(*r)]
        unlimited.sort(key=lambda r: is_on_own_machine(r[1]))
        handler, effect = (unlimited or subject.effects)[0]
        line = prototype.evidence("code", effect.location)
        if not unlimited:
            return self.satisfied(
                subject.name, "Calls are counted, or only staff and systems call", line
            )
        if _is_webhook(handler):
            reason = "who may post to a webhook is asked by `webhook-unverified`, no limit can tell"
            return self.not_applicable(reason, subject.name)
        if is_unclear(handler, effect) and not effect.has(Check.REFUSES):
            return self.unknown(
                subject.name, "Something is checked before that could not be followed", line
            )
        return self.gap(
            subject.name,
            f"{handler.name} {_asks(effect)} at every call {_without(effect)},"
            f" so {who(handler, effect)} can {_harms(effect)}",
            *way(prototype, handler, effect),
            severity=_slowed(_severity(handler, effect), effect),
        )


def _asks(effect: Effect) -> str:
    return "asks a model" if is_on_own_machine(effect) else _COSTS[effect.kind]


def _harms(effect: Effect) -> str:
    return "keep your machine busy" if is_on_own_machine(effect) else "run up the bill"


def _is_gated(handler: Handler, effect: Effect) -> bool:
    """True where a sign-in is proved and some accounts are refused besides: for a right, as a rule."""
    known = not is_open(handler, effect) and not is_unclear(handler, effect)
    return known and effect.has(Check.REFUSES)


def _slowed(severity: Severity, effect: Effect) -> Severity:
    """One step less where a limit of all routes holds off the worst, though it is too wide for a bill."""
    slowed = any(is_lax(guard.how) for guard in effect.guards)
    return Severity(max(severity.value - 1, Severity.LOW.value)) if slowed else severity


def _is_webhook(handler: Handler) -> bool:
    """True where a signature is missing, not a limit: what a service posts comes as often as it comes."""
    return purpose(handler) is Purpose.WEBHOOK and any(map(changes, handler.effects))


def _severity(handler: Handler, effect: Effect) -> Severity:
    if "embedding" in f"{effect.operation} {effect.target}".lower():
        return Severity.LOW  # a thousand of them cost a cent
    if is_on_own_machine(effect):
        return Severity.MEDIUM if is_open(handler, effect) else Severity.LOW
    if is_open(handler, effect):
        return Severity.MEDIUM if effect.kind is EffectKind.EMAIL else Severity.HIGH
    dear = effect.kind is EffectKind.MODEL and not _is_gated(handler, effect)
    return Severity.MEDIUM if dear else Severity.LOW


def _is_billed(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True for a model, a text message, and a mail of which the caller names the reader."""
    if effect.operation in ("get", "patch", "delete", "put"):
        return False
    if not _is_steered(effect) and not _is_asked_anew(prototype, handler, effect):
        return False
    if ACCOUNT in effect.literals:
        return False  # whoever calls brings the key of his own account, and pays
    if effect.kind is EffectKind.MESSAGE:
        named = {"to", "To", "recipient", "phone"} & set(effect.inputs)
        return bool(_SMS.search(effect.target) and named)
    if effect.kind is EffectKind.EMAIL:
        given = effect.sent.get("to", frozenset()) | effect.sent.get(
            "personalizations", frozenset()
        )
        return any(o.is_input for o in given)  # a fixed reader gets tired, the bill stays small
    return effect.kind is EffectKind.MODEL


def _is_steered(effect: Effect) -> bool:
    """True where something of the request is in what is asked or sent: a job that works off a list of
    its own costs no more when it is called twice."""
    return any(
        o.is_input or any(by.is_input for by in o.by)
        for origins in effect.inputs.values()
        for o in origins
    )


def _is_asked_anew(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where a stranger has a model asked the same at every call, and nothing is looked up or kept that
    could say that the answer is there: a tip of the day that is worked out for each visitor."""
    if effect.kind is not EffectKind.MODEL or effect.looped or not is_open(handler, effect):
        return False
    if not effect.path.endswith(".py") or purpose(handler) is not None:
        return (
            False  # platforms of JavaScript may keep what a route has given, or call it by a clock
        )
    if any(e.kind in _LOOKED_UP for e in handler.effects):
        return False
    files = {effect.path, handler.route.location.path, *(step.path for step in effect.steps)}
    return not any(
        _KEEPS.search(file.text or "") for path in files if (file := prototype.files.get(path))
    )


_LOOKED_UP = (EffectKind.QUERY, EffectKind.STATE, EffectKind.FILE, EffectKind.FETCH)
_KEEPS = regex(r"cache|redis", re.IGNORECASE)


def _without(effect: Effect) -> str:
    """What is missing: any limit, or one that is tighter than that of all routes."""
    general = min((g.how for g in effect.guards if is_lax(g.how)), default="")
    return (
        f"with no other limit than that of all routes, {general}"
        if general
        else "without any limit"
    )


def _is_limited(handler: Handler, effect: Effect) -> bool:
    """True where a limiter was asked, or the use of the caller was looked up before."""
    if effect.has(Check.API_KEY):
        return True
    if any(g.check is Check.RATE and not is_lax(g.how) for g in effect.guards):
        return True
    before = handler.effects[: handler.effects.index(effect)]
    return any(
        e.kind is EffectKind.QUERY
        and (
            _COUNTED.search(" ".join((e.target, *e.inputs)))
            or _PAID.search(e.literals.get("columns", ""))
        )
        for e in before
    )
