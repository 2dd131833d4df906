"""Choose the path: what the owners optimise for and what was measured add up, and the sum decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from shipworthy.assess import Assessment
from shipworthy.decide.path import Path, PathChoice, PathOption, Reason
from shipworthy.decide.reasons import HARDLY, Known, in_browser, reasons_for
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, Overall, Verdict
from shipworthy.intent.answers import Aim, Answers

_SEVERAL = 3  # prototypes from which on a common library pays
_NEAR = 1.0  # points between the first two paths that an answer to one question outweighs
_ENOUGH = 2.5  # points from which on a second path is walked as well
_AIMS = {
    Path.SIDECAR: (Aim.TIME_TO_MARKET, "time to market comes before the quality of the code"),
    Path.DATA_PLANE: (Aim.REGULATED_DATA, "regulated data comes first"),
    Path.SERVERLESS: (Aim.UNCERTAIN_DEMAND, "demand is uncertain: functions cost what is used"),
    Path.HEXAGONAL: (Aim.OWNERSHIP, "it is to become a platform that the team owns"),
    Path.DESIGN_SYSTEM: (Aim.CONSISTENCY, "many prototypes have to look and work alike"),
}


def choose_path(
    assessment: Assessment,
    answers: Answers,
    signals: tuple[Signal, ...],
    verdicts: Mapping[Component, Verdict],
    overall: Overall,
    today: date,
) -> PathChoice:
    """The path that most speaks for, and those that go with it."""
    known = Known(assessment, answers, {s.name: s for s in signals}, verdicts, overall, today)
    options = tuple(
        sorted(
            (
                PathOption(
                    path, (*_aimed(path, answers), *reasons_for(path, known)), _barred(path, known)
                )
                for path in Path
            ),
            key=lambda o: (bool(o.barred), -o.points, list(Path).index(o.path)),
        )
    )
    lead = options[0]
    if overall is Overall.NOT_YET:
        says = f"No path is walked yet; if it goes on, the {lead.path} path leads."
        return PathChoice(lead.path, (), options, says)
    others = [o for o in options[1:] if not o.barred and o.points >= _ENOUGH]
    sequence = tuple(sorted((o.path for o in (lead, *others[:2])), key=list(Path).index))
    return PathChoice(lead.path, sequence, options, _sentence(lead, sequence, options[1:]))


def _sentence(lead: PathOption, sequence: tuple[Path, ...], others: Sequence[PathOption]) -> str:
    if len(sequence) == 1:
        says = f"The {lead.path} path."
    else:
        says = f"The {lead.path} path leads; in order: {', then '.join(sequence)}."
    close = next((o for o in others if _is_close(o, lead)), None)
    if close is None:
        return says
    why = max(close.reasons, key=lambda r: r.points).says
    points = f"{close.points:g} to {lead.points:g}"
    return f"{says} {close.path.capitalize()} is close behind ({points}), because {why}."


def _is_close(other: PathOption, lead: PathOption) -> bool:
    """True for a path that one more answer could put in front."""
    return not other.barred and other.points > 0 and lead.points - other.points <= _NEAR


def _aimed(path: Path, answers: Answers) -> Iterator[Reason]:
    aim, says = _AIMS[path]
    for place, wanted in enumerate(answers.aims or ()):
        if wanted is aim:
            yield Reason(3.0 if place == 0 else 2.0 if place == 1 else 1.0, says)


def _barred(path: Path, known: Known) -> str:
    """Why a path cannot be walked; empty where it can."""
    if path is Path.SIDECAR and known.verdicts[Component.DATA_MODEL] is Verdict.REBUILD:
        return "nothing around it can mend a data model that has to be built anew"
    bare = known.verdicts[Component.FRONTEND] is Verdict.ABSENT
    if path in (Path.DESIGN_SYSTEM, Path.SERVERLESS) and bare:
        return "there is no frontend that could be kept"
    if path is Path.DESIGN_SYSTEM and (known.answers.prototypes or _SEVERAL) < _SEVERAL:
        return f"a common library pays from {_SEVERAL} prototypes on"
    if path is Path.SERVERLESS and in_browser(known) < HARDLY:
        return "the browser hardly asks a database and holds no key: little has to move out of it"
    return ""
