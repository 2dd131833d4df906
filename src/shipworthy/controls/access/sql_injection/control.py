"""SQL that is put together from what a request says."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.reaching import Subject, by_reach, is_live, reached, who
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way


class SqlInjection(
    Control,
    id="sql-injection",
    title="SQL built from a request",
    consequence="Whoever calls reads, changes or deletes all that is in your database.",
    severity=Severity.CRITICAL,
    satisfies=("H22", "owasp:A05", "cwe:89"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.SQL):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point puts SQL together")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and free(r[1], "text")]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "What is sent is no part of the SQL text", line)
        return self.gap(
            subject.name,
            f"{handler.name} puts {spoken(free(effect, 'text'))} into the text of an SQL query,"
            f" so {who(handler, effect)} can read and change the whole database",
            *way(prototype, handler, effect),
            severity=by_reach(
                handler, effect, Severity.CRITICAL, Severity.CRITICAL, Severity.MEDIUM
            ),
        )
