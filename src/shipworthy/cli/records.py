"""`shipworthy records`: decision records, a due-diligence pack and compliance drafts, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shipworthy.cli.arguments import Folder, GrantEra, PgBin, Prove, RunTools
from shipworthy.cli.choices import Grants
from shipworthy.cli.output import NOTHING_OPEN, Progress, say


def records(
    path: Folder,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Write the records into this folder.", metavar="DIR"),
    ],
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="Also write the pack as PDF; needs WeasyPrint.")
    ] = True,
    prove: Prove = False,
    run: RunTools = False,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
) -> None:
    """Write what investors, auditors and colleagues ask for, from facts and from what people decided.

    Decision records; a technical due-diligence pack of twenty sections (HTML, PDF); drafts of the record
    of processing activities, the processors, a retention plan with SQL, the privacy policy against
    reality, and which laws to ask counsel about. A file that you edited is not overwritten.
    """
    from shipworthy.pipeline import run_records
    from shipworthy.settings import Settings

    settings = Settings(prove=prove, run=run, pg_bin=pg_bin, grants=grants.value)
    with Progress() as tell:
        written = run_records(path, settings, output, pdf=pdf, progress=tell)
    say(f"Wrote {len(written.files)} files to {output}.")
    for file in written.beside:
        say(f"You edited {file.with_suffix('').name}: its new form is {file}.")
    say(f"Next: read {output / 'README.md'}; each draft says what a person must add")
    raise typer.Exit(NOTHING_OPEN)
