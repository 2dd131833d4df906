"""Many gaps that rest on one check are shown as one thing, and counted as what they are."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from made_assessments import written
from shipworthy.assess import Assessment
from shipworthy.pipeline import run_assess
from shipworthy.report.groups import Group, by_control
from shipworthy.report.html import html_report
from shipworthy.report.markdown import markdown_report
from shipworthy.report.sarif import sarif_report
from shipworthy.report.text import TextReport
from shipworthy.settings import Settings

_HEAD = """import express from "express";
import cookieParser from "cookie-parser";
import { Pool } from "pg";

const app = express();
const db = new Pool();
app.use(cookieParser());
app.use(express.json());
"""
_CHECK = 'if (!req.cookies.uid) return res.status(401).json({ error: "sign in" });\n'
_NAMES = ("invoices", "patients", "payments", "contracts", "salaries", "orders")


def _assessed(root: Path, code: str) -> Assessment:
    manifest = '{"dependencies": {"express": "4.19.2", "pg": "8.11.5", "cookie-parser": "1.4.6"}}'
    return run_assess(written(root, {"package.json": manifest, "server.js": code}), Settings())


def _route(name: str, check: str, middleware: str = "") -> str:
    code = """app.delete("/api/NAME/:id", MIDDLEWAREasync (req, res) => {
  CHECKawait db.query("DELETE FROM NAME WHERE id = $1", [req.params.id]);
  res.json({ ok: true });
});
"""
    return code.replace("NAME", name).replace("CHECK", check).replace("MIDDLEWARE", middleware)


def _open(assessment: Assessment) -> Group:
    groups = by_control(assessment.gaps, assessment.controls)
    return next(g for g in groups if g.control.id == "unauthenticated-endpoint")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    guard = f"function signedIn(req, res, next) {{\n{_CHECK}next();\n}}\n"
    routes = "".join(_route(name, "", "signedIn, ") for name in _NAMES)
    own = _route("messages", "")
    return _assessed(tmp_path_factory.mktemp("shared"), f"{_HEAD}{guard}{routes}{own}")


def test_a_shared_check_is_the_cause_of_all_that_rest_on_it(shared: Assessment) -> None:
    group = _open(shared)
    (cause,) = group.causes
    assert str(cause.place) == "server.js:10"
    assert len(cause.findings) == len(_NAMES)
    assert len(group.findings) == len(_NAMES) + 1
    assert "/api/messages/:id" in group.examples[1].message


def test_checks_of_their_own_are_no_common_cause(tmp_path: Path) -> None:
    code = _HEAD + "".join(_route(name, _CHECK) for name in _NAMES)
    group = _open(_assessed(tmp_path, code))
    assert len(group.findings) == len(_NAMES)
    assert not group.causes
    assert group.examples == group.findings


def test_every_report_for_people_names_the_cause(shared: Assessment) -> None:
    said = "6 of these rest on this one check, which keeps nobody out"
    console = Console(file=io.StringIO(), width=200)
    console.print(TextReport(shared, "."))
    assert isinstance(console.file, io.StringIO)
    assert f"server.js:10  {said}" in console.file.getvalue()
    assert f"`server.js:10` **{said}**" in markdown_report(shared)
    assert html_report(shared).count(said) == 2  # among the blockers and among the findings


def test_machines_still_read_every_gap(shared: Assessment) -> None:
    results = json.loads(sarif_report(shared))["runs"][0]["results"]
    of_control = [r for r in results if r["ruleId"] == "unauthenticated-endpoint"]
    assert len({str(r["partialFingerprints"]) for r in of_control}) == len(_NAMES) + 1
