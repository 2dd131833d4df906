"""The gate: severities, baselines that hide no secret, acceptances with an end, annotations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

_SECRET = 'export const KEY = "sk_live_' + "51Hq8ZkLmN4oPqRsTuVwXyZaB3" + '";\n'
_SWALLOWED = """
export async function save(row: { id: string }) {
  try {
    const answer = await fetch("/api/save", { method: "POST", body: JSON.stringify(row) });
    return answer.json();
  } catch {}
}
"""
_ASKED = ("no-tests", "swallowed-error", "secret-in-code", "vulnerable-dependency", "no-lock-file")
_ACCEPTED = """
[[accepted]]
control = "no-tests"
subject = "*"
reason = "a demo for one fair"
by = "Ana"
until = {until}
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Has one gap of severity medium or lower (no tests) and none that blocks."""
    root = tmp_path / "app"
    (root / "src").mkdir(parents=True)
    (root / "package.json").write_text('{"name": "app", "private": true}\n')
    for name in "abcdef":
        (root / f"src/{name}.ts").write_text(
            f"export function {name}(n: number) {{\n  return n * 2;\n}}\n" * 30
        )
    return root


def test_fail_on_a_severity_lets_milder_gaps_pass(app: Path) -> None:
    assert _run("assess", str(app)).returncode == 1
    assert _run("assess", str(app), "--fail-on", "high").returncode == 0


def test_a_gap_as_severe_as_asked_for_fails(app: Path) -> None:
    (app / "src/key.ts").write_text(_SECRET)
    assert _run("assess", str(app), "--fail-on", "high").returncode == 1


def test_fail_on_never_reports_and_passes(app: Path) -> None:
    (app / "src/key.ts").write_text(_SECRET)
    ran = _run("assess", str(app), "--fail-on", "never")
    assert ran.returncode == 0
    assert "secret-in-code" in ran.stdout


def test_shipworthy_toml_sets_what_fails_and_the_option_outweighs_it(app: Path) -> None:
    (app / "shipworthy.toml").write_text('[gate]\nfail_on = "critical"\n')
    assert _run("assess", str(app)).returncode == 0
    assert _run("assess", str(app), "--fail-on", "low").returncode == 1


def test_a_baseline_leaves_only_new_gaps(app: Path) -> None:
    known = app / "known.json"
    assert _run("assess", str(app), "--write-baseline", str(known)).returncode == 1
    ran = _run("assess", str(app), "--baseline", str(known))
    assert ran.returncode == 0
    assert "of the baseline not shown" in ran.stdout
    assert "no-tests" not in ran.stdout
    (app / "src/save.ts").write_text(_SWALLOWED)
    ran = _run("assess", str(app), "--baseline", str(known))
    assert ran.returncode == 1
    assert "swallowed-error" in ran.stdout


def test_a_baseline_never_hides_a_secret(app: Path) -> None:
    (app / "src/key.ts").write_text(_SECRET)
    known = app / "known.json"
    _run("assess", str(app), "--write-baseline", str(known))
    ran = _run("assess", str(app), "--baseline", str(known))
    assert ran.returncode == 1
    assert "secret-in-code" in ran.stdout


def test_a_baseline_never_hides_a_known_vulnerability(app: Path) -> None:
    (app / "package.json").write_text('{"name": "app", "dependencies": {"lodash": "4.17.4"}}\n')
    (app / "src/use.ts").write_text('import merge from "lodash/merge";\nexport default merge;\n')
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "app", "dependencies": {"lodash": "4.17.4"}},
            "node_modules/lodash": {"version": "4.17.4"},
        },
    }
    (app / "package-lock.json").write_text(json.dumps(lock))
    known = app / "known.json"
    _run("assess", str(app), "--write-baseline", str(known))
    assert '"vulnerable-dependency"' in known.read_text()
    ran = _run("assess", str(app), "--baseline", str(known))
    assert ran.returncode == 1
    assert "vulnerable-dependency" in ran.stdout


def test_sarif_says_what_is_new(app: Path) -> None:
    known = app / "known.json"
    _run("assess", str(app), "--write-baseline", str(known))
    (app / "src/save.ts").write_text(_SWALLOWED)
    ran = _run("assess", str(app), "--baseline", str(known), "--format", "sarif")
    results = json.loads(ran.stdout)["runs"][0]["results"]
    states = {r["ruleId"]: r["baselineState"] for r in results if r["kind"] == "fail"}
    assert states["no-tests"] == "unchanged"
    assert states["swallowed-error"] == "new"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "x", "gaps": []}', "\xff"])
def test_a_broken_baseline_is_a_clear_error(app: Path, text: str) -> None:
    known = app / "known.json"
    known.write_text(text, encoding="latin-1")
    ran = _run("assess", str(app), "--baseline", str(known))
    assert ran.returncode == 2
    assert "is no baseline" in ran.stderr


def test_a_missing_baseline_says_how_to_write_one(app: Path) -> None:
    ran = _run("assess", str(app), "--baseline", str(app / "none.json"))
    assert ran.returncode == 2
    assert "--write-baseline" in ran.stderr


def test_an_accepted_gap_does_not_fail_until_its_day(app: Path) -> None:
    (app / "shipworthy.toml").write_text(_ACCEPTED.format(until="2999-01-01"))
    ran = _run("assess", str(app))
    assert ran.returncode == 0
    assert "a demo for one fair" in ran.stdout


def test_an_acceptance_that_has_ended_fails_again(app: Path) -> None:
    (app / "shipworthy.toml").write_text(_ACCEPTED.format(until="2020-01-01"))
    assert _run("assess", str(app)).returncode == 1


def test_an_acceptance_of_nothing_is_said(app: Path) -> None:
    text = _ACCEPTED.format(until="2999-01-01").replace("no-tests", "no-lock-file")
    (app / "shipworthy.toml").write_text(text.replace('"*"', '"elsewhere"'))
    assert "no such gap (any more)" in _run("assess", str(app)).stdout


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("exclude = 3\n", "exclude"),
        ("exlude = []\n", "exlude"),
        ("[gate]\nfail_on = 'bad'\n", "fail_on"),
        ("[[accepted]]\ncontrol = 'x'\n", "subject"),
        (_ACCEPTED.format(until='"soon"'), "until"),
        (_ACCEPTED.format(until="2999-01-01").replace("a demo for one fair", " "), "reason"),
        ("= =", "shipworthy.toml"),
    ],
)
def test_a_broken_shipworthy_toml_is_a_clear_error(app: Path, text: str, part: str) -> None:
    (app / "shipworthy.toml").write_text(text)
    ran = _run("assess", str(app))
    assert ran.returncode == 2
    assert part in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_linked_shipworthy_toml_is_not_followed(app: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text('exclude = ["src"]\n')
    (app / "shipworthy.toml").symlink_to(tmp_path / "elsewhere.toml")
    ran = _run("assess", str(app))
    assert ran.returncode == 2
    assert "not followed" in ran.stderr


def test_an_excluded_folder_is_not_read_and_said_so(app: Path) -> None:
    (app / "legacy").mkdir()
    (app / "legacy/key.ts").write_text(_SECRET)
    (app / "shipworthy.toml").write_text('exclude = ["legacy/"]\n')
    ran = _run("assess", str(app))
    assert "secret-in-code" not in ran.stdout
    assert "legacy: excluded in shipworthy.toml" in ran.stdout


def test_annotations_name_file_line_and_severity(app: Path) -> None:
    (app / "src/key.ts").write_text("// a\n" + _SECRET)
    lines = _run("assess", str(app), "--format", "github").stdout.splitlines()
    [line] = [x for x in lines if "secret-in-code" in x]
    assert line.startswith("::error file=src/key.ts,line=2,title=")


def test_a_file_name_cannot_write_an_annotation_of_its_own(app: Path) -> None:
    evil = app / "src" / "a\n::error file=x::owned,b:c.ts"
    evil.parent.mkdir(parents=True, exist_ok=True)
    try:
        evil.write_text(_SECRET)
    except OSError:
        evil = app / "a\n::error ::owned,b:c.ts"
        evil.write_text(_SECRET)
    lines = _run("assess", str(app), "--format", "github").stdout.splitlines()
    assert not [x for x in lines if x.startswith(("::error file=x", "::error ::"))]


def test_the_baseline_meets_its_schema(app: Path) -> None:
    known = app / "known.json"
    _run("assess", str(app), "--write-baseline", str(known))
    schema = json.loads(_run("schema", "baseline").stdout)
    Draft202012Validator(schema).validate(json.loads(known.read_text()))


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    only = [o for id in _ASKED for o in ("--only", id)] if arguments[0] == "assess" else []
    command = [sys.executable, "-m", "shipworthy", *arguments, *only]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}, check=False
    )
