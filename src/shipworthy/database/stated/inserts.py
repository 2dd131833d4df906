"""INSERT statements in the text of a function: the value that each column is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipworthy.database.names import QUALIFIED, parts, qualified
from shipworthy.database.stated.words import at_commas, in_parentheses
from shipworthy.regex import regex


class Insert(Struct, frozen=True):
    """A statement that names its columns; of several rows, the values of the first."""

    table: str  # "schema.name"
    columns: tuple[str, ...]
    values: tuple[str, ...]
    start: int

    @property
    def given(self) -> Iterator[tuple[str, str]]:
        """Each column with its value."""
        return zip(self.columns, self.values, strict=False)


def inserts(code: str) -> Iterator[Insert]:
    """The statements of a text without comments."""
    for found in _INSERTS.finditer(code):
        columns = ((parts(name) or ("",))[0] for name in at_commas(found["columns"]))
        values = at_commas(in_parentheses(code, found.end()))
        yield Insert(qualified(found["name"]), tuple(columns), tuple(values), found.start())


def word_of(value: str) -> str:
    """The word that a value is, whatever type it is cast to; "" for what is reckoned."""
    found = _WORD.fullmatch(value)
    return found[1] if found else ""


_INSERTS = regex(
    rf"\binsert\s+into\s+(?P<name>{QUALIFIED})\s*\((?P<columns>[^)]*)\)\s*values\s*\(",
    re.IGNORECASE,
)
_WORD = regex(r"\s*'(\w+)'(?:\s*::\s*[\w.\"]+)?\s*")
