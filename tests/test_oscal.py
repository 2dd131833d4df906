"""The OSCAL report: valid against the official schema, whole, and never kinder than what is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from copies import copy_of_example
from made_assessments import assessed, gap, hostile, written
from shipworthy.assess import Assessment
from shipworthy.assess.checklist import Answer, checklists
from shipworthy.finding import Location, Outcome
from shipworthy.pipeline import run_assess
from shipworthy.report.oscal import oscal_report
from shipworthy.settings import Settings

_SCHEMA = json.loads((Path(__file__).parent / "schemas" / "oscal_complete_schema.json").read_text())
_VALIDATOR = jsonschema_rs.Draft7Validator(_SCHEMA, validate_formats=True)


@pytest.fixture(scope="module", params=["crm", "assistant", "marketplace"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    root = copy_of_example(request.param, tmp_path_factory.mktemp("oscal"))
    return run_assess(root, Settings())


def errors(document: dict[str, Any]) -> list[str]:
    return [f"{e.instance_path}: {e.message[:200]}" for e in _VALIDATOR.iter_errors(document)]


def read(assessment: Assessment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(oscal_report(assessment))
    return found


def result_of(document: dict[str, Any]) -> dict[str, Any]:
    (result,) = document["assessment-results"]["results"]
    found: dict[str, Any] = result
    return found


def test_examples_meet_the_official_schema(example: Assessment) -> None:
    assert errors(read(example)) == []


def test_names_of_a_hostile_prototype_meet_it_too(tmp_path: Path) -> None:
    assert errors(read(hostile(tmp_path))) == []


def test_a_prototype_without_any_gap_meets_it_too(tmp_path: Path) -> None:
    found = read(assessed(written(tmp_path, {"app.ts": "export const one = 1;\n"}), []))
    assert errors(found) == []
    assert "observations" not in result_of(found)


def test_the_schema_itself_refuses_a_broken_document(example: Assessment) -> None:
    document = read(example)
    result_of(document)["findings"][0]["target"]["status"]["state"] = "fine"
    assert errors(document) != []


def test_every_gap_and_every_unknown_is_an_observation(example: Assessment) -> None:
    shown = [f for f in example.findings if f.outcome in (Outcome.GAP, Outcome.UNKNOWN)]
    observations = result_of(read(example))["observations"]
    assert len(observations) == len(shown)
    assert len({o["uuid"] for o in observations}) == len(
        {(f.control, f.subject, f.outcome) for f in shown}
    )


def test_what_findings_and_risks_point_to_is_there(example: Assessment) -> None:
    result = result_of(read(example))
    observations = {o["uuid"] for o in result["observations"]}
    risks = {r["uuid"] for r in result["risks"]}
    for item in (*result["findings"], *result["risks"]):
        assert {o["observation-uuid"] for o in item.get("related-observations", ())} <= observations
        assert {r["risk-uuid"] for r in item.get("related-risks", ())} <= risks
    selected = {
        c["control-id"]
        for s in result["reviewed-controls"]["control-selections"]
        for c in s["include-controls"]
    }
    assert {f["target"]["target-id"] for f in result["findings"]} == selected


def test_only_a_yes_is_satisfied(example: Assessment) -> None:
    answers = [r.answer for a in checklists(example) for r in a.rows]
    states = [f["target"]["status"]["state"] for f in result_of(read(example))["findings"]]
    assert states.count("satisfied") == answers.count(Answer.YES)
    assert len(states) == len(answers) - answers.count(Answer.NOT_APPLICABLE)


def test_what_somebody_accepted_is_an_approved_deviation_and_the_rest_stays_open(
    tmp_path: Path,
) -> None:
    place = Location("app.ts", 1)
    one, two = gap("no-tests", "web", place=place), gap("no-tests", "api", place=place)
    kept = replace(one, accepted="Ana until 2027-01-31: a demo")
    root = written(tmp_path, {"app.ts": "export const one = 1;\n"})
    risks = result_of(read(assessed(root, [kept, two])))["risks"]
    assert sorted(r["status"] for r in risks) == ["deviation-approved", "open"]
    assert any("a demo" in f["description"] for r in risks for f in r.get("mitigating-factors", ()))


def test_the_same_assessment_gives_the_same_document(example: Assessment) -> None:
    assert oscal_report(example) == oscal_report(example)
