"""The gate: whether every row of every checklist is a documented yes or a written exception in date."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from shipworthy.assess.assessment import Assessment
from shipworthy.assess.checklist import Answer, Checklist, Row, checklists
from shipworthy.finding import Finding
from shipworthy.register.verify import Verification

_SOON = timedelta(days=14)
_PASSING = (Answer.YES, Answer.EXCEPTION, Answer.NOT_APPLICABLE)


class Light(StrEnum):
    """The verdict at a glance: requirement D30, beside the gate itself."""

    GREEN = "green"  # the gate is passed
    AMBER = "amber"  # something is left, and no checklist has more than three rows that are no
    RED = "red"  # a checklist has more than three


class Gate(Struct, frozen=True):
    """Computed when asked, never stored: evidence ages and exceptions end by themselves."""

    assessment: Assessment
    checklists: tuple[Checklist, ...]
    register: Verification | None  # None: there is none

    @property
    def day(self) -> date:
        """The day for which it was computed."""
        return self.assessment.prototype.settings.today

    @property
    def open_rows(self) -> tuple[tuple[Checklist, Row], ...]:
        """What is neither a yes nor an exception; UNKNOWN is never a yes."""
        return tuple((c, r) for c in self.checklists for r in c.rows if r.answer not in _PASSING)

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The open gaps that block a launch, whether or not a row asks about them."""
        return self.assessment.blockers

    @property
    def passed(self) -> bool:
        """True where nothing is left."""
        return not self.open_rows and not self.blockers

    @property
    def light(self) -> Light:
        """The traffic light."""
        if self.passed:
            return Light.GREEN
        return Light.AMBER if all(c.ready for c in self.checklists) else Light.RED

    @property
    def ending_soon(self) -> tuple[tuple[Checklist, Row], ...]:
        """The rows that pass today and will not in two weeks, unless somebody speaks again."""
        return tuple(
            (c, r)
            for c in self.checklists
            for r in c.rows
            if r.answer in _PASSING and r.until is not None and r.until - self.day <= _SOON
        )


def gate(assessment: Assessment, register: Verification | None) -> Gate:
    """Judge the checklists: hardening, AI readiness and the five questions."""
    asked = tuple(c for c in checklists(assessment) if c.is_checklist)
    return Gate(assessment, asked, register)
