"""Make the plan: one task for the gaps of each control, and those of the parts, the path and the launch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.decide.fixed import fixed_tasks
from shipworthy.decide.order import phase_of, place_of
from shipworthy.decide.path import PathChoice
from shipworthy.decide.placing import component_of
from shipworthy.decide.plan import Kind, Owner, Phase, Plan, Task
from shipworthy.decide.verdict import Component, ComponentVerdict, Overall, Verdict
from shipworthy.decide.work import part_tasks, path_tasks
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding
from shipworthy.intent.answers import Answers
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review

_OWNERS = {
    "access": Owner.SECURITY,
    "secrets": Owner.SECURITY,
    "database": Owner.DATABASE,
    "ai": Owner.AI,
    "privacy": Owner.PRIVACY,
    "supply_chain": Owner.PLATFORM,
    "operations": Owner.PLATFORM,
    "observability": Owner.PLATFORM,
}


MOST_ASKED = 8
"""Gaps of one control whose remedy is asked for; the others count as these do."""
_MOST_LINES = (
    4_000  # of the files that these lie in: to edit one of 8,000 lines takes half a second
)

Remedies = Mapping[Finding, Remedy | None]


def remedies_of(assessment: Assessment) -> Remedies:
    """What the controls know to do about open gaps: of each control, the worst few are asked."""
    controls = {c.id: c for c in assessment.controls}
    found: dict[Finding, Remedy | None] = {}
    asked, lines = Counter[str](), Counter[str]()
    for gap in assessment.gaps:
        name = gap.control
        if asked[name] >= MOST_ASKED or lines[name] >= _MOST_LINES:
            continue  # to write each of a hundred alike changes takes seconds, and tells nothing new
        asked[name] += 1
        place = assessment.prototype.files.get(gap.location.path) if gap.location else None
        lines[name] += len(place.lines) if place else 0
        try:
            found[gap] = controls[name].remedy(assessment.prototype, gap)
        except FactUnavailable:
            found[gap] = None
    return found


def make_plan(
    assessment: Assessment,
    remedies: Remedies,
    components: Sequence[ComponentVerdict],
    overall: Overall,
    path: PathChoice,
    answers: Answers,
) -> Plan:
    """The tasks in order: by phase, then by area, the worst first, each after those it needs."""
    if overall is Overall.NOT_YET:
        return Plan(())
    verdicts = {c.component: c for c in components}
    tasks = [
        *_remedies(assessment, remedies, verdicts, answers),
        *part_tasks(verdicts, answers),
        *path_tasks(path),
        *fixed_tasks(verdicts, answers),
    ]
    areas = {c.id: c.area for c in assessment.controls}
    return Plan(tuple(_in_order(tasks, areas)))


def _remedies(
    assessment: Assessment,
    remedies: Remedies,
    verdicts: Mapping[Component, ComponentVerdict],
    answers: Answers,
) -> Iterator[Task]:
    """One task for each control with open gaps; those in a part that is built anew close with it.

    Where somebody depends on it today, what blocks is closed in the old part as well, meanwhile.
    """
    controls = {c.id: c for c in assessment.controls}
    groups: dict[str, list[Finding]] = {}
    for gap in assessment.gaps:
        part = component_of(assessment.prototype, gap, controls[gap.control].area)
        rebuilt = part is not None and verdicts[part].verdict is Verdict.REBUILD
        if not rebuilt or (answers.live is True and gap.severity.blocks_launch):
            groups.setdefault(gap.control, []).append(gap)
    for name, gaps in groups.items():
        yield _remedy(assessment.prototype, controls[name], tuple(gaps), remedies)


def _remedy(
    prototype: Prototype, control: Control, gaps: tuple[Finding, ...], remedies: Remedies
) -> Task:
    asked = [remedies[gap] for gap in gaps if gap in remedies]
    known = [remedy for remedy in asked if remedy is not None]
    reviews = [r.review for r in known if r.changes and r.review is not Review.BY_HAND]
    said = known[0].summary if known else ""
    severity = max(gap.severity.value for gap in gaps)
    part = component_of(prototype, gaps[0], control.area)
    owner = _OWNERS.get(control.area)
    if owner is None:
        owner = Owner.FRONTEND if part is Component.FRONTEND else Owner.BACKEND
    return Task(
        id=control.id,
        title=control.title,
        phase=phase_of(control.area, severity),
        owner=owner,
        kind=Kind.REMEDY,
        how=said or f"shipworthy explain {control.id}",
        component=part,
        closes=gaps,
        asked=len(asked),
        remedies=tuple(reviews),
    )


def _in_order(tasks: Sequence[Task], areas: Mapping[str, str]) -> Iterator[Task]:
    """By phase and area, the worst first; a task moves behind those it needs."""
    left = sorted(tasks, key=lambda task: _rank(task, areas))
    known, done = {task.id for task in tasks}, set[str]()
    while left:
        ready = next((t for t in left if done.issuperset(known.intersection(t.after))), left[0])
        left.remove(ready)
        done.add(ready.id)
        yield ready


def _rank(task: Task, areas: Mapping[str, str]) -> tuple[int, int, int, int, str]:
    kinds = (Kind.REMEDY, Kind.COMPONENT, Kind.PATH, Kind.FIXED)
    severity = task.severity.value if task.severity else 0
    area = place_of(areas.get(task.id, ""))
    return (list(Phase).index(task.phase), kinds.index(task.kind), -severity, area, task.id)
