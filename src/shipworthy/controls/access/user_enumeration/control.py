"""Logins and password resets that tell who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.reaching import is_live, is_open
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex

_LOGIN = regex(
    r"(^|/)(log-?in|sign-?in|forgot-?\w*|reset-?password|password-?reset|request-?reset)(/|$)",
    re.IGNORECASE,
)
_TELLS = regex(
    r"(user|account|e-?mail)\b.{0,40}\b(not found|does(n't| not) exist|not registered|unknown)"
    r"|no (such )?(user|account)\b"
    r"|(not find|find no)\b.{0,20}(user|account)",
    re.IGNORECASE,
)


class UserEnumeration(
    Control,
    id="user-enumeration",
    title="Login tells who has an account",
    consequence="Strangers find out which of your customers' addresses have an account.",
    severity=Severity.LOW,
    satisfies=("A27", "owasp:A07", "cwe:204"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            if handler.subject not in found and _is_login(handler):
                found[handler.subject] = self._judge(prototype, handler)
        yield from found.values()
        if not found:
            yield self.not_applicable("no entry point of its own logs users in or resets passwords")

    def _judge(self, prototype: Prototype, handler: Handler) -> Finding:
        answers = [e for e in handler.effects if _tells(handler, e)]
        if not answers:
            line = prototype.evidence("code", handler.location)
            return self.satisfied(
                handler.subject, "The answer does not tell who has an account", line
            )
        said = answers[0].literals["message"]
        return self.gap(
            handler.subject,
            f'{handler.name} answers "{said[:60]}" where there is no account,'
            " so anybody can find out who is your customer",
            *way(prototype, handler, answers[0]),
        )


def _is_login(handler: Handler) -> bool:
    """True for a login or reset of its own: the platform's are not judged here."""
    if not _LOGIN.search(handler.route.path):
        return False
    return not any(e.kind is EffectKind.ACCOUNT and e.target == "auth" for e in handler.effects)


def _tells(handler: Handler, effect: Effect) -> bool:
    return (
        effect.kind is EffectKind.RESPONSE
        and is_live(effect)
        and is_open(handler, effect)
        and not effect.has(Check.REFUSES)
        and bool(_TELLS.search(effect.literals.get("message", "")))
    )
