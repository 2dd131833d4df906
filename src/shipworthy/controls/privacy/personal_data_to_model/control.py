"""Personal data that is put into the words for a model of another company."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.models.calls import ModelCall
from shipworthy.prototype.models.purpose import writes_text
from shipworthy.prototype.models.safety_nets import run_by_hand
from shipworthy.prototype.models.said import Said, last_name
from shipworthy.prototype.privacy.categories import SPECIAL, Category, category_of
from shipworthy.prototype.roles import is_trial

# What tells who somebody is, or what nobody else should know.
_SERIOUS = SPECIAL | {
    Category.EMAIL,
    Category.PHONE,
    Category.ADDRESS,
    Category.BIRTH,
    Category.IDENTITY,
    Category.FINANCE,
    Category.CARD,
}
_OWN = frozenset({"ollama"})  # runs on machines of one's own


class PersonalDataToModel(
    Control,
    id="personal-data-to-model",
    title="Personal data sent to a model",
    consequence="Another company gets your users' data, and your privacy policy has to say so.",
    severity=Severity.MEDIUM,
    satisfies=("A43", "I15", "gdpr:28", "gdpr:44", "llm:LLM02"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[ModelCall]] = {}
        for call in prototype.model_calls:
            judged = call.provider not in _OWN and writes_text(call)
            if judged and not is_trial(call.location.path):
                subjects.setdefault(f"{call.location.path}#{call.function}", []).append(call)
        for subject, calls in subjects.items():
            yield self._judge(prototype, subject, calls)
        if not subjects:
            yield self.not_applicable("the code asks no model of another company")

    def _judge(self, prototype: Prototype, subject: str, calls: list[ModelCall]) -> Finding:
        lines = [prototype.evidence("code", c.location) for c in calls[:2]]
        if all(run_by_hand(prototype, c) for c in calls):
            return self.not_applicable("Started by hand: no user's data passes here", subject)
        found = {k: s for c in calls for s in c.said if (k := _category(s)) is not None}
        if not any(c.said for c in calls):
            return self.unknown(subject, "What is said to the model stands in another file", *lines)
        if not found:
            return self.satisfied(subject, "No field named after personal data is sent", *lines)
        kinds = [k.value for k in found]
        where = spoken(calls[0].location.path, calls[0].function)
        names = ", ".join(s.name for s in list(found.values())[:3])
        message = (
            f"{where} sends {' and '.join(kinds[:3])} ({names}) to {calls[0].provider}:"
            " is there a contract, and does the answer need it?"
        )
        shown = [prototype.evidence("code", s.location) for s in list(found.values())[:3]]
        special = any(kind in SPECIAL for kind in found)
        return self.gap(
            subject,
            message,
            *shown,
            *lines,
            severity=self.severity if special else Severity.LOW,
            confidence=Confidence.LOW,
        )


def _category(said: Said) -> Category | None:
    name = last_name(said.name)
    holder = said.name.rpartition(".")[0].rpartition(".")[2].strip("?!")
    found = category_of(name, holder)
    return found if found in _SERIOUS else None
