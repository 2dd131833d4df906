"""Rows and statements as they may be shown: values cut to their first four characters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipworthy.regex import regex

_SHOWN = 4  # characters
_LONGEST = 300  # characters of a statement
_LITERAL = regex(r"'((?:[^']|'')*)'")
_HARMLESS = regex(r"^[a-z_]{1,24}$")  # words of the prototype itself: roles, states


def masked(value: object) -> str:
    """The first four characters of a value."""
    text = "null" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def masked_row(row: Mapping[str, object], most: int = 24) -> dict[str, str]:
    """A row with its values masked."""
    return {name: masked(value) for name, value in list(row.items())[:most]}


def masked_statement(statement: str) -> str:
    """A statement on one line, its literals masked but for plain words."""

    def mask(found: re.Match[str]) -> str:
        text = found.group(1)
        return f"'{text if _HARMLESS.match(text) else masked(text)}'"

    text = " ".join(_LITERAL.sub(mask, statement).split()).replace('"', "")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
