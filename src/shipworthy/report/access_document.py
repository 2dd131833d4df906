"""The access map as a document, and as one self-contained page with a filter."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from shipworthy.assess import Assessment
from shipworthy.documents import Document
from shipworthy.prototype.tree import printable
from shipworthy.report.access_map import AccessRow, access_map
from shipworthy.report.severities import SeverityWord, severity_word


class EntryDocument(Document):
    """One server entry point. `principals` are those who reach what it does; `bypasses_row_security` is
    true where its database client does; `gaps` are the controls with an open gap there."""

    entry: str
    kind: str
    framework: str
    path: str
    line: int
    principals: list[str]
    checks: list[str]
    reads: list[str]
    changes: list[str]
    bypasses_row_security: bool
    followed: bool
    gaps: list[str]
    severity: SeverityWord | None


def access_documents(assessment: Assessment) -> list[EntryDocument]:
    """The map, those with the worst gaps first."""
    return [_document(row) for row in access_map(assessment)]


def _document(row: AccessRow) -> EntryDocument:
    return EntryDocument(
        entry=row.entry,
        kind=row.kind,
        framework=row.framework,
        path=row.location.path,
        line=row.location.line,
        principals=list(row.principals),
        checks=list(row.checks),
        reads=list(row.reads),
        changes=list(row.changes),
        bypasses_row_security=row.bypasses,
        followed=row.followed,
        gaps=list(row.gaps),
        severity=severity_word(row.severity) if row.severity else None,
    )


def access_page(assessment: Assessment) -> str:
    """One HTML file that loads nothing from elsewhere; every text of the prototype is escaped."""
    rows = access_map(assessment)
    template = files("shipworthy.report").joinpath("access_map.html").read_text(encoding="utf-8")
    name = escape(printable(assessment.prototype.root.name))
    body = "\n".join(_table_row(row) for row in rows)
    return Template(template).substitute(name=name, count=len(rows), rows=body)


def _table_row(row: AccessRow) -> str:
    cells = (
        f"<b>{_text(row.entry)}</b><br><small>{_text(str(row.location))}</small>",
        _text(", ".join(row.principals)) + ("" if row.followed else " ?"),
        _text(", ".join(row.checks)),
        _text(", ".join(row.reads)),
        _text(", ".join(row.changes)),
        "yes" if row.bypasses else "",
        _text(", ".join(row.gaps)),
    )
    severity = row.severity.label if row.severity else "none"
    return f'<tr class="{severity}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _text(text: str) -> str:
    return escape(printable(text))
