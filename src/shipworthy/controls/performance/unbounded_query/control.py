"""Reads of a whole table that grows with what users do, where no limit and no filter is set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.queries.edits import with_limits
from shipworthy.prototype.queries.query import Bound, Query
from shipworthy.prototype.roles import is_trial
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write


class UnboundedQuery(
    Control,
    id="unbounded-query",
    title="A list without an end",
    consequence="The more people use the app, the slower this gets: one day the page or the job stops.",
    severity=Severity.MEDIUM,
    satisfies=("A16", "cwe:770"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Query]] = {}
        for query in prototype.queries:
            path = query.location.path
            if query.operation != "select" or not query.table or query.single:
                continue
            if (
                path in prototype.by_hand
                or is_trial(path)
                or is_unused(prototype, path, query.function)
            ):
                continue
            subjects.setdefault(f"{path}#{query.function} → {query.table}", []).append(query)
        if not subjects:
            yield self.not_applicable("no code reads a list from a database")
        filled = _filled(prototype)
        for subject, queries in subjects.items():
            yield self._judge(prototype, subject, queries, filled)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The end that Supabase sets where nobody says another: it shows that there is one."""
        head, _, table = finding.subject.partition(" → ")
        path, _, function = head.partition("#")
        open_ones = {
            query.location
            for query in prototype.queries
            if (query.location.path, query.function, query.table) == (path, function, table)
            and query.operation == "select"
            and not query.single
            and _is_open(query)
        }
        file = prototype.files.get(path)
        text = with_limits(file, open_ones, _MOST) if file is not None else None
        if text is None:
            return None
        said = f"Read {_MOST} rows of {table} at most in {spoken(path, function)}, as Supabase does"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _judge(
        self, prototype: Prototype, subject: str, queries: list[Query], filled: frozenset[str]
    ) -> Finding:
        table = queries[0].table or ""
        open_ones = [query for query in queries if _is_open(query)]
        shown = [prototype.evidence("code", q.location) for q in (open_ones or queries)[:5]]
        if not open_ones:
            if any(query.reach.bound is Bound.UNKNOWN for query in queries):
                reason = "The query is finished elsewhere: a limit may be set there"
                return self.unknown(subject, reason, *shown)
            return self.satisfied(
                subject, "Reads one page, one row or the rows of a filter", *shown
            )
        if not _GROWS.search(_snake(table)):
            return self.unknown(subject, "nothing says whether the table grows with each visit")
        if _plain(table) not in filled:
            return self.unknown(subject, "no code was seen that adds rows to the table")
        message = _message(open_ones[0])
        if _ONCE.match(open_ones[0].function):
            message = f"{message}; its name says that it runs once, or when the app starts"
            low = Confidence.LOW
            return self.gap(subject, message, *shown, severity=Severity.LOW, confidence=low)
        if len(open_ones) == len(queries) and _is_sure(open_ones):
            quick = _DAY_BY_DAY.search(_snake(table)) and not _AT_NIGHT.search(subject)
            severity = self.severity if quick else Severity.LOW
            return self.gap(subject, message, *shown, severity=severity)
        return self.gap(subject, message, *shown, severity=Severity.LOW, confidence=Confidence.LOW)


_MOST = 1000  # https://supabase.com/docs/reference/javascript/select: rows without another setting
_ADDS = ("insert", "upsert")
_SIGN_UPS = ("signUp", "signInWithOAuth", "signInWithOtp", "createUser", "inviteUserByEmail")
_OF_ACCOUNTS = frozenset({"profiles", "users", "userprofiles"})
# What users add day by day, in many apps of one kind or another; all else may stay a short list.
_GROWS = regex(
    r"(^|_)(order|invoice|payment|transaction|booking|reservation|appointment|message|chat|conversation"
    r"|notification|alert|log|event|activit|comment|post|article|review|rating|like|lead|contact|customer|compan"
    r"|ticket|issue|request|submission|application|candidate|response|answer|feedback|inquir|listing"
    r"|product|propert|job|expense|sale|receipt|bill|payout|settlement|session|visit|view|scan|upload"
    r"|document|file|photo|image|video|report|entr|record|result|match|match_result|movement|reading"
    r"|attendance|enrol|registration|guest|attendee|subscriber|task|interview|tenanc|shipment|deliver"
    r"|quote|estimate|history|profile|user)(e?s|ies|y|ments?|ings?)?$",
    re.IGNORECASE,
)
# Of these there are thousands soon; of photos of cities or of courses there may be fifty for years.
_DAY_BY_DAY = regex(
    r"(^|_)(order|invoice|payment|transaction|booking|reservation|appointment|message|chat|conversation|notification"
    r"|log|event|activit|visit|view|scan|ticket|submission|response|answer|movement|reading|attendance|session"
    r"|histor|entr|record|lead|like|comment)(e?s|ies|y)?$",
    re.IGNORECASE,
)
# As many as there are people or things of one team, in an app that one team uses.
_OF_A_TEAM = regex(
    r"(^|_)(profile|user|member|employee|staff|team|customer|contact|compan|product|guest|task)(y|ies|s)?$",
    re.IGNORECASE,
)
# Filters that leave most of a table.
_STATE = regex(
    r"^(status|state|(is|has)_?\w+|active|published|visible|enabled|archived|deleted(_?at)?|approved"
    r"|available|public|visibility)$",
    re.IGNORECASE,
)
# What brings old rows into a new form, or plans anew what was planned before a start, reads all of them.
_ONCE = regex(
    r"(ensure|migrate|upgrade|add)_?\w*_?(columns?|table|schema|index|indices)$|_?(migrate|backfill|reindex)"
    r"|(start|init(ialize)?|restore|resume)_?\w*schedule\w*$|load_scheduled_\w+$",
    re.IGNORECASE,
)
_AT_NIGHT = regex(
    r"admin|cron|export|backup|report|digest|nightly|daily|remind|slugs|sitemap|static_?p(arams|aths)",
    re.IGNORECASE,
)


def _filled(prototype: Prototype) -> frozenset[str]:
    """The tables to which running code of the app adds rows; a trigger adds those of accounts."""
    running = [q for q in prototype.queries if q.location.path not in prototype.by_hand]
    adding = {_plain(q.table) for q in running if q.operation in _ADDS and q.table}
    signs_up = any(q.method in _SIGN_UPS for q in running if q.operation == "auth")
    return frozenset(adding | (_OF_ACCOUNTS if signs_up else frozenset()))


def _snake(table: str) -> str:
    """`jobApplications` as job_applications."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", table).lower()


def _plain(table: str) -> str:
    return table.lower().replace("_", "")


def _is_open(query: Query) -> bool:
    reach = query.reach
    if reach.bound in (Bound.NONE, Bound.AT_TIMES):
        return True
    states = [column for column in reach.columns if _STATE.match(column)]
    return reach.bound is Bound.FILTER and bool(states) and len(states) == len(reach.columns)


def _is_sure(queries: list[Query]) -> bool:
    """No filter at all, nothing that may narrow the rows, and a table that grows with each visit."""
    return any(
        query.reach.bound is Bound.NONE
        and not query.reach.narrowed
        and query.loop is None
        and not _OF_A_TEAM.search(_snake(query.table or ""))
        for query in queries
    )


def _message(query: Query) -> str:
    where = spoken(query.location.path, query.function)
    if query.reach.bound is Bound.FILTER:
        rows = f"all rows of {query.table} of one state"
    elif query.reach.bound is Bound.AT_TIMES:
        rows = f"all rows of {query.table} when no filter is chosen"
    elif query.reach.narrowed:
        rows = f"every row of {query.table} that row security lets through"
    else:
        rows = f"the whole table {query.table}"
    return f"{where} reads {rows}, without a limit or pages"
