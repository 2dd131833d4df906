"""Answers that exclude each other, or what was read in the code: they are named and count as not given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shipworthy.assess import Assessment
from shipworthy.intent.answers import Aim, Answers


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What excludes what, and which answers are set aside for it."""

    says: str
    answers: frozenset[str]


def contradictions(
    assessment: Assessment, answers: Answers, today: date
) -> tuple[Contradiction, ...]:
    """All of them, in a fixed order."""
    return (*_among(answers), *_with_code(assessment, answers), *_with_clock(answers, today))


def _among(answers: Answers) -> Iterator[Contradiction]:
    aims = answers.aims or ()
    if Aim.REGULATED_DATA in aims and answers.regulated == ():
        yield _of(
            "aims names regulated-data, and regulated says there is none", "aims", "regulated"
        )
    if Aim.CONSISTENCY in aims and answers.prototypes == 1:
        yield _of(
            "aims names consistency over many prototypes, and there is 1", "aims", "prototypes"
        )
    if answers.live and answers.users == 0:
        yield _of("live says that people depend on it, and users expects none", "live", "users")
    if answers.team == 0 and answers.deadline is not None:
        yield _of("there is a deadline, and a team of nobody", "team", "deadline")


def _with_code(assessment: Assessment, answers: Answers) -> Iterator[Contradiction]:
    if answers.regulated != ():
        return
    for gap in assessment.gaps:
        if gap.control in ("special-category-data", "stored-card-data"):
            yield _of(
                f"regulated says there is none, and {gap.control} was found: {gap.message}",
                "regulated",
            )
            return


def _with_clock(answers: Answers, today: date) -> Iterator[Contradiction]:
    if answers.deadline is not None and answers.deadline < today:
        yield _of(f"the deadline {answers.deadline} has passed: today is {today}", "deadline")
    said = answers.explained
    if said is not None and said.on is not None and said.on > today:
        yield _of(f"explained is dated {said.on}, and today is {today}", "explained")


def _of(says: str, *answers: str) -> Contradiction:
    return Contradiction(says, frozenset(answers))
