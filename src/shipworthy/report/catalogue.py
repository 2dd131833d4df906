"""The catalogue of controls: as a table, as a document, and one control explained."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shipworthy.catalogue import Entry
from shipworthy.documents import Document
from shipworthy.frameworks import title_of
from shipworthy.report.text import COLOURS


class ControlEntryDocument(Document):
    """One control."""

    id: str
    area: str
    title: str
    consequence: str
    severity: str
    requirements: dict[str, str]


def catalogue_document(entries: Sequence[Entry]) -> list[ControlEntryDocument]:
    """The controls as a list of documents."""
    return [
        ControlEntryDocument(
            id=e.control.id,
            area=e.control.area,
            title=e.control.title,
            consequence=e.control.consequence,
            severity=e.control.severity.label,
            requirements={r: title_of(r) for r in e.control.satisfies},
        )
        for e in entries
    ]


def catalogue_table(entries: Sequence[Entry]) -> RenderableType:
    """The controls as a table by area, and the next step."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("area", "control", "severity", "gap"):
        table.add_column(name, style="dim" if name == "area" else "")
    for entry in entries:
        control = entry.control
        severity = Text(control.severity.label, COLOURS[control.severity])
        table.add_row(control.area.replace("_", " "), control.id, severity, control.title)
    return Group(table, Text("\nNext: shipworthy explain CONTROL", "dim"))


def explanation(entry: Entry) -> RenderableType:
    """One control: its README and the requirements it meets."""
    from rich.markdown import Markdown  # heavy, and only needed here

    control = entry.control
    head = Text(
        f"{control.severity.label}, {control.area.replace('_', ' ')}: {control.title}\n", "dim"
    )
    requirements = Text("\nRequirements\n", "bold")
    for requirement in control.satisfies:
        requirements.append(f"  {requirement:<12} {title_of(requirement)}\n")
    requirements.append(f"\nNext: shipworthy assess PATH --only {control.id} --all", "dim")
    return Group(head, Markdown(entry.readme), requirements)
