"""The keep list: what is right, on how many things, and where to see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.finding import Finding, Outcome, Proof
from shipworthy.report.lines import counted
from shipworthy.report.praise import PRAISES, Praise

_LEAST_SHARE = 0.8  # of what was judged; below, there is more to mend than to keep
_LEAST_SHARE_BLOCKED = 0.9  # where one of its gaps blocks the launch
_NAMED = 4  # subjects that are named


@dataclass(frozen=True, slots=True)
class Strength:
    """One thing worth keeping. `scope` says on how many subjects; `proof` is the weakest of its
    answers; `examples` are the first subjects."""

    area: str
    control: str
    text: str
    scope: str
    count: int
    proof: Proof
    examples: tuple[str, ...]


def strengths(assessment: Assessment) -> tuple[Strength, ...]:
    """Controls that are satisfied on real subjects, in words; those that would hurt most first.

    None is listed where much of what it judged is not right, or could not be judged.
    """
    answers: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        answers.setdefault(finding.control, []).append(finding)
    found = [
        strength
        for control in assessment.controls
        for strength in _of(control, answers.get(control.id, []))
    ]
    weight = {c.id: c.severity.value for c in assessment.controls}
    return tuple(sorted(found, key=lambda s: (-weight[s.control], -s.count, s.control)))


def _of(control: Control, answers: list[Finding]) -> Iterator[Strength]:
    right = [f for f in answers if f.outcome is Outcome.SATISFIED]
    open_ = [f for f in answers if f.outcome is Outcome.GAP]
    unseen = sum(f.outcome is Outcome.UNKNOWN for f in answers)
    total = len(right) + len(open_)
    blocked = any(f.is_alarm and f.severity.blocks_launch for f in open_)
    least = _LEAST_SHARE_BLOCKED if blocked else _LEAST_SHARE
    if not right or len(right) / total < least or unseen > len(right):
        return
    praise = PRAISES.get(control.id)
    if total == 1 and praise is not None and praise.noun in _MANY:
        return  # one column that is right says nothing of the whole
    yield Strength(
        area=control.area,
        control=control.id,
        text=_text(control, praise, right),
        scope=_scope(praise, len(right), total, unseen),
        count=len(right),
        proof=max((f.proof for f in right), key=list(Proof).index),
        examples=tuple(f.subject for f in right[:_NAMED] if f.subject not in _WHOLE),
    )


_MANY = ("table", "column", "reference", "entry point", "function", "object", "write")
_WHOLE = ("prototype", "migrations", "policies")


def _text(control: Control, praise: Praise | None, right: list[Finding]) -> str:
    if praise is not None and praise.text:
        return praise.text
    if len({f.message for f in right}) == 1:
        return right[0].message
    return f"Free of “{control.title}”"


def _scope(praise: Praise | None, right: int, total: int, unseen: int) -> str:
    """ "14 tables", "14 of 15 tables", and how many more could not be judged."""
    noun = praise.noun if praise else "place" if total > 1 else ""
    if not noun:
        return ""
    said = counted(right, noun) if right == total else f"{right:,} of {counted(total, noun)}"
    return f"{said}; {unseen:,} more could not be judged" if unseen else said
