"""State that a link on a foreign page changes in the name of who is logged in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.standing import by_credential
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex

_MEANT = regex(
    r"status|sync|refresh|poll|callback|oauth|confirm|verify|unsubscribe|log-?out|sign-?out|cron|webhook|track|auth/|magic|invite|redirect|sso",
    re.IGNORECASE,
)
_IDLE = regex(
    r"log|audit|view|visit|analytic|activit|session|history|event|metric|seen|track|cache|token|usage|rate",
    re.IGNORECASE,
)
_IDLE_COLUMNS = regex(r"last_|_at$|read|seen|view|count", re.I)
_CARRIED = frozenset({"query", "path"})


class Csrf(
    Control,
    id="csrf",
    title="A foreign page acts for your users",
    consequence="A link or picture on another site changes data of whoever is logged in and sees it.",
    severity=Severity.MEDIUM,
    satisfies=("H23", "owasp:A01", "cwe:352"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            if handler.route.method != "GET" or _MEANT.search(handler.name):
                continue
            acts = [e for e in handler.effects if _acts(handler, e)]
            by_cookie = [e for e in acts if _by_cookie(handler, e)]
            if by_cookie and handler.subject not in found:
                found[handler.subject] = self._judged(prototype, handler, by_cookie[0])
        if not found:
            yield self.not_applicable("no GET request changes anything in the name of a session")
        yield from found.values()

    def _judged(self, prototype: Prototype, handler: Handler, effect: Effect) -> Finding:
        what = f"{effect.operation}s {effect.target}" if effect.kind is EffectKind.QUERY else "acts"
        message = (
            f"{handler.name} {what} on a mere GET, without a token: a link or picture on any page does it"
            " for whoever is logged in"
        )
        shown = way(prototype, handler, effect)
        # What a page works out or fetches anew when it is opened is kept: that harms nobody.
        sure = Confidence.HIGH if _is_deed(handler, effect) else Confidence.LOW
        return self.gap(handler.subject, message, *shown, confidence=sure)


_DEEDS = regex(
    r"delete|remove|approv|reject|cancel|upgrade|downgrade|accept|decline|toggle|transfer|promot|\bban|disable|enable|reset"
    r"|activate|redeem|buy|purchase|join|leave|assign|complete|revoke|grant|publish|archive|submit|withdraw|pay\b|send",
    re.IGNORECASE,
)


def _is_deed(handler: Handler, effect: Effect) -> bool:
    """True for what somebody does on purpose: by its kind, or by the name of the route."""
    if effect.kind is not EffectKind.QUERY or effect.operation == "delete":
        return True
    return bool(_DEEDS.search(handler.name))


def _acts(handler: Handler, effect: Effect) -> bool:
    """True for a change that somebody who makes up the link decides about."""
    if effect.after_failure or effect.has(Check.METHOD) or by_credential(handler, effect):
        return False
    if effect.kind is EffectKind.QUERY:
        if effect.operation not in ("insert", "update", "upsert", "delete") or _IDLE.search(
            effect.target
        ):
            return False
        columns = [c for c, _ in effect.of("value:")]
        if columns and all(_IDLE_COLUMNS.search(c) for c in columns):
            return False
    elif effect.kind not in (EffectKind.ACCOUNT, EffectKind.PAYMENT, EffectKind.EMAIL):
        return False
    return any(o.kind in _CARRIED for origins in effect.inputs.values() for o in origins)


def _by_cookie(handler: Handler, effect: Effect) -> bool:
    for guard in effect.guards:
        if guard.check is not Check.SESSION:
            continue
        if any(name.startswith("header") for name in guard.about):
            return False
        return handler.route.framework not in ("supabase", "deno")
    return False
