"""Databases with accounts or addresses of people under version control."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.kept_databases import KeptDatabase
from shipworthy.prototype.privacy.kept_tables import KeptTable
from shipworthy.prototype.roles import role_of_path
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.remedy import Change, Remedy, Review, Untrack, ignoring

_MANY = 5  # accounts: more than one makes to try an app out


class CommittedDatabase(
    Control,
    id="committed-database",
    title="Database with accounts under version control",
    consequence="Everyone with the code has your users' addresses and can try their passwords in peace.",
    severity=Severity.HIGH,
    satisfies=("A10", "H27", "gdpr:5.1.f", "owasp:A02", "cwe:538"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        kept = [k for k in prototype.kept_databases if not _is_of_tests(k.path)]
        for database in kept:
            yield self._judge(prototype.files[database.path], database)
        if not kept:
            yield self.not_applicable("no database file and no dump lies among the files")

    def _judge(self, file: SourceFile, kept: KeptDatabase) -> Finding:
        if file.ignored:
            return self.satisfied(file.path, f"{file.path} is kept out of version control")
        if kept.unread:
            return self.unknown(file.path, f"{kept.unread}: look whose data it holds")
        accounts = sum(t.accounts for t in kept.tables)
        people = sum(t.private_people for t in kept.tables)
        if not accounts and not people:
            first = Evidence("database", file.path, Location(file.path, 1))
            reason = f"{file.path} holds no account and no address of a private person"
            return self.satisfied(file.path, reason, first)
        held = _held(accounts, sum(t.people for t in kept.tables))
        seen = [_line(file, t) for t in kept.tables[:5]]
        if file.tracked:
            message = f"{file.path} is committed with {held}"
            return self.gap(file.path, message, *seen, severity=_severity(kept))
        if file.tracked is None:
            reason = f"no version control here: {file.path} holds {held}; .gitignore must name it"
            return self.unknown(file.path, reason, *seen)
        reason = (
            f"{file.path} holds {held} and is not committed yet, but .gitignore does not name it"
        )
        return self.unknown(file.path, reason, *seen)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        file = prototype.files[finding.subject]
        if not file.tracked:
            return None
        present = prototype.files.get(".gitignore")
        text = (present.text or "") if present else ""
        summary = f"Take {file.path} out of version control; the history keeps it: passwords need a change"
        changes: list[Change] = [Untrack(file.path), *ignoring(text, [f"/{file.path}"])]
        return Remedy(summary, Review.CAREFUL, tuple(changes))


def _is_of_tests(path: str) -> bool:
    return role_of_path(f"{path}.py") is Role.TEST


def _severity(kept: KeptDatabase) -> Severity:
    """High where accounts are of more than whoever tried the app out; medium for bare addresses."""
    accounts = sum(t.accounts for t in kept.tables)
    people = sum(t.people for t in kept.tables if t.accounts)
    return Severity.HIGH if people or accounts >= _MANY else Severity.MEDIUM


def _held(accounts: int, people: int) -> str:
    parts: list[str] = []
    if accounts:
        rows = "one row" if accounts == 1 else f"{accounts:,} rows"
        parts.append(f"{rows} of passwords, their hashes or tokens")
    if people:
        parts.append("somebody's e-mail address" if people == 1 else f"{people:,} e-mail addresses")
    return " and ".join(parts)


def _line(file: SourceFile, table: KeptTable) -> Evidence:
    """The table and how much it holds: the rows are nobody's business."""
    held = _held(table.accounts, table.people)
    return Evidence("database", f"{table.name}: {held}", Location(file.path, table.line))
