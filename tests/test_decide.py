"""Decide: verdicts on stated grounds, unknowns that count nothing, and the same answer twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from made_assessments import assessed, written
from shipworthy.decide import Decision, decide
from shipworthy.decide.verdict import Overall, Verdict

HEALTHY = {
    "package.json": '{"name": "notes", "dependencies": {"express": "4.21.2"}}',
    "src/index.ts": 'import { add } from "./notes";\nexport const all = add([], "a");\n',
    "src/notes.ts": "export const add = (notes: string[], note: string) => [...notes, note];\n",
    "src/notes.test.ts": 'import { add } from "./notes";\n'
    'test("adds", () => { expect(add([], "a")).toEqual(["a"]); });\n',
}


def decided(root: Path, files: dict[str, str]) -> Decision:
    return decide(assessed(written(root, files)))


def test_a_healthy_application_is_hardened_only(tmp_path: Path) -> None:
    decision = decided(tmp_path, HEALTHY)
    assert decision.overall is Overall.HARDEN
    assert not decision.grounds
    assert {c.verdict for c in decision.components} <= {
        Verdict.KEEP,
        Verdict.HARDEN,
        Verdict.ABSENT,
    }


def test_the_same_prototype_gives_the_same_decision(tmp_path: Path) -> None:
    first = decided(tmp_path / "a" / "notes", HEALTHY)
    second = decided(tmp_path / "b" / "notes", HEALTHY)
    assert first.digest == second.digest
    assert first.estimate == second.estimate


def test_code_that_imports_what_is_not_there_is_a_ground_to_rebuild(tmp_path: Path) -> None:
    broken = {**HEALTHY, "src/index.ts": 'import { all } from "./missing";\nconsole.log(all);\n'}
    decision = decided(tmp_path, broken)
    assert [ground.name for ground in decision.grounds] == ["head-does-not-run"]


def test_what_is_not_known_counts_nothing_and_says_why(tmp_path: Path) -> None:
    decision = decided(tmp_path, HEALTHY)
    unknown = {signal.name: signal for signal in decision.unknown}
    assert unknown["explained"].points == 0
    assert "explained" in unknown["explained"].reason
    assert all(signal.reason for signal in unknown.values())


def test_each_task_comes_after_those_it_needs(tmp_path: Path) -> None:
    tasks = decided(tmp_path, HEALTHY).plan.tasks
    place = {task.id: number for number, task in enumerate(tasks)}
    for task in tasks:
        assert all(place[before] < place[task.id] for before in task.after if before in place)


def test_the_estimate_is_ordered(tmp_path: Path) -> None:
    hours = decided(tmp_path, HEALTHY).estimate.hours
    assert 0 < hours.p10 < hours.p50 < hours.p90


@pytest.mark.parametrize("name", ["crm", "assistant", "marketplace"])
def test_bundled_prototypes_can_be_decided(name: str) -> None:
    root = Path(__file__).parent.parent / "examples" / name
    decision = decide(assessed(root))
    assert decision.plan.tasks
    assert decision.path.lead in decision.path.sequence
