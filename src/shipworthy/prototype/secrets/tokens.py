"""Long unbroken pieces of text: where a key can hide. Found once per file, used by every search."""

from __future__ import annotations

import string
from typing import NamedTuple

_ALPHABET = f"{string.ascii_letters}{string.digits}_-+/=.~".encode()
_MARKS = bytes(ord("x") if byte in _ALPHABET else ord(" ") for byte in range(256))
_LONG = b"x" * 20


class Token(NamedTuple):
    """Twenty characters or more of a key's alphabet, and where they start. There are very many."""

    start: int
    text: str


def tokens(text: str) -> list[Token]:
    """The long tokens of a text, in order."""
    # A pattern begins anew within each shorter word: this takes a third of its time.
    marks = text.encode("ascii", "replace").translate(_MARKS)
    found: list[Token] = []
    start = marks.find(_LONG)
    while start >= 0:
        end = marks.find(b" ", start)
        end = len(marks) if end < 0 else end
        found.append(Token(start, text[start:end]))
        start = marks.find(_LONG, end)
    return found
