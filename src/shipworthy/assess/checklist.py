"""The answers to a framework's rows, from the controls that look at them and from what people said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.assess.assessment import Assessment
from shipworthy.control import Control
from shipworthy.finding import Finding, Outcome
from shipworthy.frameworks import Framework, Machine, frameworks
from shipworthy.frameworks import Row as Question
from shipworthy.intent import Intent, Word

NOT_READY_ABOVE = 3  # this many rows of a checklist may be NO: requirement D30


class Answer(StrEnum):
    """What is known of a row. UNKNOWN is never YES."""

    YES = "yes"
    NO = "no"
    EXCEPTION = "exception"  # a gap that somebody accepted, with a reason and an end
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Row(Struct, frozen=True):
    """One row with its answer. `who` must answer what no machine can; empty where nobody has to."""

    id: str
    title: str
    section: str
    answer: Answer
    reason: str
    controls: tuple[str, ...]  # ids of the controls that look at it
    findings: tuple[Finding, ...]  # why it is NO or EXCEPTION: the gaps, worst first
    who: str
    since: date | None = None  # when a person said it; None: the machine, today
    until: date | None = None  # the last day that their word counts


class Checklist(Struct, frozen=True):
    """A framework with the answer to each of its rows."""

    id: str
    title: str
    source: str
    is_checklist: bool
    rows: tuple[Row, ...]

    def count(self, answer: Answer) -> int:
        """How many rows have this answer."""
        return sum(row.answer is answer for row in self.rows)

    @property
    def ready(self) -> bool:
        """No more rows are NO than may be; says nothing of the UNKNOWN ones."""
        return self.count(Answer.NO) <= NOT_READY_ABOVE


def checklists(assessment: Assessment) -> tuple[Checklist, ...]:
    """Every framework answered, the checklists first."""
    found: _Found = defaultdict(list)
    for place, finding in enumerate(assessment.findings):
        found[finding.control].append((place, finding))
    asking = _Asking(assessment, found, _by_requirement(assessment.controls))
    return tuple(_answered(framework, asking) for framework in frameworks())


_Found = dict[str, list[tuple[int, Finding]]]  # by control, each with its place among all findings


class _Asking(Struct, frozen=True):
    """What rows are answered from: `controls` by requirement, each with its place among all of them."""

    assessment: Assessment
    found: _Found
    controls: dict[str, list[tuple[int, str]]]


def _by_requirement(controls: Iterable[Control]) -> dict[str, list[tuple[int, str]]]:
    by_requirement: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for place, control in enumerate(controls):
        for requirement in control.satisfies:
            by_requirement[requirement].append((place, control.id))
    return by_requirement


def _answered(framework: Framework, asking: _Asking) -> Checklist:
    unneeded = framework.needs_models and not asking.assessment.prototype.model_calls
    rows = (_without_model(q) if unneeded else _row(q, asking) for q in framework.rows)
    return Checklist(
        framework.id, framework.title, framework.source, framework.checklist, tuple(rows)
    )


def _without_model(question: Question) -> Row:
    return _answer(question, Answer.NOT_APPLICABLE, "no call of a model was found")


def _row(question: Question, asking: _Asking) -> Row:
    named = {c for id in question.answered_by for c in asking.controls.get(id, ())}
    asked = tuple(id for _, id in sorted(named))
    placed = sorted((p for id in asked for p in asking.found.get(id, ())), key=itemgetter(0))
    findings = [finding for _, finding in placed]
    settings = asking.assessment.prototype.settings
    row = replace(_judged(question, findings), controls=asked)
    if row.answer is Answer.EXCEPTION:
        return replace(row, until=_first_end(row.findings, settings.intent, settings.today))
    if row.answer is not Answer.UNKNOWN:
        return row
    word = settings.intent.answers.get(question.id)
    spoken = row if word is None else _spoken(row, word, question.valid_days, settings.today)
    if spoken.answer is Answer.YES:
        return spoken
    return _excepted(spoken, settings.intent, settings.today)


def _spoken(row: Row, word: Word, valid_days: int, today: date) -> Row:
    """The row with a person's answer, where that has not ended."""
    said = f"{word.by} said {'yes' if word.yes else 'no'} on {word.on}: {word.reason}"
    if word.on > today:
        return replace(row, reason=f"{said}; this does not count yet: today is {today}")
    longest = word.on + timedelta(days=valid_days)
    until = min(word.until or longest, longest)
    if word.ended or today > until:
        why = word.ended if word.ended not in ("", "expired") else f"it held until {until}"
        return replace(row, reason=f"{said}; this no longer counts: {why}")
    answer = Answer.YES if word.yes else Answer.NO
    return replace(row, answer=answer, reason=said, who="", since=word.on, until=until)


def _first_end(accepted: Iterable[Finding], intent: Intent, today: date) -> date | None:
    """The day on which the first of the gaps is open again."""
    ends = [
        max(
            a.until for a in intent.acceptances if a.covers(f.control, f.subject) and a.holds(today)
        )
        for f in accepted
    ]
    return min(ends, default=None)


def _excepted(row: Row, intent: Intent, today: date) -> Row:
    """The row as an exception where somebody accepted it by its own name, until a day.

    Gaps are accepted one by one: a row with an open gap stays NO.
    """
    holding = [a for a in intent.acceptances if a.control == row.id and a.holds(today)]
    if not holding:
        return row
    longest = max(holding, key=lambda a: a.until)
    words = f"accepted by {longest.by} until {longest.until}: {longest.reason}"
    return replace(row, answer=Answer.EXCEPTION, reason=words, who="", until=longest.until)


def _judged(question: Question, findings: Sequence[Finding]) -> Row:
    gaps = tuple(f for f in findings if f.is_alarm)
    if gaps:
        return _answer(question, Answer.NO, _kinds(gaps), gaps)
    accepted = tuple(f for f in findings if f.accepted)
    if accepted:
        return _answer(question, Answer.EXCEPTION, f"accepted: {_kinds(accepted)}", accepted)
    if question.machine is Machine.NONE or not findings:
        return _left_to_a_person(question, "no machine can tell" if question.who else "not asked")
    unseen = [f for f in findings if f.outcome is Outcome.UNKNOWN or f.is_question]
    if unseen:
        return _answer(question, Answer.UNKNOWN, f"{unseen[0].subject}: {unseen[0].message}")
    right = sum(f.outcome is Outcome.SATISFIED for f in findings)
    if not right:
        return _answer(question, Answer.NOT_APPLICABLE, findings[0].message)
    seen = f"nothing wrong in {right} places that were looked at" if right > 1 else "looks right"
    if question.machine is Machine.WHOLE:
        return _answer(question, Answer.YES, seen)
    return _left_to_a_person(question, seen)


def _left_to_a_person(question: Question, seen: str) -> Row:
    said = f"{seen}; {question.who} must answer it" if question.who else seen
    return replace(_answer(question, Answer.UNKNOWN, said), who=question.who)


def _kinds(gaps: Iterable[Finding]) -> str:
    """The kinds of gap with how many subjects each has: "rls-disabled (3), csrf"."""
    counts = Counter(gap.control for gap in gaps)
    return ", ".join(f"{id} ({n})" if n > 1 else id for id, n in counts.items())


def _answer(
    question: Question, answer: Answer, reason: str, findings: tuple[Finding, ...] = ()
) -> Row:
    return Row(
        id=question.id,
        title=question.title,
        section=question.section,
        answer=answer,
        reason=reason,
        controls=(),
        findings=findings,
        who="",
    )
