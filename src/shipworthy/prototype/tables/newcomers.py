"""The roles that a trigger of Supabase writes for every new account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
_ADDED = regex(r"\binsert\s+into\s+[\w.\"]+\s*\(([^()]*)\)\s*values\s*\(", re.IGNORECASE)
_ROLE = regex(r"^\"?(user_|account_)?role\"?$", re.IGNORECASE)
_WORD = regex(r"^'(\w+)'(\s*::\s*[\w.\"]+)?$")


def roles_of_newcomers(prototype: Prototype) -> frozenset[str]:
    """In small letters; of a function that is written anew the last text counts."""
    texts = [
        file.text
        for _, file in sorted(prototype.files.items())
        if file.name.endswith(".sql") and file.role in JUDGED and file.text
    ]
    called = {name.lower() for text in texts if "auth" in text for name in _CALLED.findall(text)}
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
    for added in _ADDED.finditer(body):
        columns = [column.strip() for column in added[1].split(",")]
        for column, value in zip(columns, _values(body[added.end() :]), strict=False):
            word = _WORD.match(value.strip())
            if word is not None and _ROLE.match(column):
                yield word[1].lower()


def _values(text: str) -> Iterator[str]:
    """What stands between the commas, up to the bracket that closes the list."""
    depth, begin, quoted = 0, 0, False
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "([":
            depth += 1
        elif letter in ")]" and depth:
            depth -= 1
        elif letter in ",)" and not depth:
            yield text[begin:at]
            begin = at + 1
            if letter == ")":
                return
