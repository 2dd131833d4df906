"""The values that a CHECK names, and others worth a try where it names none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.regex import regex

_QUOTED = regex(r"'((?:[^']|'')*)'")
_NUMBER = regex(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w'])")
_ARRAY = regex(r"ARRAY\[([^\]]*)\]")


def words_for(definition: str, column: str) -> tuple[str, ...]:
    """The literals that the CHECK lists for a column: `col = ANY (ARRAY['a', 'b'])` or `col = 'a'`."""
    if not re.search(rf"\b{re.escape(column)}\b", definition) or "~" in definition:
        return ()
    listed = _ARRAY.search(definition)
    text = listed.group(1) if listed else definition
    return tuple(dict.fromkeys(w.replace("''", "'") for w in _QUOTED.findall(text)))


def numbers_in(definition: str) -> tuple[str, ...]:
    """Numbers that the CHECK names and their neighbours, nearest first."""
    found: dict[str, None] = {}
    for text in _NUMBER.findall(definition):
        value = float(text)
        for near in (value, value + 1, value - 1, value + 0.5, value / 2):
            found[f"{near:g}" if abs(near) < 1e6 else f"{near:.0f}"] = None
    return tuple(found)


# Texts that patterns of CHECKs commonly ask for: codes, colours, numbers, addresses, times, versions.
_SHAPES = (
    "EUR", "EU", "en", "en-US", "#aa00bb", "12345", "+4930123456", "a-1", "a_1", "A1B2C3", "10:30",
    "a@example.test", "https://example.test/a", "example.test", "2031-01-31", "1.0.0", "AB-1234",
    "a" * 12, "a" * 40, "a" * 70, "A" * 8, "0" * 11, "00000-000", "00.000.000/0000-00", "a", "",
    "a" * 200, "0123456789abcdef" * 4,
)  # fmt: skip


def texts(mark: str) -> Iterator[str]:
    """Texts of many shapes, those of this person's mark first."""
    for shape in _SHAPES:
        marked = shape.replace("a", mark, 1) if shape.startswith("a") else shape
        yield marked
