"""What would flip the decision: each signal is seen the other way round, and all is judged again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.decide.judging import Judgement, judge
from shipworthy.decide.rules import Part
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Flip
from shipworthy.intent.answers import Answers


def flips(
    signals: Sequence[Signal], parts: Sequence[Part], answers: Answers, judged: Judgement
) -> tuple[Flip, ...]:
    """The signals that alone would change a verdict, those that change the whole first.

    A known signal is turned to the other side; an unknown one is tried on both.
    """
    found = [
        flip for signal in signals for flip in _flips_of(signal, signals, parts, answers, judged)
    ]
    return tuple(sorted(found, key=lambda f: f.overall is judged.overall))


def _flips_of(
    signal: Signal,
    signals: Sequence[Signal],
    parts: Sequence[Part],
    answers: Answers,
    judged: Judgement,
) -> Iterator[Flip]:
    tried = (1.0, -1.0) if signal.lean is None else (-1.0 if signal.lean > 0 else 1.0,)
    for lean in tried:
        other = [s.leaning(lean) if s is signal else s for s in signals]
        again = judge(other, parts, answers)
        changed = tuple(
            (component, verdict)
            for component, verdict in again.verdicts.items()
            if verdict is not judged.verdicts[component]
        )
        if changed or again.overall is not judged.overall:
            word = "not so" if signal.known else ("badly" if lean > 0 else "well")
            yield Flip(signal, word, again.overall, changed)
