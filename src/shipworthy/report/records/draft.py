"""One file of the records, as text; and the few shapes that all drafts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shipworthy.report.markdown import escaped

NOT_KNOWN = "not known"
COUNSEL = (
    "This is a draft from what a machine read. It says what to ask, not what the law requires: ask "
    "counsel."
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file below the folder of the records. `what` tells a reader what it is, in one line."""

    path: str
    what: str
    text: str


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table of cells that are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell or '–' for cell in row)} |" for row in rows]
    return [*lines, ""]


def listed(names: Iterable[str], nothing: str = NOT_KNOWN) -> str:
    """Names of the prototype as one cell."""
    return ", ".join(escaped(name) for name in dict.fromkeys(names)) or nothing


def page(title: str, *blocks: Iterable[str]) -> str:
    """A Markdown page."""
    lines = [f"# {title}", ""]
    for block in blocks:
        lines += block
    return "\n".join(lines).rstrip() + "\n"
