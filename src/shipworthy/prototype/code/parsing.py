"""Parse a file, and read right code that the grammars stumble over as what it is."""

from __future__ import annotations

import re

from ast_grep_py import SgNode, SgRoot

from shipworthy.prototype.source import Language
from shipworthy.regex import regex

_TYPED = (Language.TYPESCRIPT, Language.TSX)
_JSX = (Language.TSX, Language.JAVASCRIPT)
# The name of a type's member, `abstract: string`, is taken for the modifier of a class.
_ABSTRACT = regex(r"abstract(?=\??\s*[:(])")
# `in_stock: number` on a line of its own continues the line before: a semicolon in the place of the space
# (the group) ends that. A search starts fast at a literal.
_IN = regex(r"in(?<=([ \t])in)(?=(?:stanceof)?[_$\d]\w*\??\s*:)")
# In the text of an element, `Terms & Conditions`.
_AMPERSAND = regex(r"&(?![&=])(?<!&&)")
_AHEAD = 100  # characters that tell what a sign is
_PASSES = 8  # one gap of the grammar may hide the next


def parsed(text: str, language: Language) -> SgNode:
    """The root of the tree, each node where it stands in the text. Where the grammar stumbles over what is
    right, another sign of the same length stands in for it in the tree."""
    root = SgRoot(text, language.value).root()
    gaps = [(_ABSTRACT, "A"), (_IN, ";")] if language in _TYPED else []
    gaps += [(_AMPERSAND, "+")] if language in _JSX else []
    gaps = [(gap, sign) for gap, sign in gaps if gap.search(text)]
    for _ in range(_PASSES if gaps else 0):
        places = {
            _sign_at(found): sign
            for error in root.find_all(kind="ERROR")
            for gap, sign in gaps
            for found in [_within(gap, text, error)]
            if found is not None
        }
        if not places:
            break
        for place, sign in places.items():
            text = f"{text[:place]}{sign}{text[place + 1 :]}"
        root = SgRoot(text, language.value).root()
    return root


def _within(gap: re.Pattern[str], text: str, error: SgNode) -> re.Match[str] | None:
    """The first place of the gap in what was not understood, or right before it."""
    place = error.range()
    found = gap.search(text, max(0, place.start.index - 1), place.end.index + _AHEAD)
    return found if found and _sign_at(found) < place.end.index else None


def _sign_at(gap: re.Match[str]) -> int:
    """Where the other sign belongs: at the group, or where the gap starts."""
    return gap.start(gap.lastindex or 0)
