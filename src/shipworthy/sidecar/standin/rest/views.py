"""Which column of which table a column of a view shows, as PostgreSQL keeps it with the view.

`pg_rewrite.ev_action` holds the parsed query of a view as nested `{NODE :field value …}`. Each column
of the view is a TARGETENTRY of the outermost QUERY that names the table and the column it came from.
"""

from __future__ import annotations

import re

_BRACE = re.compile(r"\\.|[{}]")
_NUMBERS = re.compile(r":(resno|resorigtbl|resorigcol) (\d+)(?= )")
_JUNK = ":resjunk true"


def column_origins(tree: str) -> dict[int, tuple[int, int]]:
    """The (table, column) by number of each column of a view that shows a column of a table as it is."""
    origins: dict[int, tuple[int, int]] = {}
    for entry in _entries(tree):
        found = {name: int(number) for name, number in _NUMBERS.findall(entry)}
        if found.get("resorigtbl") and _JUNK not in entry:
            origins[found["resno"]] = (found["resorigtbl"], found["resorigcol"])
    return origins


def _entries(tree: str) -> list[str]:
    """The own fields of each TARGETENTRY that lies directly in the outermost node."""
    found: list[str] = []
    depth, start = 0, 0
    inside = ""
    for brace in _BRACE.finditer(tree):
        if brace[0] == "{":
            if depth == 2:
                inside += tree[start : brace.start()]
            depth += 1
            start = brace.end()
            if depth == 2:
                inside = ""
        elif brace[0] == "}":
            if depth == 2:
                inside += tree[start : brace.start()] + " "
                if inside.startswith("TARGETENTRY"):
                    found.append(inside)
            depth -= 1
            start = brace.end()
    return found
