"""What is known of a database by name: from the replay and from the generated types together."""

from __future__ import annotations

import re

from msgspec import Struct

from shipworthy.database.generated_types import GeneratedTypes, read_types
from shipworthy.database.history import History
from shipworthy.database.proof import DatabaseProof, Fate

_LOST = frozenset({Fate.FAILED, Fate.ROLLED_BACK})


class Known(Struct, frozen=True):
    """Names, without their schema. `columns` has the tables whose every column is known."""

    tables: frozenset[str]
    functions: frozenset[str]
    columns: dict[str, frozenset[str]]
    typed: bool  # generated types stand beside the replay
    mended: bool  # the migrations lack parts of the database
    lost: str  # the text of the files that failed

    def doubt(self, name: str) -> str:
        """Why an object of this name may exist although nothing knows it; "" where it cannot."""
        if self.typed:
            return ""
        if re.search(rf"\b{re.escape(name)}\b", self.lost):
            return "a migration that names it could not be replayed"
        return "the migrations lack parts of the database" if self.mended else ""


def known(proof: DatabaseProof, history: History | None) -> Known:
    """All names that the replay or the generated types know."""
    file = history.generated if history else None
    types = read_types(file.path, file.text) if file else GeneratedTypes("")
    tables = {t.name for t in proof.schema.tables.values()}
    functions = {f.name for f in proof.schema.functions.values()}
    return Known(
        tables=frozenset(tables | {t.name for t in types.tables.values()}),
        functions=frozenset(functions | {name.partition(".")[2] for name in types.functions}),
        columns=_columns(proof, types),
        typed=bool(types.tables),
        mended=bool(proof.replay.repairs),
        lost=_lost(proof, history),
    )


def _columns(proof: DatabaseProof, types: GeneratedTypes) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    unsure = {t.name for t in proof.schema.tables.values() if t.is_partly_known}
    lost = " ".join(f.statement for f in proof.replay.failures if f.fate in _LOST)
    for table in proof.schema.tables.values():
        if table.tainted or table.name in lost:
            unsure.add(table.name)
        names = frozenset(column.name for column in table.columns)
        found[table.name] = found.get(table.name, frozenset()) | names
    for typed in types.tables.values():
        names = frozenset(column.name for column in typed.columns)
        found[typed.name] = found.get(typed.name, frozenset()) | names
    return {name: columns for name, columns in found.items() if columns and name not in unsure}


def _lost(proof: DatabaseProof, history: History | None) -> str:
    failed = {f.location.path for f in proof.replay.failures if f.fate in _LOST}
    files = (*history.migrations, *history.loose) if history else ()
    return "\n".join(file.text for file in files if file.path in failed)
