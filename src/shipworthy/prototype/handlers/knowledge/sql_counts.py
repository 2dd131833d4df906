"""Statements of SQL that count rows by a column: statistics, which tell of nobody."""

from __future__ import annotations

import re

from shipworthy.regex import regex

COUNTED = "count(*)"
"""What a statement that only counts is said to read."""
_GROUPED = regex(
    r"\s*select\s+(?P<shown>[^;]{1,600}?)\s+from\s[^;]{0,2000}?\bgroup\s+by\s", re.IGNORECASE
)
_APART = regex(r",(?![^()]*\))")
_ALIAS = r"(?:\s+(?:as\s+)?[\"`]?\w+[\"`]?)?"
_COUNT = regex(rf"count\(\s*(?:distinct\s+)?[\w.*\"`]+\s*\)(?:\s*::\s*\w+)?{_ALIAS}", re.IGNORECASE)
_COLUMN = regex(rf"(?:[\"`]?\w+[\"`]?\.)?[\"`]?(?P<name>\w+)[\"`]?{_ALIAS}", re.IGNORECASE)
_OF_ONE = regex(
    r"(^|_)u?u?id$|id$|mail|phone|mobile|name$|address|user|birth|token|secret|key|ip$|title|message|note|text",
    re.IGNORECASE,
)


def only_counts(text: str) -> bool:
    """`select role, count(*) from users group by role`; not where a group is a person."""
    found = _GROUPED.match(text)
    if found is None:
        return False
    parts = [part.strip() for part in _APART.split(found["shown"])]
    columns = [part for part in parts if not _COUNT.fullmatch(part)]
    names = [_COLUMN.fullmatch(part) for part in columns]
    if len(columns) == len(parts) or not all(names):
        return False
    return not any(name is not None and _OF_ONE.search(name["name"]) for name in names)
