"""The other ways: what hardening, refactoring and rebuilding would each cost and risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shipworthy.assess import Assessment
from shipworthy.decide.estimate import Option
from shipworthy.decide.estimating import make_estimate
from shipworthy.decide.path import PathChoice
from shipworthy.decide.planning import Remedies, make_plan
from shipworthy.decide.verdict import ComponentVerdict, Overall, Verdict
from shipworthy.intent.answers import Answers

_FORCED: Mapping[Overall, Verdict] = {
    Overall.HARDEN: Verdict.HARDEN,
    Overall.REFACTOR: Verdict.REFACTOR,
    Overall.REBUILD: Verdict.REBUILD,
}
_RISKS = {
    Overall.HARDEN: "least: what works stays, and so does what is wrong inside",
    Overall.REFACTOR: "low: what it does is kept, in steps that each can be taken back",
    Overall.REBUILD: "higher: features are forgotten or added on the way, and two systems run at once",
}


def options(
    assessment: Assessment,
    remedies: Remedies,
    components: Sequence[ComponentVerdict],
    path: PathChoice,
    answers: Answers,
    today: date,
) -> Iterator[Option]:
    """Each way with all present parts treated so, whatever was decided."""
    for overall, verdict in _FORCED.items():
        forced = [
            c if c.verdict is Verdict.ABSENT else replace(c, verdict=verdict) for c in components
        ]
        plan = make_plan(assessment, remedies, forced, overall, path, answers)
        estimate = make_estimate(plan, answers, today)
        yield Option(overall, estimate.hours, estimate.weeks, _RISKS[overall])
