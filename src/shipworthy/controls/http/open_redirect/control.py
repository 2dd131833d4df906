"""Redirects to addresses that a link names."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.reaching import Subject, by_reach, is_live, reached
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way


class OpenRedirect(
    Control,
    id="open-redirect",
    title="Redirect to any address",
    consequence="A link to your site leads to a copy of your login page that steals passwords.",
    severity=Severity.MEDIUM,
    satisfies=("A46", "owasp:A01", "cwe:601"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.REDIRECT):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point sends visitors elsewhere")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and _targets(r[1])]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "The redirect stays on known addresses", line)
        return self.gap(
            subject.name,
            f"{handler.name} sends visitors wherever {spoken(_targets(effect))} says,"
            " so a link to your site can lead to a copy of it that steals passwords",
            *way(prototype, handler, effect),
            severity=by_reach(handler, effect, Severity.MEDIUM, Severity.MEDIUM, Severity.LOW),
            confidence=Confidence.LOW if _is_form_of_users(handler, effect) else Confidence.HIGH,
        )


def _is_form_of_users(handler: Handler, effect: Effect) -> bool:
    """True for a form behind a sign-in: that of a sign-in itself often hands on what a link brought."""
    signs_in = any(e.kind in (EffectKind.ACCOUNT, EffectKind.TOKEN) for e in handler.effects)
    known = effect.has(Check.SESSION, Check.ROLE) and not signs_in
    return known and all(o.kind == "form" for o in _targets(effect))


def _targets(effect: Effect) -> tuple[Origin, ...]:
    """The inputs that a link can carry: a body or a header is not to be had from a victim's click."""
    return tuple(o for o in free(effect, "start") if o.kind in ("query", "path", "form") and o.key)
