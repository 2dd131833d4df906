"""The arguments that several commands share, each with the words of its help."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shipworthy.errors import CannotLook

if TYPE_CHECKING:
    from shipworthy.assess import Assessment


class Format(StrEnum):
    """How an assessment is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    HTML = "html"
    MARKDOWN = "markdown"
    OSCAL = "oscal"


class FailOn(StrEnum):
    """From which severity on an open gap makes the exit code 1."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"


class Grants(StrEnum):
    """What new tables grant to visitors and users by default."""

    AUTO = "auto"
    LEGACY = "legacy"
    STRICT = "strict"


def folder(given: str | Path) -> Path:
    """The folder that is named. Where nobody names one, what comes is the default."""
    text = str(given)
    if re.match(r"(https?|git|ssh|file)://|git@", text):
        raise CannotLook(f"addresses are not read yet: git clone {text}, then assess the folder")
    return Path(text)


Folder = Annotated[
    Path, typer.Argument(metavar="PATH", help="The folder of the prototype.", parser=folder)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OutputFormat = Annotated[Format, typer.Option(help="How to write the assessment.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file, not to the terminal.")
]
HtmlFile = Annotated[
    Path | None,
    typer.Option("--html", help="Also write the report as one HTML page to FILE.", metavar="FILE"),
]
ShowAll = Annotated[bool, typer.Option("--all", help="Show every gap, not the first ten.")]
PgBin = Annotated[
    Path | None,
    typer.Option("--pg-bin", help="Use the PostgreSQL in this folder.", metavar="FOLDER"),
]
FailsOn = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="Exit with 1 for new gaps of this severity or worse; low unless shipworthy.toml says.",
    ),
]
KnownGaps = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        help="Leave the gaps in FILE out, but for exposed secrets and known CVEs.",
        metavar="FILE",
    ),
]
NewBaseline = Annotated[
    Path | None,
    typer.Option("--write-baseline", help="Write all open gaps to FILE.", metavar="FILE"),
]
Prove = Annotated[
    bool,
    typer.Option(
        "--prove", help="Also rebuild the database on a throw-away PostgreSQL and attack it."
    ),
]
RunTools = Annotated[
    bool,
    typer.Option(
        "--run",
        help="Run the prototype's own drizzle-kit, Prisma or Alembic where its schema stands in code.",
    ),
]
GrantEra = Annotated[
    Grants,
    typer.Option(
        help="What the platform grants on new tables; auto goes by the migrations' dates."
    ),
]


def fails(assessment: Assessment, fail_on: FailOn | None) -> bool:
    """True where a new gap is as severe as was asked for, here or in shipworthy.toml."""
    from shipworthy.finding import Severity

    wanted = fail_on or FailOn(assessment.prototype.settings.intent.fail_on or "low")
    if wanted is FailOn.NEVER:
        return False
    least = Severity[wanted.name].value
    return any(gap.severity.value >= least for gap in assessment.new_gaps)
