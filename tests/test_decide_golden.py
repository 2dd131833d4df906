"""What `decide` says of the bundled prototypes, with and without the answers of their owners."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.decide import Decision, decide
from shipworthy.intent.file import read_answers
from shipworthy.report.decision_document import decision_json
from shipworthy.report.decision_text import DecisionReport
from test_golden import ROOT, check, example, shown

TODAY = date(2026, 11, 21)  # deadlines are counted from a day that stays
NAMES = ["crm", "assistant", "marketplace"]


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Decision]:
    found = {}
    for name in NAMES:
        prototype = example(name, tmp_path_factory.mktemp(name))
        prototype.settings = replace(prototype.settings, today=TODAY)
        answers = read_answers(ROOT / "examples" / f"{name}.answers.toml")
        found[name] = decide(assess(prototype, select()), answers)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_decisions_on_the_bundled_prototypes_are_as_blessed(
    name: str, decisions: dict[str, Decision]
) -> None:
    check(f"{name}.decision.txt", shown(DecisionReport(decisions[name], name, everything=True)))
    check(f"{name}.decision.json", decision_json(decisions[name]))


def test_the_bundled_prototypes_come_to_different_verdicts_and_paths(
    decisions: dict[str, Decision],
) -> None:
    assert len({d.overall for d in decisions.values()}) == len(NAMES)
    assert len({d.path.lead for d in decisions.values()}) == len(NAMES)
