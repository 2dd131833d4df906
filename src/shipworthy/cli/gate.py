"""`shipworthy gate`: hold a prototype to its checklists, with what people decided in the register."""

from __future__ import annotations

from typing import Annotated

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
from shipworthy.cli.output import GAPS, NOTHING_OPEN, Progress, emit, say
from shipworthy.cli.register import By, name_of


def gate(
    path: Folder,
    as_json: AsJson = False,
    output: Output = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the result into the register.")
    ] = False,
    by: By = None,
    prove: Prove = False,
    run: RunTools = False,
    pg_bin: PgBin = None,
    grants: GrantEra = Grants.AUTO,
) -> None:
    """Say whether a prototype may be launched: every row a documented yes, or an exception in date.

    Computed now, from a fresh assessment, shipworthy.toml and the register, whose chain is verified
    first. A row that nobody could see is no yes. Beside it the traffic light: red where more than three
    rows of a checklist are no. Exit code 0: passed; 1: not; 2: could not look.
    """
    from shipworthy.documents import to_json
    from shipworthy.pipeline import record_gate, run_gate
    from shipworthy.report.gate import gate_document, gate_text
    from shipworthy.report.json_report import inert
    from shipworthy.settings import Settings

    settings = Settings(prove=prove, run=run, pg_bin=pg_bin, grants=grants.value)
    with Progress() as tell:
        judged = run_gate(path, settings, tell)
    document = gate_document(judged)
    emit(inert(to_json(document)) if as_json else gate_text(judged, str(path)), output)
    if record:
        entry = record_gate(path, document, name_of(by))
        say(f"Wrote entry {entry.number}. Next: shipworthy register checkpoint {path} --anchor")
    raise typer.Exit(NOTHING_OPEN if judged.passed else GAPS)
