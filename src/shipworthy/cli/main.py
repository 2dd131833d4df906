"""The command line: parse, call the pipeline, show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shipworthy import __version__
from shipworthy.cli import ai, register, sidecar
from shipworthy.cli.arguments import (
    AsJson,
    FailsOn,
    Folder,
    GrantEra,
    HtmlFile,
    KnownGaps,
    NewBaseline,
    Output,
    OutputFormat,
    PgBin,
    Prove,
    RunTools,
    ShowAll,
)
from shipworthy.cli.assessing import render, report, show
from shipworthy.cli.choices import Format, Grants
from shipworthy.cli.decide import decide
from shipworthy.cli.gate import gate
from shipworthy.cli.harden import harden
from shipworthy.cli.output import NOTHING_OPEN, Progress, emit, fail, say
from shipworthy.cli.records import records
from shipworthy.cli.start import main
from shipworthy.cli.up import up

if TYPE_CHECKING:
    from shipworthy.assess import Assessment

app = typer.Typer(
    name="shipworthy",
    help="Take an AI-built prototype to production: assess it, and see what blocks the launch.",
    epilog="Start with: shipworthy assess PATH",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
advisories_app = typer.Typer(
    help="The offline database of known vulnerabilities.", no_args_is_help=True
)
app.add_typer(advisories_app, name="advisories")
app.add_typer(register.app, name="register")
app.add_typer(ai.app, name="ai")
app.add_typer(sidecar.app, name="sidecar")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        print(f"shipworthy {__version__}")
        raise typer.Exit(NOTHING_OPEN)


@app.command()
def assess(
    path: Folder,
    as_json: AsJson = False,
    format: OutputFormat = Format.TEXT,
    output: Output = None,
    html: HtmlFile = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Ask this control or area only; may be repeated.", metavar="NAME"
        ),
    ] = None,
    show_all: ShowAll = False,
    prove: Prove = False,
    run: RunTools = False,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
    fail_on: FailsOn = None,
    baseline: KnownGaps = None,
    write_baseline: NewBaseline = None,
    history: Annotated[
        bool,
        typer.Option("--history", help="Take a minute for the git history, not three seconds."),
    ] = False,
) -> None:
    """Say what is wrong with a prototype, where, and how we know.

    Reads only: nothing of the prototype is run, and nothing is written but to --output and --html. With
    --prove its SQL is run, as an unprivileged user, in a PostgreSQL of its own that is gone afterwards.
    What shipworthy.toml in PATH excludes, accepts and declares is heeded.
    Exit code 0: nothing open (from --fail-on on); 1: gaps; 2: could not look.
    """
    from shipworthy.pipeline import run_assess
    from shipworthy.settings import Settings

    wanted = _wanted(as_json, format)
    settings = Settings(prove=prove, run=run, pg_bin=pg_bin, grants=grants.value, history=history)
    with Progress() as tell:
        assessment = run_assess(path, settings, only or (), tell, baseline, partial(report, wanted))
    if write_baseline is not None:
        _write_baseline(assessment, write_baseline)
    if html is not None:
        emit(render(assessment, Format.HTML, path, show_all), html)
        say(f"Wrote {html}.")
    raise typer.Exit(show(assessment, wanted, path, output, show_all, fail_on))


def _write_baseline(assessment: Assessment, file: Path) -> None:
    from shipworthy.assess.baseline import baseline_of
    from shipworthy.report.baseline import baseline_text

    emit(baseline_text(baseline_of(assessment.gaps)), file)
    say(f"Wrote {file}. Commit it. Next: shipworthy assess PATH --baseline {file}")


@app.command()
def prove(
    path: Folder,
    as_json: AsJson = False,
    format: OutputFormat = Format.TEXT,
    output: Output = None,
    show_all: ShowAll = False,
    tests: Annotated[
        Path | None,
        typer.Option(
            "--tests",
            help="Write pgTAP tests that keep closed what is closed to FILE.",
            metavar="FILE",
        ),
    ] = None,
    run: RunTools = False,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
) -> None:
    """Rebuild the database on a throw-away PostgreSQL, attack it, and show what leaks.

    Replays the migrations, puts rows of two users into every table, and tries as a visitor and as a
    fresh user to read, change and call everything. Asks only the controls that judge a database.
    Exit code 0: nothing open; 1: gaps; 2: could not look.
    """
    from shipworthy.pipeline import run_prove
    from shipworthy.settings import Settings

    wanted = _wanted(as_json, format)
    settings = Settings(run=run, pg_bin=pg_bin, grants=grants.value)
    with Progress() as tell:
        assessment = run_prove(path, settings, tell)
    if tests is not None:
        _write_tests(assessment, tests)
    raise typer.Exit(show(assessment, wanted, path, output, show_all))


def _wanted(as_json: bool, format: Format) -> Format:
    if as_json and format not in (Format.TEXT, Format.JSON):
        fail(f"--json and --format {format.value} exclude each other")
    return Format.JSON if as_json else format


def _write_tests(assessment: Assessment, file: Path) -> None:
    from shipworthy.database.regression import regression_tests

    proof = assessment.prototype.database
    text = regression_tests(proof) if proof else None
    if text is None:
        say("No tests were written: no attempt on a row with a key was refused.")
        return
    emit(text, file)
    say(f"Wrote {file}. Next: supabase test db")


app.command()(decide)
app.command()(harden)
app.command()(gate)
app.command()(records)
app.command()(up)


@app.command()
def access(
    path: Folder,
    as_json: AsJson = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write one HTML page with a filter to FILE.", metavar="FILE"),
    ] = None,
) -> None:
    """Print the access map: every server entry point, who gets in, what is checked, what it touches."""
    from shipworthy.pipeline import run_assess
    from shipworthy.settings import Settings

    with Progress() as tell:
        assessment = run_assess(path, Settings(), ("access",), tell)
    if html is not None:
        from shipworthy.report.access_document import access_page

        emit(access_page(assessment), html)
        say(f"Wrote {html}.")
    if as_json:
        from shipworthy.documents import to_json
        from shipworthy.report.access_document import access_documents
        from shipworthy.report.json_report import inert

        emit(inert(to_json(access_documents(assessment))), None)
    elif html is None:
        from shipworthy.report.access_map import access_map
        from shipworthy.report.access_table import access_table

        rows = access_map(assessment)
        if not rows:
            say("No server entry point was found: nothing of this prototype runs on a server.")
            return
        emit(access_table(rows), None)


@app.command()
def facts(
    path: Folder,
    as_json: AsJson = False,
    history: Annotated[
        bool,
        typer.Option("--history", help="Take a minute for the git history, not three seconds."),
    ] = False,
) -> None:
    """Print what was read from a prototype: origin, stack, routes, tables, secrets, …"""
    from shipworthy.pipeline import open_prototype
    from shipworthy.report.facts import facts_document, facts_json, facts_text
    from shipworthy.settings import Settings

    with Progress() as tell:
        tell("reading files")
        prototype = open_prototype(path, Settings(history=history))
        document = facts_document(prototype)
    if as_json:
        emit(facts_json(document), None)
    else:
        emit(facts_text(document, str(path)), None)


@app.command()
def sbom(path: Folder, output: Output = None) -> None:
    """Write the bill of materials: every package with version, licence and checksum (CycloneDX 1.6).

    From manifests and lock files; nothing is installed and nothing is asked over the network. The
    same files give the same document: its time is that of SOURCE_DATE_EPOCH, or left out.
    """
    from shipworthy.pipeline import run_sbom
    from shipworthy.settings import Settings

    emit(run_sbom(path, Settings(), _source_date()), output)
    if output is not None:
        say(f"Wrote {output}.")


def _source_date() -> datetime | None:
    """The time that a reproducible build names; None where none is set."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        fail("SOURCE_DATE_EPOCH is not a number of seconds")


@app.command()
def controls(as_json: AsJson = False) -> None:
    """List the controls: what is looked at."""
    from shipworthy.catalogue import catalogue

    entries = catalogue()
    if as_json:
        from shipworthy.documents import to_json
        from shipworthy.report.catalogue import catalogue_document

        emit(to_json(catalogue_document(entries)), None)
        return
    from shipworthy.report.catalogue import catalogue_table

    emit(catalogue_table(entries), None)


@app.command()
def explain(
    control: Annotated[
        str, typer.Argument(metavar="CONTROL", help="The id of a control; `controls` lists them.")
    ],
) -> None:
    """Say why a control matters, how its gap is fixed and when to accept it."""
    from shipworthy.catalogue import entry
    from shipworthy.report.catalogue import explanation

    emit(explanation(entry(control)), None)


@app.command()
def schema(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT",
            help="assessment, baseline, decision, facts, gate, hardening or register.",
        ),
    ] = "assessment",
) -> None:
    """Print the JSON Schema of a document: assessment, baseline, decision, facts, gate, …"""
    from shipworthy.report.schemas import schema_text

    emit(schema_text(document), None)


@advisories_app.command("update")
def advisories_update(
    source: Annotated[
        str | None,
        typer.Option("--from", help="A folder or URL that holds npm/all.zip and PyPI/all.zip."),
    ] = None,
) -> None:
    """Download the advisories of npm and PyPI from OSV (some 250 MB) for offline use."""
    from shipworthy.engines.osv_database import update

    with Progress() as tell:
        status = update(source=source, progress=tell)
    say(status.sentence)
    say("Next: shipworthy assess PATH --only vulnerable-dependency")


@advisories_app.command("status")
def advisories_status() -> None:
    """Say which advisories are known here and how old they are."""
    from shipworthy.engines.osv_database import status

    print(status().sentence)


def with_one_command(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the command that is asked for, or with all of them where none of theirs is:
    to build them takes as long as to read a dozen files."""
    name = arguments[0] if arguments else ""
    asked = copy(app)
    asked.registered_commands = [
        c for c in app.registered_commands if c.callback and name in (c.name, c.callback.__name__)
    ]
    asked.registered_groups = [g for g in app.registered_groups if g.name == name]
    return asked if asked.registered_commands or asked.registered_groups else app


if __name__ == "__main__":
    main()
