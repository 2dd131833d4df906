"""Withhold a system prompt that a model recites."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from shipworthy.gateway.outputs.markup import Report

RUN = 20
"""Words in a row of the system prompt that make a recital; a shorter prompt is recited as a whole.

Answers share phrases with their instructions ("I can only help with …"): those are shorter.
"""
OPENING = 100
"""Words of a system prompt that are kept: many prompts hold documents further down, to be quoted from."""
_LEAST = 8  # a prompt of fewer words is nothing to keep
_HOLD_FROM = 4  # words in a row from which on a stream waits: fewer are chance


class UnrecitedPrompt:
    """One text: words of the system prompt in a row are withheld from the moment they are too many."""

    def __init__(self, prompts: tuple[str, ...], report: Report) -> None:
        self._prompts = prompts
        self._places = _places(prompts)
        self._run_needed = _pairs(prompts)[1]
        self._report = report
        self._ends: set[tuple[int, int]] = set()  # places in the prompts where the run so far ends
        self._run = 0
        self._held = ""  # the run so far, from its first word
        self._word = ""  # a word that is not over
        self._late = ""  # the part of it that did not go out while it arrived
        self._withholding = False

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        if fragment and self._run < _HOLD_FROM - 1 and not self._withholding:
            words = _WORD.findall(f"{self._word}{fragment}".lower())
            pending = words.pop() if words and _WORD.match(fragment[-1:]) else ""
            if self._places.keys().isdisjoint(words):  # most pieces hold no word of a prompt
                if words:
                    self._ends, self._run = set(), 0
                self._word = pending
                return fragment
        out: list[str] = []
        for token in _TOKEN.findall(fragment):
            if not _WORD.match(token):
                self._end_word(out)
                self._keep(token, out)
            else:
                self._word += token
                if self._run < _HOLD_FROM - 1 and not self._withholding:
                    out.append(token)
                else:
                    self._late += token
        return "".join(out)

    def finish(self) -> str:
        """The text is over: give what was held back."""
        out: list[str] = []
        self._end_word(out)
        held, self._held = self._held, ""
        return "".join(out) + held

    def whole(self, text: str) -> str:
        """A text that is complete already; most can hold no recital and are not followed."""
        if not may_recite(self._prompts, text):
            return text
        return self.push(text) + self.finish()

    def _end_word(self, out: list[str]) -> None:
        if self._word:
            self._follow(self._word.lower(), out)
            self._keep(self._late, out)
            self._word = self._late = ""

    def _keep(self, piece: str, out: list[str]) -> None:
        if self._withholding:
            return
        if self._run >= _HOLD_FROM:
            self._held += piece
        else:
            out.append(piece)

    def _follow(self, word: str, out: list[str]) -> None:
        places = self._places.get(word, frozenset())
        ends = {(p, i) for p, i in places if (p, i - 1) in self._ends}
        if ends:
            self._ends, self._run = ends, self._run + 1
        else:
            self._ends, self._run = set(places), 1 if places else 0
            out.append(" " if self._withholding else self._held)
            self._withholding = False
            self._held = ""
        if self._run >= self._run_needed >= _LEAST and not self._withholding:
            self._report("the system prompt")
            self._withholding = True
            self._held = ""
            out.append("[withheld]")


def may_recite(prompts: tuple[str, ...], text: str) -> bool:
    """Whether a whole text has as many pairs of the prompts' words as a recital; most have far fewer.

    Much cheaper than to follow the text word by word, and never False where that would find one.
    """
    lower = text.lower()
    if not any(all(word in lower for word in block) for block in _blocks(prompts)):
        return False
    pairs, needed = _pairs(prompts)
    words = _WORD.findall(lower)
    return sum(map(pairs.__contains__, pairwise(words))) >= needed - 1


def _opening(prompt: str) -> list[str]:
    """The words that instructions begin with; what is looked up for an answer usually follows them."""
    return _WORD.findall(prompt.lower())[:OPENING]


@lru_cache(maxsize=256)
def _pairs(prompts: tuple[str, ...]) -> tuple[frozenset[tuple[str, str]], int]:
    """The pairs of neighbouring words of all prompts, and how many words make a recital."""
    split = [_opening(prompt) for prompt in prompts]
    needed = min(RUN, max(map(len, split), default=0))
    return frozenset(pair for words in split for pair in pairwise(words)), needed


@lru_cache(maxsize=256)
def _blocks(prompts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The openings in blocks of half a recital, of which each recital holds one from end to end.

    The longest word of a block comes first: that is the one which most texts lack.
    """
    needed = _pairs(prompts)[1]
    size = max(1, (needed + 1) // 2)
    blocks = {
        tuple(sorted(set(words[at : at + size]), key=lambda word: (-len(word), word)))
        for words in map(_opening, prompts)
        if len(words) >= needed
        for at in range(0, len(words) - size + 1, size)
    }
    return tuple(blocks)


@lru_cache(maxsize=256)
def _places(prompts: tuple[str, ...]) -> dict[str, frozenset[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for number, prompt in enumerate(prompts):
        for index, word in enumerate(_opening(prompt)):
            found.setdefault(word, set()).add((number, index))
    return {word: frozenset(places) for word, places in found.items()}


_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|\W+")
