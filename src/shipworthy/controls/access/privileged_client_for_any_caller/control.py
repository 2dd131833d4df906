"""Rights past row security, used for a caller whose own right nobody checked."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.rights import Answer, answers
from shipworthy.prototype.handlers.standing import Caller, caller, is_bypassing
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.wording import sentence

_ELSEWHERE = {
    Breach.OPEN: "unauthenticated-endpoint",
    Breach.HOLLOW: "fail-open-guard",
    Breach.FOREIGN: "missing-authorisation",
    Breach.ADMIN: "missing-authorisation",
    Breach.BESIDE: "missing-authorisation",
}


class PrivilegedClientForAnyCaller(
    Control,
    id="privileged-client-for-any-caller",
    title="Full database rights for any caller",
    consequence="The rules in your database are skipped, so one user is shown everybody's data.",
    severity=Severity.HIGH,
    satisfies=("A07", "A08", "owasp:A01", "cwe:269", "cwe:862"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = False
        for answer in answers(prototype):
            if any(is_bypassing(effect) for effect in answer.weighty):
                found = True
                yield self._judge(prototype, answer)
        if not found:
            yield self.not_applicable("no server code here passes the rules of the database")

    def _judge(self, prototype: Prototype, answer: Answer) -> Finding:
        handler, alarm = answer.handler, answer.alarm
        if alarm is not None and alarm.breach is Breach.EVERYTHING:
            return self.gap(
                handler.subject,
                sentence(handler, alarm),
                *way(prototype, handler, alarm.effect),
                severity=alarm.severity,
                confidence=alarm.confidence,
            )
        if alarm is not None:
            where = _ELSEWHERE[alarm.breach]
            reason = f"the right that is missing is reported as `{where}`: closing that closes this"
            return self.not_applicable(reason, handler.subject)
        effect = next(e for e in answer.weighty if is_bypassing(e))
        evidence = way(prototype, handler, effect)
        if Caller.UNCLEAR in answer.callers():
            return self.unknown(handler.subject, "a check could not be followed", *evidence)
        if not handler.whole:
            return self.unknown(handler.subject, handler.hindrance, *evidence)
        if any(caller(handler, e) in _STRANGERS for e in answer.weighty if is_bypassing(e)):
            reason = "full rights are used for whoever calls: see `unauthenticated-endpoint`"
            return self.not_applicable(reason, handler.subject)
        message = "Full rights are used only after the caller's right was checked"
        return self.satisfied(handler.subject, message, *evidence)


_STRANGERS = (Caller.ANYBODY, Caller.ANON_KEY)
