"""Where a remedy for the database goes: a new migration that sorts after all there are."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from shipworthy.database.history import History
from shipworthy.regex import regex

_MIGRATION = regex(r"^((?:.*/)?supabase/migrations)/(\d+)[_-][^/]*\.sql$")
_STAMP = "%Y%m%d%H%M%S"  # how the platform numbers migrations


def next_migration(history: History | None, control: str, subject: str) -> str | None:
    """The path of a new migration for one finding; None where the platform applies no folder of them.

    Its number follows the last one, never the clock, so that the same finding gives the same path.
    """
    found = [_MIGRATION.match(file.path) for file in (history.migrations if history else ())]
    numbered = [match for match in found if match is not None]
    if not numbered:
        return None
    last = max(numbered, key=lambda match: match[0].rpartition("/")[2])
    return f"{last[1]}/{after_number(last[2])}_shipworthy_{_slug(control)}_{_slug(subject)}.sql"


def after_number(number: str) -> str:
    """The next number: a second later where it is a time, one more where it is not."""
    if len(number) == len("20250101000000"):
        try:
            return (datetime.strptime(number, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)
        except (ValueError, OverflowError):
            pass  # fourteen digits, but no time
    return str(int(number) + 1).zfill(len(number))


def _slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", text.lower().removeprefix("public."))
    return words.strip("_")[:80]
