"""Judge the signals: the verdict on each part and on the whole, with the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipworthy.decide.rules import Part, grounds, overall, probability, verdict
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, ComponentVerdict, Ground, Overall, Verdict
from shipworthy.finding import Finding
from shipworthy.intent.answers import Aim, Answers

_HIDDEN = 0.5  # of the code: where more could not be read, nothing is decided


@dataclass(frozen=True, slots=True)
class Hidden:
    """The share of the code that could not be read, and the languages in it that are not parsed."""

    share: float = 0.0
    languages: tuple[str, ...] = ()


NOTHING_HIDDEN = Hidden()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts, the grounds that hold and the balance of the signals."""

    overall: Overall
    why: str
    verdicts: Mapping[Component, Verdict]
    grounds: tuple[Ground, ...]
    rebuild: float


def judge(
    signals: Sequence[Signal],
    parts: Sequence[Part],
    answers: Answers,
    hidden: Hidden = NOTHING_HIDDEN,
) -> Judgement:
    """Apply the rules; where most of the code is hidden, they decide nothing."""
    held = grounds(signals)
    verdicts = {part.component: verdict(part, held) for part in parts}
    held = tuple(g for g in held if g.component is None or verdicts[g.component] is g.verdict)
    found = overall(verdicts, signals, held)
    waiting = _not_yet(found, held, answers, hidden)
    if waiting:
        found = Overall.NOT_YET
    why = waiting or _why(found, verdicts, held)
    return Judgement(found, why, verdicts, held, probability(signals))


def _not_yet(found: Overall, held: Sequence[Ground], answers: Answers, hidden: Hidden) -> str:
    """Why nothing should be decided or built yet; empty where nothing speaks against it."""
    if hidden.share > _HIDDEN:
        written = f" ({', '.join(hidden.languages)})" if hidden.languages else ""
        return (
            f"{_percent(hidden.share)} of the code could not be read{written}: what was not seen cannot"
            " be decided."
        )
    unproven = answers.live is False and Aim.UNCERTAIN_DEMAND in (answers.aims or ())
    if not unproven:
        return ""
    missing = []
    if found is Overall.REBUILD or any(g.name == "nothing-is-kept" for g in held):
        missing.append("it would have to be built anew")
    if answers.explained is not None and not answers.explained.by:
        missing.append("nobody can explain it, so nobody could own it")
    if not missing:
        return ""
    return (
        f"Nobody depends on it, demand is uncertain, and {' and '.join(missing)}: show it to users"
        " first, as the prototype that it is."
    )


def _why(found: Overall, verdicts: Mapping[Component, Verdict], held: Sequence[Ground]) -> str:
    if found is Overall.HARDEN:
        return "No stated ground to rebuild holds, and each part can be hardened where it stands."
    rebuilt = [c.value for c, v in verdicts.items() if v is Verdict.REBUILD]
    changed = [c.value for c, v in verdicts.items() if v is Verdict.REFACTOR]
    stated = "; ".join(ground.says for ground in held if ground.verdict is Verdict.REBUILD)
    if found is Overall.REBUILD:
        return f"{stated}."
    parts = [f"build {_listed(rebuilt)} anew ({stated})"] if rebuilt else []
    parts += [f"refactor {_listed(changed)}"] if changed else []
    whole = "" if rebuilt or not stated else f"{stated}, but the balance does not bear a rebuild. "
    todo = " and ".join(parts) or "mend what does not hold together before anything else"
    return f"{whole}Keep the prototype, and {todo}."


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
            why=_reason(part, judged),
            grounds=tuple(g for g in judged.grounds if g.component is part.component),
            signals=tuple(s for s in signals if s.part == part.component),
            gaps=gaps[part.component],
        )
        for part in parts
    )


def _reason(part: Part, judged: Judgement) -> str:
    found = judged.verdicts[part.component]
    if found is Verdict.ABSENT:
        return "none was found"
    if found in (Verdict.REBUILD, Verdict.REFACTOR):
        said = [g.says for g in judged.grounds if g.component is part.component]
        return (
            "; ".join(said)
            or "what is committed does not run, and nothing here is known to be sound"
        )
    if found is Verdict.KEEP:
        return f"nothing that matters is open, and {part.sound} answers found it sound"
    said = [g.says for g in judged.grounds if g.component is part.component]
    if part.open:
        said.insert(0, _to_close(part))
    return (
        "; ".join(said) or "no control could look at it closely: nothing here is known to be sound"
    )


def _percent(share: float) -> str:
    """Whole percent; what is not all is never printed as 100%."""
    return f"{share if share == 1 else min(share, 0.99):.0%}"


def _to_close(part: Part) -> str:
    """ "1 gap to close in place, which blocks the launch", "7 gaps to close in place, 3 of which block…"."""
    said = f"{part.open} gap{'s' if part.open > 1 else ''} to close in place"
    if not part.blocking:
        return said
    if part.open == 1:
        return f"{said}, which blocks the launch"
    if part.blocking >= part.open:
        return f"{said}, all of which block the launch"
    verb = "blocks" if part.blocking == 1 else "block"
    return f"{said}, {part.blocking} of which {verb} the launch"


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
