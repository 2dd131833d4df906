"""The plan: tasks in phases, each with the gaps it closes, who does it and what comes before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shipworthy.decide.verdict import Component
from shipworthy.finding import Finding, Severity
from shipworthy.remedy import Review


class Phase(StrEnum):
    """A phase on the way to production; each ends before the next begins."""

    SECURITY = "critical security and stability"
    DELIVERY = "testing and deployment"
    LAUNCH = "launch preparation"


class Means(StrEnum):
    """Who makes the changes of a task."""

    AUTO = "auto-fixable"  # `shipworthy harden` proposes all of them
    PARTLY = "partly auto-fixable"
    BY_HAND = "by hand"


class Owner(StrEnum):
    """The role that answers for a task."""

    SECURITY = "security engineer"
    BACKEND = "backend engineer"
    FRONTEND = "frontend engineer"
    DATABASE = "database engineer"
    PLATFORM = "platform engineer"
    AI = "AI engineer"
    PRIVACY = "privacy officer"
    PRODUCT = "product owner"


class Kind(StrEnum):
    """Where a task comes from."""

    REMEDY = "remedy"  # closes the gaps of one control
    COMPONENT = "component"  # refactors or rebuilds one part
    PATH = "path"  # takes a step on the chosen path
    FIXED = "fixed"  # a review or a drill, whatever was found


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work. `remedies` are how much review each change needs that a machine proposes, for
    `asked` of the gaps: where there are many alike, only some are asked."""

    id: str
    title: str
    phase: Phase
    owner: Owner
    kind: Kind
    how: str
    component: Component | None = None
    closes: tuple[Finding, ...] = ()
    asked: int = 0
    remedies: tuple[Review, ...] = ()
    after: tuple[str, ...] = ()  # ids of the tasks that must be done before

    @property
    def means(self) -> Means:
        """Whether a machine can make the changes."""
        if not self.remedies:
            return Means.BY_HAND
        return Means.AUTO if len(self.remedies) >= self.asked else Means.PARTLY

    @property
    def auto_share(self) -> float:
        """The share of its gaps that a machine proposes a change for, from 0 to 1."""
        return len(self.remedies) / self.asked if self.asked else 0.0

    @property
    def severity(self) -> Severity | None:
        """That of the worst gap it closes; None where it closes none."""
        return max((f.severity for f in self.closes), key=lambda s: s.value, default=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks, in an order that keeps each after those it needs."""

    tasks: tuple[Task, ...]

    def of(self, phase: Phase) -> tuple[Task, ...]:
        """The tasks of a phase, in order."""
        return tuple(task for task in self.tasks if task.phase is phase)

    def task(self, name: str) -> Task:
        """The task of this id. Raises KeyError."""
        found = next((task for task in self.tasks if task.id == name), None)
        if found is None:
            raise KeyError(name)
        return found
