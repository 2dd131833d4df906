"""Lines of text as a report shows them: indented on a terminal, whole elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; `indent` in columns."""

    text: Text
    indent: int = 0


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_ACRONYMS = {"ai": "AI", "http": "HTTP"}


def area_word(area: str) -> str:
    """An area as a reader spells it: "supply chain", "AI"."""
    return _ACRONYMS.get(area, area.replace("_", " "))


def area_heading(area: str) -> str:
    """An area as a heading has it: "Supply chain", "AI"."""
    word = area_word(area)
    return word[:1].upper() + word[1:]
