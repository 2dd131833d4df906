"""Which grants new tables get by default, told by the age of the history.

The platform's change log 45329: projects made since 30 May 2026 grant nothing on new tables to the
roles of the browser, and neither do tables made since 30 October 2026 in older projects. A history
is taken as a whole: tables of an older project that are newer than that day count as granted.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.database.history import SqlFile
from shipworthy.database.proof import Era
from shipworthy.regex import regex

_NEW_PROJECTS = "20260530"
_STAMP = regex(r"(?:^|/)(20\d{6})(?:\d{6})?[_-]")


def era_of(migrations: Sequence[SqlFile]) -> tuple[Era, str]:
    """The era of the project that these migrations were written for, and how we can tell."""
    stamps = [match[1] for file in migrations if (match := _STAMP.search(file.path))]
    if not stamps:
        return Era.LEGACY, "no migration carries a date; assumed to be of before 30 May 2026"
    first = min(stamps)
    shown = f"{first[:4]}-{first[4:6]}-{first[6:]}"
    if first >= _NEW_PROJECTS:
        return Era.STRICT, f"the first migration is of {shown}, after the change of 2026-05-30"
    return Era.LEGACY, f"the first migration is of {shown}, before the change of 2026-05-30"
