"""Signed-in users who can reach what belongs to others, or to administrators."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.flags import asks_a_flag
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Effect,
    EffectKind,
    Handler,
)
from shipworthy.prototype.handlers.owner_edits import with_owner_filters
from shipworthy.prototype.handlers.rights import Answer, answers, foreign_pages
from shipworthy.prototype.handlers.standing import Caller, Tie, is_of_caller, tie
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import Harm, harm
from shipworthy.prototype.handlers.wording import deed, sentence
from shipworthy.remedy import Remedy, Review, Write

_ELSEWHERE = {
    Breach.OPEN: "unauthenticated-endpoint",
    Breach.HOLLOW: "fail-open-guard",
    Breach.EVERYTHING: "privileged-client-for-any-caller",
}


class MissingAuthorisation(
    Control,
    id="missing-authorisation",
    title="Any user can reach the data of others",
    consequence="One customer can read or change the data of another by trying other numbers.",
    severity=Severity.HIGH,
    satisfies=("A07", "owasp:A01", "cwe:639", "cwe:862", "cwe:285"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = False
        for answer in answers(prototype):
            if answer.callers() <= {Caller.ANYBODY, Caller.ANON_KEY}:
                continue  # whoever comes is not known: another question
            found = True
            yield self._judge(prototype, answer)
        for handler, judged in foreign_pages(prototype):
            found = True
            yield self.gap(
                handler.subject,
                sentence(handler, judged),
                *way(prototype, handler, judged.effect),
                severity=judged.severity,
                confidence=judged.confidence,
            )
        if not found:
            yield self.not_applicable("no server code here acts for a signed-in user")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A filter by the caller, where table, owner and caller are known; else a person decides."""
        for answer in answers(prototype):
            alarm = answer.of(Breach.FOREIGN)
            if (
                answer.handler.subject != finding.subject
                or alarm is None
                or alarm.roles
                or alarm.holder
                or alarm.hung
            ):
                continue
            fenced = with_owner_filters(prototype, answer)
            if fenced is not None:
                text, columns = fenced
                held = (
                    f"Let {finding.subject} touch only rows whose {columns} is the signed-in user"
                )
                path = answer.handler.location.path
                return Remedy(held, Review.CAREFUL, (Write(path, text),))
        said = (
            f"Let {finding.subject} touch only what belongs to the caller: compare the owner of "
            "the row with the signed-in user in the statement itself (`and owner_id = $user`), "
            "or ask for the role that may"
        )
        return Remedy(said, Review.BY_HAND)

    def _judge(self, prototype: Prototype, answer: Answer) -> Finding:
        handler, alarm = answer.handler, answer.of(Breach.FOREIGN, Breach.ADMIN, Breach.BESIDE)
        if alarm is not None:
            return self.gap(
                handler.subject,
                sentence(handler, alarm),
                *way(prototype, handler, alarm.effect),
                severity=alarm.severity,
                confidence=Confidence.LOW
                if asks_a_flag(prototype, handler, alarm.effect)
                else alarm.confidence,
            )
        if answer.alarm is not None:
            where = _ELSEWHERE[answer.alarm.breach]
            reason = f"the right that is missing is reported as `{where}`: closing that closes this"
            return self.not_applicable(reason, handler.subject)
        evidence = way(prototype, handler, answer.weighty[0])
        if not handler.whole:
            return self.unknown(handler.subject, handler.hindrance, *evidence)
        unclear = any(tie(handler, effect) is Tie.UNCLEAR for effect in answer.weighty)
        if unclear or Caller.UNCLEAR in answer.callers():
            return self.unknown(handler.subject, "a check could not be followed", *evidence)
        loose = next((e for e in answer.weighty if _is_for_every_user(handler, e)), None)
        if loose is not None:
            said = f"whoever is signed in may {deed(loose, Harm.ADD)}: {_FOR_ALL}"
            return self.unknown(handler.subject, said, *way(prototype, handler, loose))
        message = "What it does is held to the caller's own rows, rights or role"
        return self.satisfied(handler.subject, message, *evidence)


_FOR_ALL = "whether that is meant for every user, a person has to say"


def _is_for_every_user(handler: Handler, effect: Effect) -> bool:
    """True for a row that is added as the caller says, and of which nothing says that it is his."""
    if harm(effect) is not Harm.ADD or effect.kind is not EffectKind.QUERY:
        return False
    if not effect.has(*AUTHENTICATES, Check.PLATFORM):
        return False  # what strangers may do as well is asked elsewhere
    if tie(handler, effect) not in (Tie.NONE, Tie.UNSTEERED):
        return False
    given = [o for _, found in effect.of("value:") for o in found]
    told = any(o.is_input for o in given)
    return told and not any(is_of_caller(o) or o.kind == "row" for o in given)
