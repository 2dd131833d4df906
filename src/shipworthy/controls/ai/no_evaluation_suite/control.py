"""Models in the product whose answers nothing ever tries on cases."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.models.evaluations import evaluation_like, evaluation_of, tests_beside
from shipworthy.prototype.models.purpose import writes_text
from shipworthy.prototype.models.safety_nets import run_by_hand
from shipworthy.prototype.roles import is_trial

_MANY = 3  # functions that ask: the product lives on it


class NoEvaluationSuite(
    Control,
    id="no-evaluation-suite",
    title="Answers of the model are never evaluated",
    consequence="A new prompt or model makes answers worse, and your users are the first to find out.",
    severity=Severity.MEDIUM,
    satisfies=("I20", "I23", "llm:LLM09"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        calls = [
            c
            for c in prototype.model_calls
            if writes_text(c) and not is_trial(c.location.path) and not run_by_hand(prototype, c)
        ]
        if not calls:
            yield self.not_applicable("the product asks no model for text")
            return
        found = evaluation_of(prototype)
        if found is not None:
            shown = prototype.evidence("code", found)
            yield self.satisfied("prototype", "Answers or the code around them are tried", shown)
            return
        like = evaluation_like(prototype)
        if like is not None:
            reason = "A file is named like an evaluation; what it tries was not followed"
            yield self.unknown("prototype", reason, prototype.evidence("code", like))
            return
        places = {(c.location.path, c.function): c for c in calls}
        many = (
            "At least one function asks"
            if len(places) == 1
            else f"At least {len(places)} functions ask"
        )
        message = f"{many} a model, and no evaluation or test tries the answers on cases"
        beside = tests_beside(prototype)
        if beside:
            files = "a test file stands" if len(beside) == 1 else f"{len(beside)} test files stand"
            message = f"{many} a model; {files} beside it, and none was seen to try the answers"
            shown_tests = [prototype.evidence("code", place) for place in beside[:5]]
            yield self.gap(
                "prototype",
                message,
                *shown_tests,
                severity=Severity.LOW,
                confidence=Confidence.LOW,
            )
            return
        shown_all = [prototype.evidence("code", c.location) for c in list(places.values())[:5]]
        severity = self.severity if len(places) >= _MANY else Severity.LOW
        yield self.gap(
            "prototype", message, *shown_all, severity=severity, confidence=Confidence.MEDIUM
        )
