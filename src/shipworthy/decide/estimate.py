"""The estimate: what the plan costs, as a range, with everything that it assumes."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.decide.verdict import Overall


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure will lie: below `p10` in one of ten cases, below `p90` in nine of ten."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class TaskEstimate:
    """Person-hours of one task, review included, and what it costs where a day rate is known.

    `saved` are the median hours that changes proposed by a machine take off.
    """

    task: str
    hours: Range
    saved: float
    money: Range | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A range that others publish for the same kind of work, to compare with."""

    name: str
    low: float
    high: float
    unit: str  # "weeks", or a currency
    source: str


@dataclass(frozen=True, slots=True)
class Option:
    """One of the ways that were open, with what it would take if all parts went it."""

    overall: Overall
    hours: Range
    weeks: Range
    risk: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """The whole. `weeks` is for the team that was stated, else for one person, as `assumptions` say.

    `by_hand` is what the same plan takes where no machine proposes changes. `money` is None without a
    day rate. `warnings` name what the answers and the figures contradict: budget, deadline.
    """

    tasks: tuple[TaskEstimate, ...]
    hours: Range
    by_hand: Range
    weeks: Range
    money: Range | None
    currency: str | None
    bands: tuple[Band, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def of(self, task: str) -> TaskEstimate:
        """The estimate of one task. Raises KeyError."""
        found = next((e for e in self.tasks if e.task == task), None)
        if found is None:
            raise KeyError(task)
        return found

    @property
    def saved(self) -> float:
        """The median hours that a machine takes off the whole."""
        return round(self.by_hand.p50 - self.hours.p50, 1)
