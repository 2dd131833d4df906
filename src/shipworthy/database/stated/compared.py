"""Which words the rules and functions of a schema compare a column with, also by way of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Schema
from shipworthy.database.stated.words import NESTED
from shipworthy.regex import regex

_WORD = regex(r"'(\w+)'")
# The words that something is compared with: one, a list or an array.
_OPERATOR = (
    r"(?:::[\w.]+)?\s*(?:=|<>|!=|(?:not\s+)?in\b|is\s+(?:not\s+)?distinct\s+from\b)\s*(?:any\s*)?"
)
WORDS = rf"{_OPERATOR}((?:\(|array\s*\[|\s)*'\w+'(?:::[\w.]+)?(?:\s*,\s*'\w+'(?:::[\w.]+)?)*)"


def words_asked(schema: Schema, table: str, column: str) -> Iterator[str]:
    """The words that a column of this name is compared with, and what functions answer that look it up."""
    names = "|".join(map(re.escape, sorted(looking_up(schema, table, column))))
    answered = rf"|\b(?:{names})\s*\({NESTED}\)\s*\)?" if names else ""
    compared = re.compile(rf"(?:\b{re.escape(column)}\b\"?{answered}){WORDS}", re.IGNORECASE)
    for held in schema.tables.values():
        for policy in held.policies:
            for text in expressions(policy):
                yield from _words(compared, text)
    for function in schema.functions.values():
        yield from _words(compared, function.body)


def looking_up(schema: Schema, table: str, column: str) -> frozenset[str]:
    """The functions, by their names, that answer with the column of a row of the table."""
    selects = re.compile(
        rf"\bselect\s+\(?(?:\w+\.)?{re.escape(column)}\b(?:::[\w.]+)?(?:\s+into\s+\w+)?\s+from"
        rf"\s+(?:\"?public\"?\s*\.\s*)?\"?{re.escape(table)}\b",
        re.IGNORECASE,
    )
    return frozenset(
        f.name
        for f in schema.functions.values()
        if f.returns not in ("trigger", "void", "boolean") and selects.search(f.body)
    )


def _words(compared: re.Pattern[str], text: str) -> Iterator[str]:
    for listed in compared.findall(text):
        yield from _WORD.findall(listed)
