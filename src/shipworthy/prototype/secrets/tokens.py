"""Long unbroken pieces of text: where a key can hide. Found once per file, used by every search."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"[A-Za-z0-9_\-+/=.~]{20,}")


class Token(NamedTuple):
    """Twenty characters or more of a key's alphabet, and where they start. There are very many."""

    start: int
    text: str


def tokens(text: str) -> list[Token]:
    """The long tokens of a text, in order."""
    return [Token(found.start(), found[0]) for found in _TOKEN.finditer(text)]
