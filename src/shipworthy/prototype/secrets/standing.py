"""Where a value stands tells that it opens nothing: it is printed, refused, or one blank of many."""

from __future__ import annotations

import re

from shipworthy.prototype.secrets.literals import Named
from shipworthy.regex import regex

_NEAR = 300  # characters
_PRINTS = regex(r"(?:^|[;&|{]|\bthen|\bdo)\s*(?:echo|printf|Write-Host|Write-Output)\b")
_COMPARES = regex(r"[!=]==?\s*$")
_CHOSEN_ANEW = regex(r"(new|confirm|next)_?pass", re.IGNORECASE)
_SAYS_NO = regex(r"error|invalid|return|throw|reject|warn", re.IGNORECASE)
# What a visitor typed into a form; settings have other names.
_TYPED = regex(
    r"\b(user_?data|form(_?data|_?values|_?state)?|values|inputs?|body|payload|input_?data|account_?data)"
    r"(\??\.\w+)*\s*(\|\||\?\?)\s*$",
    re.IGNORECASE,
)
_STAND_INS = regex(
    r"[sp]k_(test|live)_(\.\.\.|x|your)|whsec_(\.\.\.|x|your)|://user(name)?:pass(word)?@|=?[\"']?your[-_]\w+[-_](key|id|token)",
    re.IGNORECASE,
)


def is_printed(text: str, start: int) -> bool:
    """True on a line of a shell script that prints: the login it tells is kept elsewhere."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return _PRINTS.search(line) is not None


def is_refused(literal: Named, text: str) -> bool:
    """True for `if (newPassword === "standard1") setError(…)`: the one that is not taken."""
    before = text[max(0, literal.start - 12) : literal.start - 1]
    if not _CHOSEN_ANEW.search(literal.name) or not _COMPARES.search(before):
        return False
    return _SAYS_NO.search(text, literal.start, literal.start + _NEAR) is not None


def is_entered(literal: Named, text: str) -> bool:
    """True for `userData.password || "…"`: what stands in where a visitor left a field empty."""
    return _TYPED.search(text[max(0, literal.start - 80) : literal.start - 1]) is not None


def is_among_stand_ins(text: str, literal: Named) -> bool:
    """True where the lines around give other settings values to be filled in: a template."""
    start, end = literal.start, literal.start + len(literal.value)
    around = text[max(0, start - _NEAR) : start - 1] + text[end + 1 : end + _NEAR]
    return _STAND_INS.search(around) is not None
