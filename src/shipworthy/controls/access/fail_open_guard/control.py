"""Checks that are there and do not hold."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check
from shipworthy.prototype.handlers.rights import Answer, answers
from shipworthy.prototype.handlers.ways import way, way_past
from shipworthy.prototype.handlers.wording import sentence


class FailOpenGuard(
    Control,
    id="fail-open-guard",
    title="Access check that lets everybody through",
    consequence="The code looks protected, and whoever tries gets in all the same.",
    severity=Severity.HIGH,
    satisfies=("A07", "owasp:A01", "owasp:A10", "cwe:636", "cwe:863"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = False
        for answer in answers(prototype):
            finding = self._judge(prototype, answer)
            if finding is not None:
                found = True
                yield finding
        if not found:
            yield self.not_applicable("no server code here checks who calls")

    def _judge(self, prototype: Prototype, answer: Answer) -> Finding | None:
        handler, alarm = answer.handler, answer.of(Breach.HOLLOW)
        if alarm is not None:
            return self.gap(
                handler.subject,
                sentence(handler, alarm),
                *way_past(prototype, handler, alarm.effect),
                severity=alarm.severity,
                confidence=alarm.confidence,
            )
        effect = next((e for e in answer.weighty if e.has(*AUTHENTICATES, Check.ROLE)), None)
        if effect is None:
            return None
        evidence = way(prototype, handler, effect)
        return self.satisfied(handler.subject, "Who fails the check gets no further", *evidence)
