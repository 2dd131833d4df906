"""Judge the signals: the verdict on each part and on the whole, with the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipworthy.decide.rules import Part, balance, grounds, overall, probability, verdict
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, ComponentVerdict, Ground, Overall, Verdict
from shipworthy.finding import Finding
from shipworthy.intent.answers import Aim, Answers

_HIDDEN = 0.5  # of the code: where more could not be read, nothing is decided


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts, the grounds that hold and the balance of the signals."""

    overall: Overall
    why: str
    verdicts: Mapping[Component, Verdict]
    grounds: tuple[Ground, ...]
    rebuild: float


def judge(
    signals: Sequence[Signal], parts: Sequence[Part], answers: Answers, hidden: float = 0.0
) -> Judgement:
    """Apply the rules. `hidden` is the share of the code files that could not be read."""
    held = grounds(signals)
    verdicts = {part.component: verdict(part, signals, held) for part in parts}
    held = tuple(g for g in held if g.component is None or verdicts[g.component] is Verdict.REBUILD)
    found = overall(verdicts, signals, held)
    waiting = _not_yet(found, held, answers, hidden)
    if waiting:
        found = Overall.NOT_YET
    why = waiting or _why(found, verdicts, held)
    return Judgement(found, why, verdicts, held, probability(signals))


def _not_yet(found: Overall, held: Sequence[Ground], answers: Answers, hidden: float) -> str:
    """Why nothing should be decided or built yet; empty where nothing speaks against it."""
    if hidden > _HIDDEN:
        return f"{hidden:.0%} of the code could not be read: what was not seen cannot be decided"
    unproven = answers.live is False and Aim.UNCERTAIN_DEMAND in (answers.aims or ())
    empty = any(g.name == "nothing-is-kept" for g in held)
    if unproven and (found is Overall.REBUILD or empty):
        return (
            "nobody depends on it, demand is uncertain, and it would have to be built anew:"
            " show it to users first, as the prototype that it is"
        )
    return ""


def _why(found: Overall, verdicts: Mapping[Component, Verdict], held: Sequence[Ground]) -> str:
    if found is Overall.HARDEN:
        return "No stated ground to rebuild holds, and each part can be hardened where it stands."
    rebuilt = [c.value for c, v in verdicts.items() if v is Verdict.REBUILD]
    changed = [c.value for c, v in verdicts.items() if v is Verdict.REFACTOR]
    stated = "; ".join(ground.says for ground in held)
    if found is Overall.REBUILD:
        return f"{stated}."
    parts = [f"build {_listed(rebuilt)} anew ({stated})"] if rebuilt else []
    if changed:
        parts.append(f"refactor {_listed(changed)}")
    if not parts:
        parts = [stated]
    return f"Keep the prototype and {' and '.join(parts)}."


def component_verdicts(
    judged: Judgement,
    signals: Sequence[Signal],
    parts: Sequence[Part],
    gaps: Mapping[Component, tuple[Finding, ...]],
) -> tuple[ComponentVerdict, ...]:
    """The verdict on each part with its reason."""
    return tuple(
        ComponentVerdict(
            component=part.component,
            verdict=judged.verdicts[part.component],
            why=_reason(part, judged, signals),
            grounds=tuple(g for g in judged.grounds if g.component is part.component),
            signals=tuple(s for s in signals if s.part == part.component),
            gaps=gaps[part.component],
        )
        for part in parts
    )


def _reason(part: Part, judged: Judgement, signals: Sequence[Signal]) -> str:
    found = judged.verdicts[part.component]
    if found is Verdict.ABSENT:
        return "none was found"
    if found is Verdict.REBUILD:
        return "; ".join(g.says for g in judged.grounds if g.component is part.component)
    if found is Verdict.REFACTOR:
        about = [s for s in signals if s.part == part.component and (s.lean or 0) > 0]
        worst = sorted(about, key=lambda s: -s.points)
        return "; ".join(s.value for s in worst[:2]) or f"{balance(signals, part.component):+.1f}"
    if found is Verdict.KEEP:
        return "nothing that matters is open"
    blocking = f", {part.blocking} of them block the launch" if part.blocking else ""
    return f"{part.open} gaps to close in place{blocking}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
