"""Checklists and frameworks, with the answer to each row, as part of a JSON document."""

from __future__ import annotations

from typing import Literal

from shipworthy.assess import Assessment
from shipworthy.assess.checklist import Answer, Checklist, Row, checklists
from shipworthy.documents import Document

AnswerWord = Literal["yes", "no", "exception", "not_applicable", "unknown"]


class RowDocument(Document):
    """One row. `who` must answer it, null where nobody has to; `controls` look at it."""

    id: str
    section: str
    title: str
    answer: AnswerWord
    reason: str
    who: str | None
    controls: list[str]


class ChecklistDocument(Document):
    """A framework. `answers` counts all its rows; `rows` leaves out those of frameworks (not of
    checklists) that no control looks at."""

    id: str
    title: str
    source: str
    checklist: bool
    answers: dict[str, int]
    rows: list[RowDocument]


def checklist_documents(assessment: Assessment) -> list[ChecklistDocument]:
    """All frameworks with their answers, the checklists first."""
    return [_document(checklist) for checklist in checklists(assessment)]


def _document(checklist: Checklist) -> ChecklistDocument:
    shown = (row for row in checklist.rows if checklist.is_checklist or row.controls)
    return ChecklistDocument(
        id=checklist.id,
        title=checklist.title,
        source=checklist.source,
        checklist=checklist.is_checklist,
        answers={answer.value: checklist.count(answer) for answer in Answer},
        rows=[_row(row) for row in shown],
    )


def _row(row: Row) -> RowDocument:
    return RowDocument(
        id=row.id,
        section=row.section,
        title=row.title,
        answer=row.answer.value,
        reason=row.reason,
        who=row.who or None,
        controls=list(row.controls),
    )
