"""Queries that run once for each row of a list, where one query could serve the whole list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.control import Control
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.queries.query import Bulk, Query
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_VERBS = {
    "select": "reads",
    "insert": "inserts into",
    "update": "updates",
    "delete": "deletes from",
}
_ONCE = regex(
    r"seed|migrat|backfill|bootstrap|if_?empty|defaults?_if|^(init|setup)(ialize)?_?(db|database)",
    re.IGNORECASE,
)
_MIGRATION = regex(r"(^|/)migrations?/[^/]+$")


class NPlusOneQuery(
    Control,
    id="n-plus-one-query",
    title="A query for each row",
    consequence="Each row costs its own trip to the database: lists get slower with every customer.",
    severity=Severity.LOW,
    satisfies=("A16", "cwe:1050"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Query]] = {}
        first: dict[Location, str] = {}
        for query in prototype.queries:
            path = query.location.path
            if path in prototype.by_hand or is_unused(prototype, path, query.function):
                continue
            if query.loop is not None and query.operation in (*_VERBS, "upsert"):
                subject = _subject(query)
                if query.together is not None and _is_repeated(query):
                    subject = first.setdefault(query.together, subject)
                subjects.setdefault(subject, []).append(query)
        python = any(q.location.path.endswith(".py") for found in subjects.values() for q in found)
        on_sqlite = _on_sqlite(prototype) if python else frozenset()
        subjects = {s: [_of_sqlite(q, on_sqlite) for q in found] for s, found in subjects.items()}
        if not subjects:
            yield self.not_applicable("no database query stands in a loop")
            return
        for subject, queries in subjects.items():
            repeated = [query for query in queries if _is_repeated(query)]
            shown = [prototype.evidence("code", q.location) for q in (repeated or queries)[:5]]
            if repeated:
                yield self.gap(subject, _message(repeated), *shown)
            else:
                yield self.satisfied(subject, _reason(queries[0]), *shown)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: no machine knows the right way here."""
        del prototype
        said = (
            f"Read the rows of {finding.subject} for all elements in one query before the loop "
            "(`in (…)`, a join or an embedded select), and look each one up in a map"
        )
        return Remedy(said, Review.BY_HAND)


def _on_sqlite(prototype: Prototype) -> frozenset[str]:
    """The libraries by which Python talks to SQLite, where it talks to no server of a database."""
    names = frozenset[str]().union(*prototype.modules.packages.values())
    imported = names | {
        item.specifier.partition(".")[0]
        for path, facts in prototype.facts.items()
        if path.endswith(".py")
        for item in facts.imports
    }
    installed = {d.name.partition("-")[0] for d in prototype.dependencies.packages}
    if not (imported | installed).isdisjoint(_SERVERS):
        return frozenset()
    raw = {"sql"} if "sqlite3" in imported else set()
    return frozenset(raw | ({"sqlalchemy"} if _is_addressed(prototype) else set()))


def _is_addressed(prototype: Prototype) -> bool:
    """True where the settings, or their defaults in Python, name a database of SQLite and no other
    (https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls)."""
    schemes = {
        scheme.partition("+")[0].lower()
        for file in prototype.files.values()
        if file.role in (Role.ENVIRONMENT, Role.CONFIG) or _is_python(file)
        for scheme in _ADDRESS.findall(file.text or "")
    }
    return schemes == {"sqlite"}


def _is_python(file: SourceFile) -> bool:
    return file.role is Role.PRODUCT and file.language is Language.PYTHON


_ADDRESS = regex(
    r"\b((?:sqlite|postgres|postgresql|mysql|mariadb|mssql|oracle)(?:\+\w+)?)://", re.IGNORECASE
)
_SERVERS = frozenset(
    "psycopg psycopg2 asyncpg pymysql MySQLdb mysql pyodbc oracledb pg8000".split()
)


def _of_sqlite(query: Query, libraries: frozenset[str]) -> Query:
    known = query.library in libraries and query.location.path.endswith(".py")
    return replace(query, library="sqlite") if known else query


def _subject(query: Query) -> str:
    base = f"{query.location.path}#{query.function}"
    return f"{base} → {query.table}" if query.table else base


def _is_repeated(query: Query) -> bool:
    """A read per row is a gap; a write only where one statement with a list would do the same."""
    if query.batched or query.table is None or query.library == "sqlite":
        return False
    if _runs_once(query):
        return False
    if query.operation == "select":
        return query.alone
    if query.operation in ("update", "upsert") and query.library == "prisma":
        return query.bulk is Bulk.SAME  # it has no call that gives each row a value of its own
    return query.bulk in (Bulk.SAME, Bulk.LIST)


def _runs_once(query: Query) -> bool:
    return (
        _MIGRATION.search(query.location.path) is not None
        or _ONCE.search(spoken(query.location.path, query.function)) is not None
    )


def _message(queries: list[Query]) -> str:
    query = queries[0]
    where = spoken(query.location.path, query.function)
    verb = _VERBS.get(query.operation, "writes")
    tables = list(dict.fromkeys(q.table or "" for q in queries if q.operation == query.operation))
    listed = " and ".join(filter(None, (", ".join(tables[:-1]), tables[-1])))
    return f"{where} {verb} {listed} once for each element of a list, not once for the list"


def _reason(query: Query) -> str:
    if query.batched:
        return "Runs for each batch, page, file or entry of a small list, not for each row"
    if query.library == "sqlite":
        return "SQLite runs inside the process: a query costs no trip over the network"
    if _runs_once(query):
        return "Runs once, to set up or move data"
    if query.operation == "select":
        return "Each element has other work to wait for, or its row is changed next"
    return "Each element has its own conditions, result or error handling"
