"""What a user gets of a decision: documents that meet their schema, plans for other tools, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from made_assessments import HOSTILE, assessed, gap, hostile, written
from shipworthy.cli.asking import ask_questions
from shipworthy.cli.main import app
from shipworthy.cli.start import main
from shipworthy.decide import Decision, decide
from shipworthy.decide.plan import Plan
from shipworthy.intent.answers import Answers, Explained
from shipworthy.intent.file import read_intent
from shipworthy.report.decision_document import decision_json, decision_schema
from shipworthy.report.plan_export import PlanFormat, plan_text
from test_decide import HEALTHY


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Decision:
    found = assessed(
        written(tmp_path_factory.mktemp("x") / "notes", HEALTHY),
        [gap("no-ci", "prototype"), gap("csrf", "POST /api/`orders`")],
    )
    return decide(found)


def test_the_document_meets_its_schema(decision: Decision) -> None:
    jsonschema.validate(json.loads(decision_json(decision)), decision_schema())


def test_a_hostile_prototype_stays_text(tmp_path: Path) -> None:
    found = decide(hostile(tmp_path))
    assert HOSTILE not in decision_json(found)
    markdown = plan_text(found, PlanFormat.MARKDOWN)
    assert "\u202e" not in markdown
    outside = "".join(markdown.split("`")[::2])  # what stands in no code span
    assert "<" not in outside.replace("\\<", "")


def test_the_table_has_a_row_for_each_task_and_no_formula(decision: Decision) -> None:
    first = replace(decision.plan.tasks[0], how="=cmd|' /C calc'!A0")
    evil = replace(decision, plan=Plan((first, *decision.plan.tasks[1:])))
    rows = list(csv.DictReader(io.StringIO(plan_text(evil, PlanFormat.CSV))))
    assert [row["id"] for row in rows] == [task.id for task in decision.plan.tasks]
    assert rows[0]["how"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", [" =1+1", "＝1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula_in_any_spelling(decision: Decision, cell: str) -> None:
    evil = replace(decision, plan=Plan((replace(decision.plan.tasks[0], how=cell),)))
    [row] = csv.DictReader(io.StringIO(plan_text(evil, PlanFormat.CSV)))
    assert row["how"].startswith(("'", "\\x"))


@pytest.mark.parametrize("format", [PlanFormat.GITHUB_ISSUES, PlanFormat.GITLAB_ISSUES])
def test_an_issue_calls_nobody_and_fits(decision: Decision, format: PlanFormat) -> None:
    """Names of a prototype in an issue: no mention, no link, no markup, no more than GitHub takes."""
    named = gap("csrf", "POST /@octocat/`" + "x" * 40_000)
    task = replace(
        decision.plan.tasks[0],
        how="ask @octocat, see https://evil.example #1",
        closes=(named,) * 30,
    )
    [issue] = json.loads(plan_text(replace(decision, plan=Plan((task,))), format))
    text = issue.get("body") or issue["description"]
    outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)  # in no code span
    assert "@octocat" not in outside
    assert "https://" not in outside
    assert len(text) < 65_536


def test_issues_hold_what_their_platform_takes(decision: Decision) -> None:
    github = json.loads(plan_text(decision, PlanFormat.GITHUB_ISSUES))
    gitlab = json.loads(plan_text(decision, PlanFormat.GITLAB_ISSUES))
    assert len(github) == len(gitlab) == len(decision.plan.tasks)
    assert all(set(issue) == {"title", "body", "labels"} for issue in github)
    assert all(isinstance(issue["labels"], str) for issue in gitlab)
    assert all("/estimate " in issue["description"] for issue in gitlab)


def test_markdown_is_a_list_that_can_be_ticked(decision: Decision) -> None:
    text = plan_text(decision, PlanFormat.MARKDOWN)
    assert text.count("- [ ] ") == len(decision.plan.tasks)
    assert "`csrf` on `` POST /api/`orders` ``" in text


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["decide", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_decides_and_writes_the_plan(tmp_path: Path) -> None:
    root = written(tmp_path / "notes", HEALTHY)
    plan = tmp_path / "plan.csv"
    code, out, _ = run(str(root), "--plan", str(plan))
    assert code == 0
    assert "Harden only" in out
    assert "Next: shipworthy decide" in out
    assert plan.read_text(encoding="utf-8").startswith("number,id,title")


def test_not_yet_is_told_by_the_exit_code(tmp_path: Path) -> None:
    table = '[decide]\naims = ["uncertain-demand"]\nlive = false\nexplained = false\n'
    root = written(tmp_path / "notes", {**HEALTHY, "shipworthy.toml": table})
    code, out, _ = run(str(root), "--json")
    assert code == 1
    assert json.loads(out)["overall"] == "not yet"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--plan", "plan.doc"], "must end in .md, .csv or .json"),
        (["--plan", "plan.md", "--format", "github-issues"], "plan.json"),
        (["--format", "gitlab-issues"], "--plan"),
        (["--ask"], "nobody can answer here"),
        (["--answers", "missing.toml"], "missing.toml is not there"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    tmp_path: Path,
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = written(tmp_path / "notes", HEALTHY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["shipworthy", "decide", str(root), *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert says in capsys.readouterr().err


def test_asking_keeps_what_was_answered_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shipworthy.toml"
    file.write_text('exclude = ["legacy/"]', encoding="utf-8")  # no newline at its end
    typed = [
        "fame",
        "ownership",
        "many",
        "900",
        "yes",
        "",
        "2",
        "nobody",
        "none",
        "",
        "",
        "",
        "",
        "",
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*typed, "y"]) + "\n"))
    answers = ask_questions(tmp_path, Answers(currency="EUR"))
    assert (answers.users, answers.team, answers.live) == (900, 2.0, True)
    assert answers.explained == Explained("")
    assert "fame" in capsys.readouterr().err
    intent = read_intent(tmp_path)
    assert intent.exclude == ("legacy/",)
    assert intent.decide == answers


def test_a_table_that_is_there_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shipworthy.toml"
    file.write_text("[decide]\nusers = 5\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("ownership\n" + "\n" * 20))
    answers = ask_questions(tmp_path, Answers(users=5))
    assert answers.aims is not None
    assert file.read_text(encoding="utf-8") == "[decide]\nusers = 5\n"
    assert "is not touched" in capsys.readouterr().err


def test_an_empty_folder_cannot_be_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["shipworthy", "decide", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("shipworthy: ")
