"""The tasks that every launch needs, whatever was found: reviews and drills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from shipworthy.decide.plan import Kind, Owner, Phase, Task
from shipworthy.decide.verdict import Component, ComponentVerdict, Verdict
from shipworthy.intent.answers import Answers


def fixed_tasks(verdicts: Mapping[Component, ComponentVerdict], answers: Answers) -> Iterator[Task]:
    """A security review, a deployment that can go back, drills, a load test, a go-live; by what is there."""
    there = {c for c, v in verdicts.items() if v.verdict is not Verdict.ABSENT}
    tasks = [*_drills(there), *_trials(there, answers)]
    yield from tasks
    yield _task(
        "go-live", "Name who answers for it, and decide to launch", Phase.LAUNCH, Owner.PRODUCT,
        "every row of the checklist is a yes or a written exception", tuple(t.id for t in tasks),
    )  # fmt: skip


def _drills(there: Set[Component]) -> Iterator[Task]:
    yield _task(
        "rollback-drill", "Go back to the last release once, by the clock", Phase.DELIVERY,
        Owner.PLATFORM, "below five minutes, by somebody who has not built it",
    )  # fmt: skip
    if Component.DATA_MODEL in there:
        yield _task(
            "restore-drill", "Restore a backup, and compare", Phase.DELIVERY,
            Owner.DATABASE, "into an empty place; note how long it took and what was lost",
        )  # fmt: skip


def _trials(there: Set[Component], answers: Answers) -> Iterator[Task]:
    if there & {Component.API, Component.AUTH, Component.DATA_MODEL}:
        yield _task(
            "security-review", "Have somebody who has not built it try to break it", Phase.LAUNCH,
            Owner.SECURITY, "with two accounts, against the deployed one",
        )  # fmt: skip
        yield _task(
            "load-test", "Try ten times the expected load", Phase.LAUNCH,
            Owner.PLATFORM, "note the latency at which it breaks, and what breaks first",
        )  # fmt: skip
    if answers.regulated:
        yield _task(
            "impact-assessment", "Assess the impact on data protection, with counsel", Phase.LAUNCH,
            Owner.PRIVACY, f"for {', '.join(answers.regulated)}",
        )  # fmt: skip


def _task(
    name: str, title: str, phase: Phase, owner: Owner, how: str, after: tuple[str, ...] = ()
) -> Task:
    return Task(name, title, phase, owner, Kind.FIXED, how, after=after)
