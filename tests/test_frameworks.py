"""The requirement texts: whole, answerable, and each row with somebody or something to answer it."""

from __future__ import annotations

from collections import Counter

import pytest

from shipworthy.catalogue import catalogue
from shipworthy.frameworks import (
    Machine,
    UnknownFramework,
    framework,
    frameworks,
    requirements,
)

_REQUIREMENTS = {id for id in requirements() if ":" not in id}


def test_hardening_checklist_has_three_rows_in_each_of_six_sections() -> None:
    sections = Counter(row.section for row in framework("hardening_checklist").rows)
    assert list(sections.values()) == [3] * 6


def test_ai_checklist_has_five_rows_in_each_of_four_sections() -> None:
    sections = Counter(row.section for row in framework("ai_checklist").rows)
    assert list(sections.values()) == [5] * 4


def test_five_questions_are_five() -> None:
    assert len(framework("five_questions").rows) == 5


def test_asvs_is_complete() -> None:
    """345 requirements: 70 at level 1, 183 at level 2, 92 at level 3."""
    sections = Counter(row.section for row in framework("asvs").rows)
    assert sections == {"Level 1": 70, "Level 2": 183, "Level 3": 92}


@pytest.mark.parametrize("id", [f.id for f in frameworks()])
def test_rows_are_told_apart_and_rest_on_requirements_that_exist(id: str) -> None:
    rows = framework(id).rows
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        named = {a for a in row.answered_by if ":" not in a and a != row.id}
        assert named <= _REQUIREMENTS, row.id


def test_a_row_that_a_machine_answers_whole_has_a_control() -> None:
    satisfied = {r for entry in catalogue() for r in entry.control.satisfies}
    whole = [r for f in frameworks() for r in f.rows if r.machine is Machine.WHOLE]
    assert whole
    assert all(row.answered_by & satisfied for row in whole)


def test_every_row_that_no_machine_answers_names_who_must() -> None:
    assert all(row.who for f in frameworks() for row in f.rows if row.machine is not Machine.WHOLE)


def test_an_unknown_framework_is_a_clear_error() -> None:
    with pytest.raises(UnknownFramework, match=r"'iso'.*hardening_checklist"):
        framework("iso")
