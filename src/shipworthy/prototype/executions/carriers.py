"""Where a text holds something that is followed, so that the rest of it need not be traced."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence

from shipworthy.prototype.executions.traces import Span
from shipworthy.regex import regex

_WORD = regex(r"[\w$]+")


class Carriers:
    """The places of sources, and of the words that names and functions with a trace end in."""

    def __init__(self, words: Mapping[str, Sequence[int]], starts: Iterable[int] = ()) -> None:
        self._words = words
        self._added: set[str] = set()
        self._places = sorted(starts)

    def add(self, name: str) -> None:
        """Add every place where a name may stand: `document` for `self.document`."""
        word = next(iter(_WORD.findall(name)[-1:]), "")
        if word not in self._added:
            self._added.add(word)
            for place in self._words.get(word, ()):
                insort(self._places, place)

    def stand_in(self, where: Span) -> bool:
        """False for a node that cannot hold anything of this."""
        start, end = where
        first = bisect_left(self._places, start)
        return first < len(self._places) and self._places[first] < end


def places_of_words(text: str) -> dict[str, list[int]]:
    """Where each word of a text stands, in characters from its start."""
    found: dict[str, list[int]] = {}
    for word in _WORD.finditer(text):
        found.setdefault(word[0], []).append(word.start())
    return found
