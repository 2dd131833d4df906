"""The decision: what becomes of a prototype, on which path, with what plan and at what cost."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.decide.estimate import Estimate, Option
from shipworthy.decide.path import PathChoice
from shipworthy.decide.plan import Plan
from shipworthy.decide.questions import Question
from shipworthy.decide.signal import Signal
from shipworthy.decide.tier import TierChoice
from shipworthy.decide.verdict import (
    Component,
    ComponentVerdict,
    Flip,
    Ground,
    Overall,
    Verdict,
)
from shipworthy.intent.answers import Answers


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that was decided and all that it rests on. The same input gives the same decision.

    `rebuild` is the balance of the signals as a probability that building anew is right; `confidence`
    goes from 0 to 1. `contradictions` are answers that exclude each other or the code: they count as
    not given. `digest` is SHA-256 over the assessed content, the answers and the outcome.
    """

    assessment: Assessment
    answers: Answers
    overall: Overall
    why: str
    components: tuple[ComponentVerdict, ...]
    signals: tuple[Signal, ...]
    grounds: tuple[Ground, ...]
    rebuild: float
    confidence: float
    flips: tuple[Flip, ...]
    unanswered: tuple[Question, ...]
    contradictions: tuple[str, ...]
    path: PathChoice
    tier: TierChoice
    plan: Plan
    estimate: Estimate
    options: tuple[Option, ...]
    digest: str

    @property
    def unknown(self) -> tuple[Signal, ...]:
        """The signals that could not be measured, each with its reason."""
        return tuple(signal for signal in self.signals if not signal.known)

    def verdict(self, component: Component) -> Verdict:
        """What becomes of one part."""
        return next(c.verdict for c in self.components if c.component is component)
