"""The access map as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from shipworthy.prototype.tree import printable
from shipworthy.report.access_map import AccessRow


def access_table(rows: Sequence[AccessRow], shown: int | None = None) -> Table:
    """The map as a table; the first rows only where `shown` says how many."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("entry point", "who gets in", "checks", "reads", "changes"):
        table.add_column(name, style="dim" if name in ("checks", "reads") else "")
    for row in rows[:shown]:
        who = Text(", ".join(row.principals) + ("" if row.followed else " ?"))
        if row.severity is not None:
            who.stylize("bold red" if row.severity.blocks_launch else "yellow")
        table.add_row(
            Text(printable(row.entry)),
            who,
            ", ".join(row.checks) or "–",
            _few(row.reads),
            Text(_few(row.changes) + (" *" if row.bypasses else "")),
        )
    return table


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" +{len(names) - most}" if len(names) > most else ""
    return (", ".join(names[:most]) + more) or "–"
