"""The arguments that several commands share, each with the words of its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shipworthy.cli.choices import FailOn, Format, Grants, folder

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
