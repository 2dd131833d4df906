"""What the classifier looks at: pieces of words, and pairs of words, of a text made plain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

PIECE = 300
"""Characters of a piece that is scored on its own: an instruction hidden in a long text must not drown."""


def pieces(text: str) -> Iterator[str]:
    """A text cut at the ends of sentences and lines into pieces of some 300 characters."""
    start = 0
    while len(text) - start > PIECE:
        window = text[start : start + PIECE]
        ends = [m.end() for m in _SENTENCE_END.finditer(window) if m.end() > PIECE // 3]
        cut = ends[-1] if ends else window.rfind(" ") + 1
        cut = cut if cut > PIECE // 3 else PIECE
        yield text[start : start + cut]
        start += cut
    if text[start:].strip():
        yield text[start:]


_SENTENCE_END = re.compile(r"[.!?:;]\s+|\n")


def features(text: str) -> set[str]:
    """The features of one piece: n-grams of 3 to 5 characters within words, and pairs of words."""
    words = plain(text).split()
    found: set[str] = set()
    for word in words:
        found.update(_grams(word))
    found.update(map(_pair, words, words[1:]))
    return found


def _pair(first: str, second: str) -> str:
    return f"{first} {second}"


@lru_cache(maxsize=20_000)
def _grams(word: str) -> tuple[str, ...]:
    if len(word) > _LONGEST:
        return ()
    padded = f"_{word}_"
    count = len(padded)
    return tuple(padded[i : i + n] for n in (3, 4, 5) for i in range(count - n + 1))


_LONGEST = 30  # longer ones are encoded data, not words


def plain(text: str) -> str:
    """Lower case, without accents' variants, look-alikes and hidden characters; digits become 0.

    `I g n o r e` and `ｉｇｎｏｒｅ` read as `ignore`, as a model would read them.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES)
    text = _SPACED.sub(_joined, text.lower())
    return _DIGIT.sub("0", _MARKS.sub(" ", text))


def _joined(match: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*]", "", match[0])


_SPACED = re.compile(r"\b[^\W\d_](?:[ .\-_*][^\W\d_]\b){3,}")
_MARKS = re.compile(r"[^\w\s]+|_+")
_DIGIT = re.compile(r"\d+")
_LOOK_ALIKES: dict[int, str | None] = {
    **dict(zip(map(ord, "аеорсухіјѕԁһոԛԝɡαεορντικυχ"), "aeopcyxijsdhnqwgaeopvtikux", strict=True)),
    **dict.fromkeys((*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xAD), None),
}
