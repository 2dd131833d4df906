"""Administrators whom a migration makes, with a password that stands in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.secrets.literals import Named
from shipworthy.regex import regex

_HASHED = regex(
    r"\bcrypt\s*\(\s*'([^'\n]{3,60})'\s*(?:::\w+\s*)?,\s*(?:\w+\.)?gen_salt\s*\(", re.IGNORECASE
)
_ADMINISTRATOR = regex(
    # The word ends at a quote: told ahead, so that no letter is looked at for each one before it.
    r"'(?=[\w.+-]*+(?:@[\w.-]++)?')(?:[\w.+-]*[._-])?(?:super_?)?(?:admin|owner|gestor|superuser|root|ceo|director)"
    r"|\bis_?(?:super_?)?admin\b|\"role\"\s*:\s*\"(?:super_?)?admin|@admin\.|\badmin\w*@",
    re.IGNORECASE,
)
_NOT_RUN = regex(
    r"(^|/)(\.bolt|tests?|examples?|demo|local|dev|docs?)(/|$)"
    r"|(^|[/_.-])(seeds?|demo|sample|fixtures?|test|local|dev)([/_.-]|$)",
    re.IGNORECASE,
)
_MIGRATION = regex(r"(^|/)migrations?/[^/]+\.sql$", re.IGNORECASE)
_PLACEHOLDER = regex(
    r"your|change_?this|change-this|replace|<|\$\{|\{\{|placeholder|xxx|insert_|secure_?password|password_here",
    re.IGNORECASE,
)
_ABOVE, _BELOW = 1_500, 1_000  # characters of the statements about one account


def migrated_administrators(path: str, text: str) -> Iterator[Named]:
    """The literal password of each administrator whom a script makes that is run in production: a migration,
    or one that is not named for tests, demonstrations or a developer's own database."""
    if "gen_salt" not in text or is_archived(path) or "/.bolt/" in f"/{path}":
        return
    if not _MIGRATION.search(path) and _NOT_RUN.search(path):
        return
    named: list[int] | None = None
    for found in _HASHED.finditer(text):
        head = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if "--" in head or _PLACEHOLDER.search(found[1]):
            continue
        if named is None:
            named = [one.start() for one in _ADMINISTRATOR.finditer(text) if not _is_denied(one)]
        nearest = bisect_left(named, found.start() - _ABOVE)
        if nearest < len(named) and named[nearest] < found.end() + _BELOW:
            yield Named(found.start(1), "password", found[1])


def _is_denied(word: re.Match[str]) -> bool:
    """True for `INSERT INTO users (…, is_admin) VALUES (…, false)`, and nothing of it true."""
    if not word[0].lower().startswith("is"):
        return False
    text = word.string
    first, last = text.rfind(";", 0, word.start()) + 1, text.find(";", word.end())
    statement = text[first : last if last >= 0 else len(text)]
    return bool(_INSERTS.search(statement) and _FALSE.search(statement)) and not _TRUE.search(
        statement
    )


_INSERTS = regex(r"\binsert\s+into\b", re.IGNORECASE)
_FALSE = regex(r"\bfalse\b", re.IGNORECASE)
_TRUE = regex(r"\btrue\b", re.IGNORECASE)
