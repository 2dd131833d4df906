"""Patterns of paths as Next.js and Clerk write them, and which paths they are for."""

from __future__ import annotations

import re
from functools import lru_cache

from shipworthy.regex import regex

_NAMED = regex(r"(?<!\(\?):\w+([*+?]?)")  # no group that begins with `(?:`
_NESTED = regex(r"[*+}]\)+[*+{]")
_LONGEST, _REPEATS = 500, 4


def covers(matchers: str, path: str) -> bool:
    """True where one of the matchers of a middleware is for a path."""
    if matchers == "*":
        return True
    patterns = re.split(r", (?=/)", matchers)
    return any(matches(pattern, path) for pattern in patterns)


def matches(pattern: str, path: str) -> bool:
    """True where a pattern as Next.js and Clerk have it is for a path: "/api/:path*", "/admin(.*)"."""
    found = _compiled(pattern)
    return found is not None and found.fullmatch(path) is not None


def is_simple(pattern: str) -> bool:
    """False for a regular expression that may take for ever: what is read here was written by others."""
    repeats = len(re.findall(r"(?<!\\)[*+{]", pattern))
    return len(pattern) <= _LONGEST and repeats <= _REPEATS and not _NESTED.search(pattern)


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    text = pattern.replace("\\\\", "\\")
    text = re.sub(r"/:\w+\*", "(?:/.*)?", text)
    text = re.sub(r"/:\w+\+", "/.+", text)
    text = _NAMED.sub("[^/]+", text)
    if not is_simple(text):
        return None
    try:
        return re.compile(text.rstrip("/") or "/")
    except re.error:
        return None
