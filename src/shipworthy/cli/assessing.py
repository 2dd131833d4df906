"""What `assess` does once its arguments are known: look, and show what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.cli.choices import FailOn, Format, fails, folder
from shipworthy.cli.output import GAPS, NOTHING_OPEN, Progress, emit, say

if TYPE_CHECKING:
    from shipworthy.assess import Assessment

_SWITCHES = frozenset({"--json", "--all"})


def plainly(arguments: Sequence[str]) -> Callable[[], int] | None:
    """What does `assess PATH` with no more than these switches; None for all other arguments.

    To load what parses those takes as long as to read fifty files.
    """
    if arguments[:1] != ["assess"]:
        return None
    places = [argument for argument in arguments[1:] if argument not in _SWITCHES]
    if len(places) != 1 or not places[0] or places[0].startswith("-"):
        return None
    wanted = Format.JSON if "--json" in arguments else Format.TEXT
    return partial(_assess, places[0], wanted, "--all" in arguments)


def _assess(place: str, wanted: Format, show_all: bool) -> int:
    path = folder(place)
    from shipworthy.pipeline import run_assess
    from shipworthy.settings import Settings

    with Progress() as tell:
        assessment = run_assess(path, Settings(), (), tell, None, partial(report, wanted))
    return show(assessment, wanted, path, None, show_all)


def show(
    assessment: Assessment,
    wanted: Format,
    path: Path,
    output: Path | None,
    show_all: bool,
    fail_on: FailOn | None = None,
) -> int:
    """Write the assessment; the exit code."""
    emit(render(assessment, wanted, path, show_all), output)
    if output is not None:
        say(f"Wrote {output}.")
    return GAPS if fails(assessment, fail_on) else NOTHING_OPEN


def render(assessment: Assessment, wanted: Format, path: Path, show_all: bool) -> Any:
    """The assessment as text, or as what Rich can render."""
    rendered = report(wanted)
    if wanted is Format.TEXT:
        return rendered(assessment, str(path), show_all)
    return rendered(assessment)


_REPORTS = {
    Format.TEXT: ("text", "TextReport"),
    Format.JSON: ("json_report", "json_report"),
    Format.SARIF: ("sarif", "sarif_report"),
    Format.OSCAL: ("oscal", "oscal_report"),
    Format.GITHUB: ("github", "github_report"),
    Format.HTML: ("html", "html_report"),
    Format.MARKDOWN: ("markdown", "markdown_report"),
}


def report(wanted: Format) -> Any:
    """What renders an assessment. To load it and what it answers takes as long as a dozen files."""
    from shipworthy.frameworks import frameworks

    frameworks()
    module, name = _REPORTS[wanted]
    return getattr(import_module(f"shipworthy.report.{module}"), name)
