"""`shipworthy harden`: parse, call the pipeline, show what was done."""

from __future__ import annotations

import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shipworthy.cli.arguments import AsJson, FailsOn, Folder, GrantEra, Output, PgBin
from shipworthy.cli.choices import Grants, fails
from shipworthy.cli.output import GAPS, NOTHING_OPEN, Progress, emit, fail, say

if TYPE_CHECKING:
    from shipworthy.finding import Finding
    from shipworthy.harden.hardening import Hardening
    from shipworthy.remedy import Remedy


class Most(StrEnum):
    """Which remedies are made."""

    SAFE = "safe"
    CAREFUL = "careful"


def harden(
    path: Folder,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the changes as a patch; write no branch.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            help="Close gaps of this control or area only; may be repeated.",
            metavar="NAME",
        ),
    ] = None,
    review: Annotated[
        Most,
        typer.Option(
            help="safe: only what cannot change what users meet; careful: also what does on purpose."
        ),
    ] = Most.CAREFUL,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Show each change, and ask.")
    ] = False,
    no_build: Annotated[
        bool,
        typer.Option("--no-build", help="Prove by reading alone: run no code of the prototype."),
    ] = False,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Also move your branch on; needs a checkout without changes."),
    ] = False,
    as_json: AsJson = False,
    pull_request: Annotated[
        Path | None,
        typer.Option(
            "--pull-request", help="Write the text of a pull request to FILE.", metavar="FILE"
        ),
    ] = None,
    output: Output = None,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
    fail_on: FailsOn = None,
) -> None:
    """Close what a machine can close: one commit per gap, each proven, on the branch shipworthy/harden.

    Works in a copy of the last commit: your files are not touched, and what does not hold leaves no
    trace. A change holds where its gap is gone, no other is opened, and types, build, tests and
    migrations are no worse than before it. To see that, packages are installed without their scripts and
    THE PROTOTYPE'S OWN BUILD AND TESTS ARE RUN, with your rights: use --no-build for code you do not trust.
    Exit code 0: nothing open afterwards (from --fail-on on); 1: gaps are left; 2: could not.
    """
    from shipworthy.harden.plan import Wanted
    from shipworthy.pipeline import HardenOptions, run_harden
    from shipworthy.remedy import Review
    from shipworthy.settings import Settings

    if interactive and not sys.stdin.isatty():
        fail("--interactive asks, and nobody can answer here: it needs a terminal")
    if dry_run and apply:
        fail("--dry-run and --apply exclude each other")
    _check_names(only or ())
    _check_files(output, pull_request)
    options = HardenOptions(
        wanted=Wanted(frozenset(only or ()), Review(review.value)),
        build=not no_build,
        deliver=not dry_run,
        apply=apply,
        choose=_choose if interactive else None,
    )
    _end_in_order()
    with Progress() as tell:
        done = run_harden(path, Settings(pg_bin=pg_bin, grants=grants.value), options, tell)
    if pull_request is not None:
        from shipworthy.report.pull_request import pull_request_text

        emit(pull_request_text(done), pull_request)
        say(f"Wrote {pull_request}.")
    emit(_rendered(done, as_json, dry_run, str(path)), output)
    if output is not None:
        say(f"Wrote {output}.")
    raise typer.Exit(GAPS if fails(done.after, fail_on) else NOTHING_OPEN)


def _check_files(*files: Path | None) -> None:
    """Fail before the work of many minutes, not after it, where a file cannot be written."""
    for file in (file for file in files if file is not None):
        if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
            fail(f"{file} cannot be written: nothing was done")


def _end_in_order() -> None:
    """Told to end, remove the copy and end the build that runs in it, as for Ctrl-C."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for sent in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sent) == signal.SIG_DFL:  # nohup ignores one
            signal.signal(sent, end)


def _check_names(names: list[str] | tuple[()]) -> None:
    """Raises UnknownControl for a name that is neither a control nor an area."""
    from shipworthy.catalogue import select

    select(names)


def _rendered(done: Hardening, as_json: bool, dry_run: bool, path: str) -> Any:
    if as_json:
        from shipworthy.report.hardening_document import hardening_json

        return hardening_json(done)
    if dry_run:
        from shipworthy.prototype.tree import printable

        lines = done.patch.split("\n")
        return "\n".join(line if line.isascii() else printable(line) for line in lines)
    from shipworthy.report.hardening_text import HardeningReport

    return HardeningReport(done, path)


def _choose(finding: Finding, remedy: Remedy, patch: str) -> bool:
    """Show the change, and ask."""
    from shipworthy.prototype.tree import printable

    say(
        f"\n{printable(finding.control)} on {printable(finding.subject)}: {printable(finding.message)}"
    )
    say("\n".join(printable(line) for line in patch.splitlines()))
    return typer.confirm(f"{printable(remedy.summary)} ({remedy.review.value}). Make it?", err=True)
