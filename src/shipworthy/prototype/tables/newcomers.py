"""The roles that a trigger of Supabase writes for every new account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.database.seed.power import rank
from shipworthy.database.stated.inserts import inserts, word_of
from shipworthy.database.stated.powers import RULES_OVER_OTHERS
from shipworthy.database.stated.words import masked, without_comments
from shipworthy.prototype.tables.table import JUDGED
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_CALLED = regex(
    r"\bon\s+\"?auth\"?\.\"?users\"?\s[^;]{0,200}?\bexecute\s+(?:procedure|function)\s+(?:\"?public\"?\.)?\"?(\w+)\"?\s*\(",
    re.IGNORECASE,
)
_FUNCTION = regex(
    r"\bcreate\s+(?:or\s+replace\s+)?function\s+(?:\"?public\"?\.)?\"?(\w+)\"?\s*\([^;]*?(\$\w*\$)(.*?)\2",
    re.IGNORECASE | re.DOTALL,
)
_ROLE = regex(r"^(user_|account_)?role$", re.IGNORECASE)
_CHOOSES = regex(r"\b(if|case)\b", re.IGNORECASE)


def roles_of_newcomers(prototype: Prototype) -> frozenset[str]:
    """In small letters; of a function that is written anew the last text counts."""
    texts = [
        file.text
        for _, file in sorted(prototype.files.items())
        if file.name.endswith(".sql") and file.role in JUDGED and file.text
    ]
    called = {
        name.lower() for text in texts if "auth" in text.lower() for name in _CALLED.findall(text)
    }
    if not called:
        return frozenset()
    bodies = {
        name.lower(): body
        for text in texts
        for name, _, body in _FUNCTION.findall(text)
        if name.lower() in called
    }
    return frozenset(role for body in bodies.values() for role in _written(body))


def _written(body: str) -> Iterator[str]:
    """The role that each INSERT writes; where the function chooses, by who came first or by an address, none
    that rules over others."""
    code = without_comments(body)
    chooses = _CHOOSES.search(masked(code)) is not None
    for insert in inserts(code):
        for column, value in insert.given:
            role = word_of(value) if _ROLE.match(column) else ""
            if role and not (chooses and rank(role) >= RULES_OVER_OTHERS):
                yield role.lower()
