"""What the classifier looks at: pieces of words, and pairs of words, of a text made plain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

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


def features(text: str) -> Iterator[str]:
    """The features of one piece, of each word and each pair of words that is in it, once.

    A gram that two words share comes twice: so a word's part of the score is the same in every text, and
    can be remembered.
    """
    words, pairs = words_and_pairs(text)
    for word in words:
        yield from grams(word)
    yield from pairs


def words_and_pairs(text: str) -> tuple[set[str], set[str]]:
    """The different words of a piece made plain, and the different pairs that stand side by side."""
    words = _words(text)
    return set(words), {f"{first} {second}" for first, second in pairwise(words)}


def grams(word: str) -> Iterator[str]:
    """The n-grams of 3 to 5 characters of a word between its ends."""
    if len(word) <= _LONGEST:
        padded = f"_{word}_"
        count = len(padded)
        for n in (3, 4, 5):
            for i in range(count - n + 1):
                yield padded[i : i + n]


_LONGEST = 30  # longer ones are encoded data, not words


def _words(text: str) -> list[str]:
    """The words of `plain(text)`, for the usual text by a table."""
    if not text.isascii() or _FOUR_LETTERS in text.translate(_SHAPES):
        return plain(text).split()
    words = text.translate(_PLAIN)
    while "00" in words:
        words = words.replace("00", "0")
    return words.split()


def plain(text: str) -> str:
    """Lower case, without accents' variants, look-alikes and hidden characters; digits become 0.

    `I g n o r e` and `ｉｇｎｏｒｅ` read as `ignore`, as a model would read them.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES)
    text = _SPACED.sub(_joined, text.lower())
    return _DIGIT.sub("0", _MARKS.sub(" ", text))


# Letters become a, what may stand between spaced letters becomes a space: see _SPACED.
_SHAPES = "".join(
    "a" if c.isalpha() else " " if c in " .-_*" else "." for c in map(chr, range(128))
)
_FOUR_LETTERS = "a a a a"
_PLAIN = "".join(
    "0" if c.isdigit() else c.lower() if c.isalpha() or c.isspace() else " "
    for c in map(chr, range(128))
)


def _joined(match: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*]", "", match[0])


_SPACED = re.compile(r"\b[^\W\d_](?:[ .\-_*][^\W\d_]\b){3,}")
_MARKS = re.compile(r"[^\w\s]+|_+")
_DIGIT = re.compile(r"\d+")
_LOOK_ALIKES: dict[int, str | None] = {
    **dict(zip(map(ord, "аеорсухіјѕԁһոԛԝɡαεορντικυχ"), "aeopcyxijsdhnqwgaeopvtikux", strict=True)),
    **dict.fromkeys((*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xAD), None),
}
