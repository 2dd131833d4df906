"""Choose the path: what the owners optimise for and what was measured add up to reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from shipworthy.assess import Assessment
from shipworthy.decide.path import Path, PathChoice, PathOption, Reason
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, Overall, Verdict
from shipworthy.intent.answers import Aim, Answers
from shipworthy.prototype.routes.route import RouteKind

SOON = timedelta(weeks=6)
_SEVERAL = 3  # prototypes from which on a common library pays
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
    by_name = {s.name: s for s in signals}
    found = {
        Path.SIDECAR: _sidecar(answers, verdicts, overall, today),
        Path.DATA_PLANE: _data_plane(assessment, answers),
        Path.SERVERLESS: _serverless(assessment, by_name, verdicts),
        Path.HEXAGONAL: _hexagonal(answers, verdicts, overall, today),
        Path.DESIGN_SYSTEM: _design_system(answers),
    }
    options = tuple(
        sorted(
            (
                PathOption(
                    path, (*_aimed(path, answers), *reasons), _barred(path, answers, verdicts)
                )
                for path, reasons in found.items()
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
    return PathChoice(lead.path, sequence, options, _sentence(lead.path, sequence))


def _sentence(lead: Path, sequence: tuple[Path, ...]) -> str:
    if len(sequence) == 1:
        return f"The {lead} path."
    return f"The {lead} path leads; in order: {', then '.join(sequence)}."


def _aimed(path: Path, answers: Answers) -> Iterator[Reason]:
    aim, says = _AIMS[path]
    for place, wanted in enumerate(answers.aims or ()):
        if wanted is aim:
            yield Reason(3.0 if place == 0 else 2.0 if place == 1 else 1.0, says)


def _barred(path: Path, answers: Answers, verdicts: Mapping[Component, Verdict]) -> str:
    if path is Path.SIDECAR and verdicts[Component.DATA_MODEL] is Verdict.REBUILD:
        return "nothing around it can mend a data model that has to be built anew"
    if path is Path.DESIGN_SYSTEM:
        if answers.prototypes is not None and answers.prototypes < _SEVERAL:
            return f"a common library pays from {_SEVERAL} prototypes on"
        if verdicts[Component.FRONTEND] is Verdict.ABSENT:
            return "there is no frontend"
    if path is Path.SERVERLESS and verdicts[Component.FRONTEND] is Verdict.ABSENT:
        return "there is no frontend that could be kept"
    return ""


def _sidecar(
    answers: Answers, verdicts: Mapping[Component, Verdict], overall: Overall, today: date
) -> Iterator[Reason]:
    if answers.deadline is not None and answers.deadline - today < SOON:
        yield Reason(2.0, f"the launch is due on {answers.deadline}, in less than six weeks")
    if overall is Overall.HARDEN:
        yield Reason(1.5, "the code can stay as it is")
    elif overall is Overall.REBUILD:
        yield Reason(-2.0, "what is inside is to be replaced")
    if verdicts[Component.AUTH] is Verdict.REBUILD:
        yield Reason(-1.0, "rights are decided inside, where nothing around it can see them")


def _data_plane(assessment: Assessment, answers: Answers) -> Iterator[Reason]:
    if answers.regulated:
        yield Reason(3.0, f"it holds regulated data: {', '.join(answers.regulated)}")
    special = {f.control for f in assessment.gaps} & {"special-category-data", "stored-card-data"}
    if special:
        yield Reason(1.5, f"sensitive data was found: {', '.join(sorted(special))}")
    leaking = {f.control for f in assessment.gaps} & {
        "personal-data-to-model",
        "processor-outside-region",
    }
    if leaking:
        yield Reason(0.5, f"personal data leaves it: {', '.join(sorted(leaking))}")
    if answers.regulated == ():
        yield Reason(-1.0, "it holds no regulated data")


def _serverless(
    assessment: Assessment, signals: Mapping[str, Signal], verdicts: Mapping[Component, Verdict]
) -> Iterator[Reason]:
    prototype = assessment.prototype
    if "supabase" in prototype.stack.data or "firebase" in prototype.stack.data:
        yield Reason(1.0, "its backend is a managed one already")
    if any(route.kind is RouteKind.EDGE_FUNCTION for route in prototype.routes):
        yield Reason(0.5, "part of it runs in functions")
        if verdicts[Component.API] in (Verdict.REFACTOR, Verdict.REBUILD):
            yield Reason(1.0, "these functions are worked on anyway")
    money, roles = signals.get("client-asserted-money"), signals.get("client-asserted-roles")
    if any(s is not None and (s.lean or 0) > 0 for s in (money, roles)):
        yield Reason(1.0, "the browser decides what a trusted function should")
    if "python" in prototype.stack.languages and not prototype.stack.frameworks:
        yield Reason(-1.0, "there is no server that could be cut into functions")


def _hexagonal(
    answers: Answers,
    verdicts: Mapping[Component, Verdict],
    overall: Overall,
    today: date,
) -> Iterator[Reason]:
    mixed = (verdicts[part] is Verdict.REFACTOR for part in (Component.FRONTEND, Component.API))
    if any(mixed):
        yield Reason(1.5, "screens, rules and data are mixed")
    if overall in (Overall.REFACTOR, Overall.REBUILD):
        yield Reason(1.0, "its inside is worked on anyway")
    if answers.team is not None and answers.team >= 2:
        yield Reason(1.0, f"a team of {answers.team:g} can own it")
    if answers.deadline is not None and answers.deadline - today < SOON:
        yield Reason(-2.0, "it is the slowest path, and the launch is less than six weeks away")


def _design_system(answers: Answers) -> Iterator[Reason]:
    if (answers.prototypes or 0) >= _SEVERAL:
        yield Reason(2.0, f"{answers.prototypes} prototypes have to be served")
