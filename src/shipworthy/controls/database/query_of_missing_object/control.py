"""Queries that name a table, column or function that the database does not have."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.known import Known, known
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query
from shipworthy.regex import regex

_OPERATIONS = frozenset({"select", "insert", "update", "upsert", "delete"})
_ENOUGH = 0.7  # share of the queried tables that must be known before a missing one is believed
_COLUMN = regex(r"[A-Za-z_]\w*")


class QueryOfMissingObject(
    Control,
    id="query-of-missing-object",
    title="Query of something the database does not have",
    consequence="The query fails each time it runs: a part of the app that looks finished never works.",
    severity=Severity.HIGH,
    satisfies=("A25", "D15", "A37"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        queries = [q for q in prototype.queries if q.library == "supabase" and q.table]
        queries = [q for q in queries if q.operation in (*_OPERATIONS, "rpc")]
        if not queries:
            yield self.not_applicable("the code asks the database nothing by name")
            return
        names = known(proof, prototype.database_history)
        asked = {q.table for q in queries if q.operation != "rpc" and q.table}
        if asked and len(asked & names.tables) < _ENOUGH * len(asked):
            missing = len(asked - names.tables)
            yield self.unknown(
                "queries", f"{missing} of {len(asked)} tables that the code uses stand nowhere here"
            )
            return
        yield from self._judge(prototype, queries, names)

    def _judge(self, prototype: Prototype, queries: list[Query], names: Known) -> Iterator[Finding]:
        missing: dict[str, list[Query]] = {}
        for query in queries:
            for subject in _missing(query, names):
                missing.setdefault(subject, []).append(query)
        for subject, places in sorted(missing.items()):
            lines = [prototype.evidence("code", q.location) for q in places[:5]]
            if doubt := names.doubt(subject.split(".")[1]):
                yield self.unknown(subject, f"Not found, but {doubt}", *lines)
            else:
                yield self.gap(subject, _message(subject, names), *lines)
        broken = {subject.split(".")[1] for subject in missing}
        for table in sorted({q.table for q in queries if q.table} - broken):
            what = "function" if table in names.functions else "table"
            yield self.satisfied(f"public.{table}", f"The {what} and what is asked of it exist")


def _missing(query: Query, names: Known) -> Iterator[str]:
    """What a query names and nothing defines, as subjects."""
    table = query.table or ""
    if query.operation == "rpc":
        if table not in names.functions:
            yield f"public.{table}.()"
    elif table not in names.tables:
        yield f"public.{table}"
    elif table in names.columns:
        for column in dict.fromkeys((*query.filters, *_selected(query.columns))):
            if _COLUMN.fullmatch(column) and column not in names.columns[table]:
                yield f"public.{table}.{column}"


def _selected(columns: str | None) -> Iterator[str]:
    """The plain columns of a select list: no embedded tables, no functions, aliases resolved."""
    depth, part = 0, ""
    for character in f"{columns or ''},":
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            name = part.strip().partition("::")[0].rpartition(":")[2].strip()
            if "(" not in part and name != "count":  # an aggregate
                yield name
            part = ""
        else:
            part += character


def _message(subject: str, names: Known) -> str:
    _, table, *rest = subject.split(".")
    nowhere = "neither the migrations nor the generated types" if names.typed else "no migration"
    know = "know" if names.typed else "makes"
    if rest == ["()"]:
        return f"The app calls {table}(), a function that {nowhere} {know}"
    if rest:
        return f"The app asks {table} for {rest[0]}, a column that {nowhere} {know}"
    return f"The app uses {table}, a table that {nowhere} {know}"
