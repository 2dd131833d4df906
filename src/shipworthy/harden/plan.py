"""In which order gaps are closed, and which of them a person has to close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.decide.order import PHASES
from shipworthy.finding import Finding
from shipworthy.remedy import Remedy, Review

_PLACED = frozenset(area for _, areas in PHASES for area in areas)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for. `only` names controls or areas, all without any; `most` is the
    review level that a remedy may have at most."""

    only: frozenset[str] = frozenset()
    most: Review = Review.CAREFUL

    def covers(self, control: Control) -> bool:
        """True for a control that was asked for."""
        return not self.only or bool({control.id, control.area} & self.only)

    def open(self, assessment: Assessment) -> tuple[Finding, ...]:
        """The gaps to close, worst first, and behind them questions about a control that was named: who
        names it has answered them."""
        named = (f for f in assessment.questions if f.control in self.only)
        return (*assessment.gaps, *named)

    def makes(self, control: Control, remedy: Remedy) -> bool:
        """True where this run makes the changes of a remedy."""
        allowed = (Review.SAFE, self.most)
        return (
            self.covers(control)
            and bool(remedy.changes)
            and remedy.review in allowed
            and remedy.review is not Review.BY_HAND
        )


@dataclass(frozen=True, slots=True)
class Step:
    """The open gaps of one control, worst first."""

    control: Control
    gaps: tuple[Finding, ...]


def steps(assessment: Assessment, areas: Sequence[str], wanted: Wanted) -> Iterator[Step]:
    """The controls of these areas that have open gaps and may have a remedy, worst gap first."""
    groups: dict[str, list[Finding]] = {}
    for gap in wanted.open(assessment):
        groups.setdefault(gap.control, []).append(gap)
    by_id = {control.id: control for control in assessment.controls}
    for name, gaps in groups.items():  # they stand worst first
        control = by_id[name]
        # An area that has no place comes with the last.
        area = control.area if control.area in _PLACED else PHASES[-1][1][0]
        if area in areas and wanted.covers(control) and has_remedies(control):
            yield Step(control, tuple(gaps))


def has_remedies(control: Control) -> bool:
    """True where the control knows a way to close its gap, or to describe it."""
    return type(control).remedy is not Control.remedy
