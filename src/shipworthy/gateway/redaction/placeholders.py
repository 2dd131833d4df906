"""Placeholders: the words that stand for values while a provider has the text."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Placeholders:
    """The placeholders of one call: the same value, the same word, numbered as they first appear.

    The numbering depends on nothing else, so a conversation that is sent again with one more turn
    gets the same words for all earlier turns, and a provider's prompt cache stays warm.
    """

    __slots__ = ("_by_value", "_counts", "_taken", "values")

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are all texts of the call: a word that stands in one of them already is not used."""
        self._taken = {word for text in texts if "[" in text for word in _LIKE_ONE.findall(text)}
        self._by_value: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self.values: dict[str, str] = {}  # by placeholder

    def placeholder(self, kind: str, value: str) -> str:
        """The word for a value, e.g. `[EMAIL_1]`."""
        known = self._by_value.get((kind, value))
        if known:
            return known
        word = self._next(kind)
        while word in self._taken:
            word = self._next(kind)
        self._by_value[kind, value] = word
        self.values[word] = value
        return word

    def _next(self, kind: str) -> str:
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"[{kind}_{number}]"

    def counts(self) -> dict[str, int]:
        """How many different values of each kind were replaced."""
        counts: dict[str, int] = {}
        for kind, _ in self._by_value:
            counts[kind] = counts.get(kind, 0) + 1
        return counts


_LIKE_ONE = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[0-9]+\]")
