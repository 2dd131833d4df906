"""A linear classifier of our own: how much a text reads like an attempt to give a model other orders."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from math import exp, sqrt

from shipworthy.gateway.screening.features import grams, pieces, words_and_pairs


@cache
def _weights() -> tuple[float, dict[str, tuple[float, float]]]:
    """The intercept, and for each feature its weight times its rarity, and its rarity squared."""
    text = (files(__package__) / "weights.tsv").read_text(encoding="utf-8")
    head, _, rows = text.partition("\n")
    table: dict[str, tuple[float, float]] = {}
    for row in rows.splitlines():
        feature, rarity, weight = row.split("\t")
        idf = int(rarity) / 100
        table[feature] = (int(weight) / 100 * idf, idf * idf)
    return float(head.rpartition("\t")[2]), table


@cache
def _features() -> frozenset[str]:
    return frozenset(_weights()[1])


def score(text: str) -> float:
    """From 0 to 1: the highest score of the text's pieces.

    It is a signal and no proof: see docs/redaction.md for how often it is wrong on texts like those it
    has never seen.
    """
    cut = list(pieces(text))
    if len(cut) > MOST_PIECES:
        cut = cut[: MOST_PIECES // 2] + cut[-MOST_PIECES // 2 :]
    return max(map(score_piece, cut), default=0.0)


MOST_PIECES = 64
"""Pieces of one text that are scored, from its beginning and its end: some 20,000 characters."""


@lru_cache(maxsize=4_096)
def score_piece(text: str) -> float:
    """The score of one piece. Cached: a conversation is sent again with every turn."""
    intercept, table = _weights()
    words, pairs = words_and_pairs(text)
    total = norm = 0.0
    for word in words:
        part = _of_word(word)
        total += part[0]
        norm += part[1]
    for pair in pairs & _features():  # of sets the smaller one is gone through
        weight, square = table[pair]
        total += weight
        norm += square
    if not norm:
        return 0.0
    return 1 / (1 + exp(-(intercept + total / sqrt(norm))))


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> tuple[float, float]:
    """What a word adds to the sum and to the norm, whatever text it stands in."""
    table = _weights()[1]
    hits = [hit for hit in map(table.get, grams(word)) if hit]
    return sum(hit[0] for hit in hits), sum(hit[1] for hit in hits)
