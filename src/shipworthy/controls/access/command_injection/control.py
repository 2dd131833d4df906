"""Shell commands and program code that are put together from what a request says."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind
from shipworthy.prototype.handlers.reaching import Subject, by_reach, is_live, reached, who
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way


class CommandInjection(
    Control,
    id="command-injection",
    title="Shell command or code built from a request",
    consequence="Whoever calls runs programs on your server and owns it.",
    severity=Severity.CRITICAL,
    satisfies=("A46", "owasp:A05", "cwe:78", "cwe:95"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.COMMAND, EffectKind.CODE):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point runs a shell command or a text as code")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and free(r[1], "text")]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(
                subject.name, "What is sent does not become part of what is run", line
            )
        return self.gap(
            subject.name,
            f"{handler.name} {_runs(effect)}, so {who(handler, effect)} can run any program on your server",
            *way(prototype, handler, effect),
            severity=by_reach(
                handler, effect, Severity.CRITICAL, Severity.CRITICAL, Severity.MEDIUM
            ),
        )


def _runs(effect: Effect) -> str:
    sent = spoken(free(effect, "text"))
    if effect.kind is EffectKind.CODE:
        return f"runs {sent} as code"
    return f"puts {sent} into a shell command"
