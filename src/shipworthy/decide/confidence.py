"""How sure the decision is: how much was measured, how clear the balance is, how much was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shipworthy.decide.judging import Judgement
from shipworthy.decide.questions import QUESTIONS
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Overall
from shipworthy.intent.answers import Answers

MEASURED, CLEAR, ANSWERED = 0.5, 0.3, 0.2
"""How much each of the three counts."""
MOST = 0.85
"""The confidence where everything is known: the rules are judgements, and experts differ from them."""
CONTRADICTED = 0.1
"""What each contradiction takes off."""


def confidence(
    signals: Sequence[Signal], judged: Judgement, answers: Answers, contradicted: int
) -> float:
    """From 0 to 0.85. The balance is clear where it agrees with the verdict and lies far from one half."""
    whole = sum(s.weight for s in signals)
    measured = sum(s.weight for s in signals if s.known) / whole if whole else 0.0
    rebuilds = judged.overall in (Overall.REBUILD, Overall.NOT_YET)
    clear = judged.rebuild if rebuilds else 1 - judged.rebuild
    answered = len(answers.given) / len(QUESTIONS)
    sure = MOST * (MEASURED * measured + CLEAR * clear + ANSWERED * answered)
    return round(max(0.0, sure - CONTRADICTED * contradicted), 2)


def word(sure: float) -> Literal["high", "medium", "low"]:
    """High from 0.75, medium from 0.55, else low."""
    return "high" if sure >= _HIGH else "medium" if sure >= _MEDIUM else "low"


_HIGH, _MEDIUM = 0.75, 0.55
