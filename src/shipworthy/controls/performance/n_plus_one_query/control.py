"""Queries that run once for each row of a list, where one query could serve the whole list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from shipworthy.control import Control
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.queries.query import Bulk, Query
from shipworthy.remedy import Remedy, Review

_VERBS = {
    "select": "reads",
    "insert": "inserts into",
    "update": "updates",
    "delete": "deletes from",
}
_ONCE = re.compile(
    r"seed|migrat|backfill|bootstrap|if_?empty|defaults?_if|^(init|setup)(ialize)?_?(db|database)",
    re.IGNORECASE,
)


class NPlusOneQuery(
    Control,
    id="n-plus-one-query",
    title="A query for each row",
    consequence="Each row costs its own trip to the database: lists get slower with every customer.",
    severity=Severity.MEDIUM,
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
        if _runs_on_sqlite(prototype):
            subjects = {s: [_of_sqlite(q) for q in queries] for s, queries in subjects.items()}
        if not subjects:
            yield self.not_applicable("no database query stands in a loop")
            return
        where = sides(prototype)
        for subject, queries in subjects.items():
            repeated = [query for query in queries if _is_repeated(query)]
            shown = [prototype.evidence("code", q.location) for q in (repeated or queries)[:5]]
            if repeated:
                side = where.get(repeated[0].location.path, Side.UNKNOWN)
                severity = _severity(repeated, side)
                if all(_walks_few(prototype, q) for q in repeated):
                    severity = Severity.LOW
                yield self.gap(subject, _message(repeated), *shown, severity=severity)
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


def _walks_few(prototype: Prototype, query: Query) -> bool:
    """True where the list is named after what an app has a handful of: roles, plans, a cart."""
    if query.loop is None:
        return False
    head = prototype.files[query.location.path].line(query.loop.line)
    return _HANDFUL.search(f"{head} {query.function}") is not None


_HANDFUL = re.compile(
    r"(\b|[a-z_])(role|metric|plan|tier|feature|module|stage|template|provider|integration|categor|currenc|permission|setting|cart|basket|badge|level|section|channel"
    r"|status|weekday|slot|branch|subnet)\w*(\s*\|\||\s*\?\?|\)|\.map|\.forEach|:|\]|\s|$)",
    re.IGNORECASE,
)


def _runs_on_sqlite(prototype: Prototype) -> bool:
    """True where Python talks to SQLite and to no server of a database."""
    names = frozenset[str]().union(*prototype.modules.packages.values())
    imported = names | {
        item.specifier.partition(".")[0]
        for path, facts in prototype.facts.items()
        if path.endswith(".py")
        for item in facts.imports
    }
    return "sqlite3" in imported and imported.isdisjoint(_SERVERS)


_SERVERS = frozenset(
    "psycopg psycopg2 asyncpg pymysql MySQLdb mysql pyodbc oracledb pg8000".split()
)


def _of_sqlite(query: Query) -> Query:
    raw = query.library == "sql" and query.location.path.endswith(".py")
    return replace(query, library="sqlite") if raw else query


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
    return _ONCE.search(spoken(query.location.path, query.function)) is not None


def _severity(queries: list[Query], side: Side) -> Severity:
    """MEDIUM where as many rows are walked through as a query finds and somebody waits for it.

    LOW for lists that the caller gives; for rows that each get a value of their own: one statement
    for that takes some work; for one page, or the rows of one person; for what goes on in the background;
    and for what somebody starts now and then, to bring data in, to look it through or to put it right."""
    if not any(q.over_rows and q.operation == "select" for q in queries):
        return Severity.LOW
    path = queries[0].location.path
    if _NOW_AND_THEN.search(path) or _NOW_AND_THEN.search(queries[0].function):
        return Severity.LOW
    if _BY_HAND.search(queries[0].function) or _OF_DEVELOPERS.search(path):
        return Severity.LOW
    if _MENDS.search(spoken(queries[0].location.path, queries[0].function)):
        return Severity.LOW
    if _BY_CLOCK.search(queries[0].location.path) and side is Side.SERVER:
        return Severity.LOW
    if all(q.of_one for q in queries):
        return Severity.LOW
    if all(q.operation == "update" and q.bulk is Bulk.LIST for q in queries):
        return Severity.LOW
    return Severity.MEDIUM


# What brings data in or out, and what no visitor waits for, by a word of its path or function.
_NOW_AND_THEN = re.compile(
    r"(^|[/_.-])_?(import|export|sync|migrat|backfill|bulk|batch|worker|job|queue|background|webhook|generat|process)"
    r"(s|e|er|es|ed|ing|ion|ions|or)?([/_.-]|[A-Z]|$)"
    r"|[a-z](Import|Export|Sync|Migrat|Bulk|Batch|Worker|Jobs?|Queue|Webhook)(e|er|s|ion|ions)?([A-Z/.]|$)",
)
# What is run once or twice in the life of an app, by the words of its name.
_MENDS = re.compile(
    r"^(fix|repair|consolidat|dedup|merge|recalculat|recompute|rebuild|resync|import|reset|cleanup|clean_?up|test)"
    r"|[-_](dedup|duplicates?|recalculat|inflated)",
    re.IGNORECASE,
)
# Buttons of maintenance, and the components that hold them.
_BY_HAND = re.compile(
    r"^(handle|run|on)?_?(scan|recalc|re_?index|audit|diagnos|debug|inspect)", re.IGNORECASE
)
_OF_DEVELOPERS = re.compile(r"debug|diagnos|maintenance|recalc", re.IGNORECASE)
# For what a clock starts, nobody waits.
_BY_CLOCK = re.compile(
    r"(^|[/_-])(crons?|reminders?|daily|nightly|weekly|monthly|scheduled|scheduler|backfill|digest)([/_.-]|$)"
    r"|[a-z]Cron\b",
    re.IGNORECASE,
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
