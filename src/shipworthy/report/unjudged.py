"""Servers and databases that were recognised and not followed: who may reach them, nobody looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shipworthy.assess import Assessment
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.histories import uses_the_platform
from shipworthy.regex import regex
from shipworthy.report.lines import counted

_ACCESS = "access"  # the area of the controls that judge who may do what
_FIREBASE = "open-firebase-rules"
_NAMED = regex(r"^(the .+?) (are not followed( yet)?|could not be told)$")


def unjudged(assessment: Assessment) -> str:
    """What nobody knows the doors of, as one phrase: "the entry points of Convex (6 files)"; or ""."""
    asked = {c.id: c for c in assessment.controls if c.area == _ACCESS}
    unknown = {f.control for f in assessment.findings if f.outcome is Outcome.UNKNOWN}
    open_questions = asked.keys() & unknown
    if not open_questions:
        return ""
    prototype = assessment.prototype
    named = list(_servers(prototype))
    if any(asked[name].needs_database for name in open_questions) and _is_unstated(prototype):
        named.append("the rows of Supabase (no SQL that was read makes its tables)")
    if _FIREBASE in open_questions and _has_no_rules(prototype):
        named.append("the data of Firebase (its rules were not read)")
    *most, last = named or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _servers(prototype: Prototype) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for unread in prototype.unfollowed:
        named = _NAMED.match(unread.reason)
        counts[named[1] if named else "other entry points"] += 1
    for name, count in counts.items():
        yield f"{name.replace('the queries of', 'the rows of')} ({counted(count, 'file')})"


def _is_unstated(prototype: Prototype) -> bool:
    """True where browsers ask Supabase for rows, and no file says who may have them."""
    try:
        return prototype.database_history is None and uses_the_platform(prototype)
    except FactUnavailable:
        return uses_the_platform(prototype)


def _has_no_rules(prototype: Prototype) -> bool:
    return prototype.asks_firebase and not prototype.firebase_rules.allowed
