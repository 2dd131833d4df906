"""`shipworthy decide`: parse, ask, call the pipeline, show what was decided."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shipworthy.cli.arguments import (
    AsJson,
    Folder,
    GrantEra,
    Output,
    PgBin,
    Prove,
    RunTools,
)
from shipworthy.cli.choices import Grants
from shipworthy.cli.output import GAPS, NOTHING_OPEN, Progress, emit, fail, say

if TYPE_CHECKING:
    from shipworthy.decide import Decision
    from shipworthy.intent.answers import Answers


class Issues(StrEnum):
    """Whose issues a plan in JSON is written for."""

    GITHUB = "github-issues"
    GITLAB = "gitlab-issues"


def decide(
    path: Folder,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the questions that nobody has answered yet.")
    ] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            help="Take answers from the [decide] table of FILE, before those of shipworthy.toml.",
            metavar="FILE",
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", help="Write the plan to FILE: .md, .csv or .json.", metavar="FILE"),
    ] = None,
    format: Annotated[
        Issues | None,
        typer.Option(help="Write the plan as the issues that GitHub or GitLab take, in JSON."),
    ] = None,
    as_json: AsJson = False,
    output: Output = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show every task of the plan.")] = False,
    prove: Prove = False,
    run: RunTools = False,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
) -> None:
    """Say what becomes of a prototype: harden, refactor or rebuild; the path, the plan and the cost.

    Weighs what an assessment finds together with up to twelve answers that only a person has: the
    [decide] table of shipworthy.toml, --answers, or --ask. What is not known counts nothing and lowers
    the confidence. Reads only; the same files, answers and day give the same decision.
    Exit code 0: decided; 1: not yet, for the reason that is given; 2: could not look.
    """
    from shipworthy.decide.verdict import Overall
    from shipworthy.pipeline import run_decide
    from shipworthy.settings import Settings

    wanted = _plan_format(plan, format)
    if ask and not sys.stdin.isatty():
        fail("--ask asks, and nobody can answer here: use --answers FILE or shipworthy.toml")
    given = _given(path, answers, ask)
    settings = Settings(prove=prove, run=run, pg_bin=pg_bin, grants=grants.value)
    with Progress() as tell:
        decision = run_decide(path, settings, given, tell)
    if plan is not None:
        from shipworthy.report.plan_export import PlanFormat, plan_text

        emit(plan_text(decision, PlanFormat(wanted)), plan)
        say(f"Wrote {plan}.")
    emit(_rendered(decision, as_json, str(path), show_all), output)
    if output is not None:
        say(f"Wrote {output}.")
    raise typer.Exit(GAPS if decision.overall is Overall.NOT_YET else NOTHING_OPEN)


_ENDINGS = {".md": "markdown", ".csv": "csv", ".json": "json"}


def _plan_format(plan: Path | None, format: Issues | None) -> str:
    """How to write the plan; a usage error before anything is read."""
    if plan is None:
        if format is not None:
            fail(f"--format {format.value} needs --plan FILE.json")
        return ""
    if plan.suffix not in _ENDINGS:
        fail(f"--plan {plan}: the name must end in .md, .csv or .json")
    if format is not None and plan.suffix != ".json":
        fail(f"--format {format.value} is JSON: --plan {plan.with_suffix('.json')}")
    return format.value if format else _ENDINGS[plan.suffix]


def _given(path: Path, file: Path | None, ask: bool) -> Answers | None:
    """The answers of a file, and those that are given now."""
    from shipworthy.intent.file import read_answers

    given = read_answers(file) if file is not None else None
    if not ask:
        return given
    from shipworthy.cli.asking import ask_questions
    from shipworthy.intent.answers import NO_ANSWERS
    from shipworthy.pipeline import declared

    known = declared(path)
    there = (given or NO_ANSWERS).over(known.decide if known else NO_ANSWERS)
    return ask_questions(path, there)


def _rendered(decision: Decision, as_json: bool, path: str, show_all: bool) -> Any:
    if as_json:
        from shipworthy.report.decision_document import decision_json

        return decision_json(decision)
    from shipworthy.report.decision_text import DecisionReport

    return DecisionReport(decision, path, show_all)
