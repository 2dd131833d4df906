"""The answers of a checklist: a gap is NO, an acceptance an exception, and nothing unseen is YES."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shipworthy.assess.checklist import Answer, Checklist, Row, checklists
from shipworthy.intent import Acceptance, Intent, Word
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

_TODAY = date(2026, 5, 1)
_KEY = 'export const stripe = new Stripe("sk_live_' + "51Hq8ZkLmN4oPqRsTuVwXyZaB3" + '");\n'


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/add.ts").write_text("export const add = (a: number) => a + 1;\n")
    return tmp_path


@pytest.fixture
def leaky(clean: Path) -> Path:
    (clean / "src/pay.ts").write_text('import Stripe from "stripe";\n' + _KEY)
    return clean


def test_a_gap_makes_its_row_no(leaky: Path) -> None:
    row = _row(leaky, "hardening_checklist.secrets")
    assert row.answer is Answer.NO
    assert "secret-in-code" in row.reason
    assert row.findings[0].control == "secret-in-code"


def test_an_accepted_gap_is_an_exception_through_its_last_day(leaky: Path) -> None:
    accepted = _accept(leaky, until=_TODAY)
    assert _row(leaky, "hardening_checklist.secrets", accepted).answer is Answer.EXCEPTION


def test_an_acceptance_that_has_ended_is_no_exception(leaky: Path) -> None:
    ended = _accept(leaky, until=date(2026, 4, 30))
    row = _row(leaky, "hardening_checklist.secrets", ended)
    assert row.answer is Answer.NO
    assert any("that day has passed" in e.excerpt for e in row.findings[0].evidence)


def test_what_only_a_person_can_tell_is_unknown_and_says_who(clean: Path) -> None:
    row = _row(clean, "hardening_checklist.recovery")
    assert row.answer is Answer.UNKNOWN
    assert row.who == "the operator"


def test_a_persons_word_answers_what_no_machine_can(clean: Path) -> None:
    word = Word(True, "Ana", date(2026, 4, 2), "restore drill of 2 April")
    row = _row(
        clean, "hardening_checklist.recovery", answers={"hardening_checklist.recovery": word}
    )
    assert (row.answer, row.who) == (Answer.YES, "")
    assert "Ana" in row.reason


def test_a_persons_word_does_not_outweigh_a_gap(leaky: Path) -> None:
    word = Word(True, "Ana", date(2026, 4, 2), "we looked")
    row = _row(leaky, "hardening_checklist.secrets", answers={"hardening_checklist.secrets": word})
    assert row.answer is Answer.NO


def test_ai_rows_do_not_apply_without_a_model_call(clean: Path) -> None:
    answers = {row.answer for row in _checklist(clean, "ai_checklist").rows}
    assert answers == {Answer.NOT_APPLICABLE}


def test_what_was_not_asked_is_unknown(clean: Path) -> None:
    only = run_assess(clean, Settings(), ("no-tests",))
    [hardening] = [c for c in checklists(only) if c.id == "hardening_checklist"]
    [row] = [r for r in hardening.rows if r.id == "hardening_checklist.secrets"]
    assert row.answer is Answer.UNKNOWN


def test_more_than_three_rows_that_are_no_are_not_ready() -> None:
    row = Row("x", "x", "", Answer.NO, "", (), (), "")
    assert Checklist("x", "x", "", True, (row,) * 3).ready
    assert not Checklist("x", "x", "", True, (row,) * 4).ready


def _accept(root: Path, until: date) -> tuple[Acceptance, ...]:
    gaps = run_assess(root, Settings(), ("secrets",)).gaps
    return tuple(Acceptance(g.control, g.subject, "test key", "Ana", until) for g in gaps)


def _row(
    root: Path,
    id: str,
    accepted: tuple[Acceptance, ...] = (),
    answers: dict[str, Word] | None = None,
) -> Row:
    checklist = _checklist(root, id.partition(".")[0], accepted, answers)
    return next(row for row in checklist.rows if row.id == id)


def _checklist(
    root: Path,
    id: str,
    accepted: tuple[Acceptance, ...] = (),
    answers: dict[str, Word] | None = None,
) -> Checklist:
    intent = Intent(acceptances=accepted, answers=answers or {})
    assessment = run_assess(root, Settings(intent=intent, today=_TODAY))
    return next(c for c in checklists(assessment) if c.id == id)
