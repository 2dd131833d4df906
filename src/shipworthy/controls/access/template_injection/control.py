"""Templates whose own text comes from a request."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.reaching import Subject, by_reach, is_live, reached, who
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way


class TemplateInjection(
    Control,
    id="template-injection",
    title="Template text taken from a request",
    consequence="Whoever calls can read your secrets and run code through the template engine.",
    severity=Severity.CRITICAL,
    satisfies=("A46", "owasp:A05", "cwe:1336"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.TEMPLATE):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point gives a text to a template engine")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and free(r[1], "text")]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(
                subject.name, "The text of the template is written in the code", line
            )
        return self.gap(
            subject.name,
            f"{handler.name} runs {spoken(free(effect, 'text'))} as a template,"
            f" so {who(handler, effect)} can read secrets and run code on your server",
            *way(prototype, handler, effect),
            severity=by_reach(
                handler, effect, Severity.CRITICAL, Severity.CRITICAL, Severity.MEDIUM
            ),
        )
