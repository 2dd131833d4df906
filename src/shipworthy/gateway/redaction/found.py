"""One thing found in a text that a provider should not see: where it stands and what it is."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """`text[start:end]` is a value of `kind`, e.g. EMAIL, CARD, US_SSN, KEY."""

    start: int
    end: int
    kind: str


SECRETS = frozenset({"KEY", "JWT", "PRIVATE_KEY", "PASSWORD"})
"""The kinds that open something; every other kind is personal data."""


def belongs(beside: str) -> bool:
    """True for a letter or digit that would be part of a value which it stands beside.

    Chinese, Japanese and Korean put no space between words and numbers.
    """
    return beside.isalnum() and beside < "\u2e80"


def stands_alone(text: str, start: int) -> bool:
    r"""True where nothing that could belong to it stands before; `\n` written out is a line's end."""
    if not start or not (belongs(text[start - 1]) or text[start - 1] == "_"):
        return True
    return start > 1 and text[start - 2] == "\\" and text[start - 1] in "nrt"


def without_overlaps(found: list[Found]) -> list[Found]:
    """The finds in order, the longer one where two overlap, the earlier one of equals."""
    if len(found) < 2:
        return found
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start, f.start - f.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif one.end - one.start > kept[-1].end - kept[-1].start:
            kept[-1] = one
    return kept
