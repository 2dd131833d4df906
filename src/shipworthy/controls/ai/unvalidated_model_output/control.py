"""Answers of models that are taken for data although nobody looked at them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.models.parsed import ParsedAnswer
from shipworthy.prototype.roles import is_trial


class UnvalidatedModelOutput(
    Control,
    id="unvalidated-model-output",
    title="Model answer used unchecked",
    consequence="On the day the model leaves out a field, wrong rows are stored or the page breaks.",
    severity=Severity.MEDIUM,
    satisfies=("I02", "llm:LLM05", "cwe:20"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[ParsedAnswer]] = {}
        for answer in prototype.parsed_answers:
            path = answer.location.path
            if not is_trial(path) and path not in prototype.by_hand:
                subjects.setdefault(f"{path}#{answer.function}", []).append(answer)
        for subject, answers in subjects.items():
            yield self._judge(prototype, subject, answers)
        if not subjects:
            yield self.not_applicable("no answer of a model is read as JSON")

    def _judge(self, prototype: Prototype, subject: str, answers: list[ParsedAnswer]) -> Finding:
        shown = [prototype.evidence("code", a.location) for a in answers[:5]]
        blind = [a for a in answers if not a.checked]
        where = spoken(answers[0].location.path, answers[0].function)
        stored = next((a for a in blind if a.stored), None)
        if stored is not None:
            message = (
                f"{where} stores ({stored.stored}) what the model wrote as JSON,"
                " and nothing checks its fields first"
            )
            shown = [prototype.evidence("code", a.location) for a in blind[:5]]
            return self.gap(subject, message, *shown, confidence=Confidence.MEDIUM)
        untried = next((a for a in blind if not a.tried), None)
        if untried is not None:
            message = (
                f"{where} reads the model's answer as JSON; an answer that is none, or lacks a field,"
                " is not expected"
            )
            shown = [prototype.evidence("code", untried.location)]
            return self.gap(
                subject, message, *shown, severity=Severity.LOW, confidence=Confidence.LOW
            )
        if blind:
            reason = (
                "A broken answer is caught; who uses the fields, and checks them, was not followed"
            )
            return self.unknown(subject, reason, *shown)
        how = (
            "The model was given a schema"
            if answers[0].checked == "schema"
            else "Fields are checked"
        )
        return self.satisfied(subject, f"{how} before they are used", *shown)
