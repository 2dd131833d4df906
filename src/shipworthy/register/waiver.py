"""A waiver: somebody asks to live with a gap for a while, and somebody else says yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = timedelta(days=180)
LONGEST_CRITICAL = timedelta(days=90)


class State(StrEnum):
    """Where a waiver stands. Only APPROVED closes a gap; EXPIRED is computed when it is read."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said about a waiver, by whom, when and why."""

    state: State
    by: str
    on: date
    reason: str
    solo: bool = False  # the one who asked approved; only in solo mode


@dataclass(frozen=True, slots=True)
class Waiver:
    """`control` is the id of a control, or of a row of a checklist; `subject` as its finding names it."""

    number: int  # of its entry: how people name it
    control: str
    subject: str
    asked_by: str
    asked_on: date
    reason: str
    compensating: str  # what is done instead; empty: nothing
    until: date  # its last day
    decision: Decision | None = None

    def state(self, today: date) -> State:
        """Where it stands on a day."""
        decided = State.PENDING if self.decision is None else self.decision.state
        waiting = decided in (State.PENDING, State.APPROVED)
        return State.EXPIRED if waiting and today > self.until else decided

    @property
    def approved(self) -> bool:
        """True where it was approved and not revoked, in date or not."""
        return self.decision is not None and self.decision.state is State.APPROVED
