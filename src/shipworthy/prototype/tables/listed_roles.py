"""The roles that the schema lists for accounts: an enumeration, a check of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LISTED = regex(
    r"""(?: \benum\s+\w*roles?\s*\{                                     # Prisma
        | \bcreate\s+type\s+[\w."]*roles?"?\s+as\s+enum\s*\(            # SQL
        | \broles?"?\s[^,;{}]{0,80}?\bin\s*\(                           # check (role in (…))
        | \bpgEnum\(\s*["']\w*roles?["']\s*,\s*\[                       # Drizzle
        | \broles?["']?\s*:[^\]]{0,60}?\benum(?:\s*:|\()\s*\[           # Drizzle, Mongoose
        | \broles?["']?\s*:\s*\{[^\]}]{0,60}?\benum\s*:\s*\[
        ) ([^\]})]{1,400})""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = regex(r"[A-Za-z][A-Za-z_]+")


def listed_roles(prototype: Prototype) -> Iterator[frozenset[str]]:
    """The roles of each list, in small letters."""
    paths = {table.location.path for table in prototype.tables}
    for path in sorted(paths):
        file = prototype.files.get(path)
        text = (file.text if file is not None else None) or ""
        if "ole" in text:
            for found in _LISTED.finditer(text):
                yield frozenset(word.lower() for word in _WORD.findall(found[1]))
