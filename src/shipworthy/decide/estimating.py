"""Estimate the plan by drawing it many times: what each task takes, and how fast the team is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random

from shipworthy.decide.effort import Effort, effort_of
from shipworthy.decide.estimate import Band, Estimate, Range, TaskEstimate
from shipworthy.decide.plan import Kind, Plan, Task
from shipworthy.intent.answers import Answers

DRAWS = 1_000
REVIEW = 1.25  # a second person reads each change
TEAM = 0.25  # standard deviation of the logarithm of a team's pace, the same for all its tasks
HOLDS = 0.8  # of the changes a machine proposes hold; the others are made by hand
LEFT = (
    0.12,
    0.35,
)  # of the hours by hand that are left where a machine's change holds: to review it
WEEK = 30.0  # hours of a full-time person's week that go into the plan
DAY = 8.0
WAITING = (2.0, 6.0)  # weeks that regulated data adds: audits and contracts take time, not effort
_NINETIETH = 1.2816  # standard deviations


@dataclass(frozen=True, slots=True)
class Drawn:
    """The hours of one task in each draw: with a machine's help, and all by hand."""

    task: Task
    helped: Sequence[float]
    manual: Sequence[float]


def make_estimate(plan: Plan, answers: Answers, today: date) -> Estimate:
    """P10, P50 and P90 of hours, weeks and money. The same plan and answers give the same figures.

    Each task draws from a stream of its own, so that one task less changes no other.
    """
    drawn = [_drawn(task) for task in plan.tasks]
    helped = _sums([d.helped for d in drawn])
    manual = _sums([d.manual for d in drawn])
    team = answers.team or 1.0
    waiting = _stream("waiting", lambda r: r.uniform(*WAITING))
    weeks = [
        hours / (team * WEEK) + (waited if answers.regulated else 0.0)
        for hours, waited in zip(helped, waiting, strict=True)
    ]
    rate = answers.day_rate
    hours = _range(helped)
    money = _money(hours, rate)
    return Estimate(
        tasks=tuple(_task(d, rate) for d in drawn),
        hours=hours,
        by_hand=_range(manual),
        weeks=_range(weeks, digits=1),
        money=money,
        currency=answers.currency,
        bands=_bands(answers),
        assumptions=_assumptions(answers),
        warnings=tuple(_warnings(answers, money, _range(weeks, digits=1), today)),
    )


def _drawn(task: Task) -> Drawn:
    units = max(1, len(task.closes)) if task.kind is Kind.REMEDY else 1
    helped, manual = _hours(task.id, effort_of(task), units, task.auto_share * HOLDS)
    return Drawn(task, helped, manual)


@lru_cache(maxsize=1_024)  # the other ways have most of their tasks in common
def _hours(
    name: str, effort: Effort, units: int, share: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The hours of a task in each draw: where a machine takes on a share of it, and all by hand."""
    mu, sigma = math.log(effort.p50), math.log(effort.p90 / effort.p50) / _NINETIETH
    random = _seeded(name)
    helped, manual = [], []
    for speed in _pace():
        first = random.lognormvariate(mu, sigma) * speed * REVIEW
        whole = first * (1 + effort.further * (units - 1))
        manual.append(whole)
        helped.append(whole * (1 - share + share * random.uniform(*LEFT)))
    return tuple(helped), tuple(manual)


@lru_cache(maxsize=1)
def _pace() -> tuple[float, ...]:
    """How long this team takes for everything, as a factor, in each draw."""
    return tuple(_stream("team", lambda r: r.lognormvariate(0.0, TEAM)))


def _task(drawn: Drawn, rate: float | None) -> TaskEstimate:
    hours = _range(drawn.helped, digits=1)
    saved = _range(drawn.manual, digits=1).p50 - hours.p50
    return TaskEstimate(drawn.task.id, hours, round(saved, 1), _money(hours, rate))


def _stream(name: str, draw: Callable[[Random], float]) -> list[float]:
    random = _seeded(name)
    return [draw(random) for _ in range(DRAWS)]


def _seeded(name: str) -> Random:
    """A stream that is the same on every machine; nothing secret hangs on it."""
    return Random(f"shipworthy:{name}")  # noqa: S311


def _sums(columns: Sequence[Sequence[float]]) -> list[float]:
    return [sum(row) for row in zip(*columns, strict=True)] if columns else [0.0] * DRAWS


def _range(values: Sequence[float], digits: int | None = None) -> Range:
    ordered = sorted(values)
    last = len(ordered) - 1
    p10, p50, p90 = (round(ordered[round(q * last)], digits) for q in (0.1, 0.5, 0.9))
    return Range(p10, p50, p90)


def _money(hours: Range, rate: float | None) -> Range | None:
    if rate is None:
        return None
    return Range(*(round(h / DAY * rate, -2) for h in (hours.p10, hours.p50, hours.p90)))


def _bands(answers: Answers) -> tuple[Band, ...]:
    whole = (
        Band("prototype to production", 6, 14, "weeks", "AnvilStack"),
        Band("basic hardening", 2, 3, "weeks", "Innovative Prospects"),
        Band("standard hardening", 4, 6, "weeks", "Innovative Prospects"),
        Band("comprehensive hardening", 8, 12, "weeks", "Innovative Prospects"),
    )
    cost = answers.prototype_cost
    if cost is None:
        return whole
    unit = answers.currency or "of the stated currency"
    return (*whole, Band("1.5 to 3 times the prototype", 1.5 * cost, 3 * cost, unit, "Easyflow"))


def _assumptions(answers: Answers) -> tuple[str, ...]:
    unsaid = "nobody said how many" if answers.team is None else "nobody works on it today"
    team = f"{answers.team:g} full-time" if answers.team else f"1 full-time ({unsaid})"
    said = [
        "hours follow from failed controls and from the parts to be worked on, never from code size",
        "the figures for each kind of task are judgements, listed in docs/decide.md",
        "the first place of a gap takes its full time, each further one a share of it",
        f"review by a second person adds {REVIEW - 1:.0%}",
        "all tasks share the pace of one team, which is not known",
        f"{HOLDS:.0%} of the changes that harden proposes hold; reviewing one takes"
        f" {LEFT[0]:.0%} to {LEFT[1]:.0%} of making it by hand",
        f"team: {team}, {WEEK:g} hours a week each",
    ]
    if answers.regulated:
        said.append(f"regulated data adds {WAITING[0]:g} to {WAITING[1]:g} weeks of waiting")
    if answers.day_rate is None:
        said.append("no money is shown: nobody stated a day rate")
    return tuple(said)


def _warnings(answers: Answers, money: Range | None, weeks: Range, today: date) -> Iterator[str]:
    if answers.budget is not None and money is not None and answers.budget < money.p50:
        yield (
            f"the budget of {answers.budget:,.0f} is below the median of {money.p50:,.0f}"
            f" {answers.currency or ''}".rstrip()
        )
    if answers.deadline is not None:
        left = (answers.deadline - today).days / 7
        if left < weeks.p50:
            yield f"{max(0.0, left):.1f} weeks are left to the deadline, and the median is {weeks.p50:g}"
    if (
        answers.prototype_cost is not None
        and money is not None
        and money.p50 < answers.prototype_cost
    ):
        yield "the median is below the cost of the prototype: ask what was left out"
