"""The keep list praises what was seen to be right, and says on how much."""

from __future__ import annotations

from pathlib import Path

import pytest

from made_assessments import assessed, gap, written
from shipworthy.assess import Assessment
from shipworthy.catalogue import catalogue
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.report.praise import PRAISES
from shipworthy.report.strengths import strengths


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "shop", {"src/a.ts": "export const a = 1;\n"})


def right(control: str, *subjects: str) -> list[Finding]:
    return [gap(control, s, "Right", outcome=Outcome.SATISFIED) for s in subjects]


def texts(assessment: Assessment) -> dict[str, str]:
    return {s.control: f"{s.text}: {s.scope}" for s in strengths(assessment)}


def test_it_says_on_how_many_things_it_is_right(folder: Path) -> None:
    tables = right("rls-disabled", *(f"public.t{n}" for n in range(14)))
    assert texts(assessed(folder, tables)) == {"rls-disabled": "Row security is on: 14 tables"}


def test_an_exception_is_counted_not_hidden(folder: Path) -> None:
    tables = right("rls-disabled", *(f"public.t{n}" for n in range(14)))
    found = texts(assessed(folder, [*tables, gap("rls-disabled", "public.leads")]))
    assert found == {"rls-disabled": "Row security is on: 14 of 15 tables"}


def test_what_is_mostly_wrong_is_no_strength(folder: Path) -> None:
    mixed = [*right("rls-disabled", "public.a", "public.b"), gap("rls-disabled", "public.c")]
    assert texts(assessed(folder, mixed)) == {}


def test_what_was_not_seen_is_said(folder: Path) -> None:
    unknown = gap("webhook-unverified", "c", outcome=Outcome.UNKNOWN, severity=Severity.LOW)
    found = texts(assessed(folder, [*right("webhook-unverified", "a", "b"), unknown]))
    assert found["webhook-unverified"].endswith("2 webhooks; 1 more could not be judged")


def test_one_column_that_is_right_is_no_strength(folder: Path) -> None:
    assert texts(assessed(folder, right("missing-unique", "public.a.b"))) == {}


def test_not_applicable_is_no_strength(folder: Path) -> None:
    none = gap("csrf", "prototype", outcome=Outcome.NOT_APPLICABLE)
    assert texts(assessed(folder, [none])) == {}


def test_every_praise_is_of_a_control() -> None:
    assert set(PRAISES) <= {entry.control.id for entry in catalogue()}
