"""How well the replayed schema matches the generated types."""

from __future__ import annotations

from shipworthy.database.generated_types import GeneratedTypes
from shipworthy.database.proof import Fidelity
from shipworthy.database.schema import Schema, Trust

_REBUILT = (Trust.GENERATED, Trust.STUB)


def fidelity(types: GeneratedTypes, schema: Schema) -> Fidelity | None:
    """Counts of tables and columns; what was rebuilt from the types themselves matches nothing."""
    wanted = [table for table in types.tables.values() if not table.view]
    if not wanted:
        return None
    columns = matched_tables = matched_columns = 0
    missing = []
    for table in wanted:
        columns += len(table.columns)
        found = schema.tables.get(table.qualified)
        if found is None or found.source.trust in _REBUILT:
            missing.append(table.qualified)
            continue
        matched_tables += 1
        own = {c.name for c in found.columns if c.source is None or c.source.trust not in _REBUILT}
        matched_columns += sum(column.name in own for column in table.columns)
    return Fidelity(
        types.path, len(wanted), matched_tables, columns, matched_columns, tuple(sorted(missing))
    )
