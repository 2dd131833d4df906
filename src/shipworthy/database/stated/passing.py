"""Who gets past the expression of a policy, told from its text."""

from __future__ import annotations

import re
from enum import IntEnum

from msgspec import Struct

from shipworthy.database.stated.words import at_word, bare, one_line
from shipworthy.regex import regex


class Who(IntEnum):
    """Who passes, fewest first."""

    SOME = 0  # what the text does not tell
    OWNERS = 1  # each user on rows of their own
    USERS = 2  # whoever is signed in
    ANYBODY = 3


class Passing(Struct, frozen=True):
    """Who passes an expression; `part`: on rows of a certain kind alone; `said`: because users write
    what it believes, their own metadata."""

    who: Who
    part: bool = False
    said: bool = False

    def __and__(self, other: Passing) -> Passing:
        least = min(self.who, other.who)
        said = any(p.said for p in (self, other) if p.who is least)
        return Passing(least, self.part or other.part, said)

    def __or__(self, other: Passing) -> Passing:
        return max(self, other, key=lambda p: (p.who, not p.part))


NOT_TOLD = Passing(Who.SOME)
MOST_NESTED = 200  # more than anybody writes; each level is one call deeper


def passing(expression: str | None) -> Passing:
    """Who passes; nobody whom the text tells where there is none."""
    if expression is None or expression.count("(") > MOST_NESTED:
        return NOT_TOLD
    text = bare(expression)
    alternatives = at_word(text, "or")
    if len(alternatives) > 1:
        found = passing(alternatives[0])
        for other in alternatives[1:]:
            found |= passing(other)
        return found
    # BETWEEN has an AND of its own
    conditions = at_word(text, "and") if " between " not in text.lower() else [text]
    if len(conditions) > 1:
        found = passing(conditions[0])
        for other in conditions[1:]:
            found &= passing(other)
        return found
    return _of_condition(plain(text))


def owner_column(expression: str | None) -> str:
    """The column that a condition of the expression compares with the caller's id; "" for none."""
    for condition in at_word(bare(expression or ""), "and"):
        found = _OWN.fullmatch(plain(condition))
        if found:
            return found[1] or found[2]
    return ""


def is_of_the_row(condition: str) -> bool:
    """True for a condition that the row answers by itself, whoever asks."""
    text = plain(condition)
    return _of_condition(text).part or _NOT_DELETED.fullmatch(text) is not None


def trusts_metadata(text: str) -> bool:
    """True where a text asks what users may write about themselves."""
    return _METADATA.search(text) is not None


_CAST = regex(r"::\s*(?:[a-z_]+\.)?[a-z_]+(?:\s*\(\d+\))?(?:\[\])?")
_ASKED_ONCE = regex(r"\(\s*select\s+(auth\.\w+\s*\(\s*\))(?:\s+as\s+\w+)?\s*\)")
_SIGNED_IN = regex(
    r"auth\.uid\(\) is not null|auth\.uid\(\) ?= ?auth\.uid\(\)"
    r"|(?:auth\.role\(\)|current_setting\('request\.jwt\.claim\.role'[^)]*\)) ?= ?'authenticated'"
    r"|'authenticated' ?= ?auth\.role\(\)|auth\.role\(\) in \('authenticated'(?:, ?'service_role')?\)"
    r"|\(?auth\.jwt\(\) ?->> ?'role'\)? ?= ?'authenticated'"
)
_VISITORS = regex(
    r"auth\.role\(\) ?= ?'anon'|auth\.role\(\) in \((?=[^)]*'anon')[^()]*\)"
    r"|auth\.role\(\) ?= ?any ?\(array\[(?=[^\]]*'anon')[^\]]*\]\)"
)
_TRUE = frozenset({"true", "1=1", "1 = 1", "'true'", "not false"})
_COLUMN = r'(?:"?\w+"?\.)*"?(\w+)"?'
_OWN = regex(rf"{_COLUMN} ?= ?auth\.uid\(\)|auth\.uid\(\) ?= ?{_COLUMN}")
# Rows of one's own that name the profile of a user instead of the user.
_LOGIN = r"(?:\w+\.)?(?:user_id|auth_id|auth_user_id|auth_uid|uid|usuario_id)"
_PROFILE = r"(?:\w+\.)?(?:user_?)?(?:profiles?|users?|accounts?|perfis|usuarios)(?: (?:as )?\w+)?"
_PICKED = r"(?:=|in|= ?any) ?\(+ ?select (?:\w+\.)?id from"
_BY_PROFILE = regex(
    rf"{_COLUMN} ?{_PICKED} {_PROFILE} where \(*"
    rf"(?:{_LOGIN} ?= ?auth\.uid\(\)|auth\.uid\(\) ?= ?{_LOGIN})\)*(?: limit 1)? ?\)+"
)
_METADATA = regex(r"\buser_metadata\b|\braw_user_meta_data\b", re.IGNORECASE)
_VALUE = r"(?:'[^']*'|-?\d[\d.]*|true|false|now\(\)|current_date|current_timestamp)"
_OF_THE_ROW = regex(
    rf"{_COLUMN} ?(?:=|<>|!=|<=|>=|<|>) ?{_VALUE}|{_COLUMN} is (?:not )?(?:null|true|false)"
    rf"|{_COLUMN} (?:not )?in \({_VALUE}(?:, ?{_VALUE})*\)|{_VALUE} ?= ?{_COLUMN}"
    rf"|{_COLUMN} ?= ?any ?\(array\[{_VALUE}(?:, ?{_VALUE})*\]\)|(?:not )?{_COLUMN}"
)
# What is marked as deleted is hidden; everything else is all that there is.
_NOT_DELETED = regex(
    r"(?:\w+\.)*(?:deleted_?(?:at|on)|date_deleted) is null|(?:\w+\.)*(?:is_)?deleted(?: ?= ?| is )false"
    r"|(?:\w+\.)*(?:is_)?deleted is not true|not (?:\w+\.)*(?:is_)?deleted"
)
# That a row has a key says nothing of who holds it: all rows that are shared by a link can be listed.
_HAS_A_KEY = regex(
    r"(?:\w+\.)*(?:\w+_)?(?:(?:share|public|access|view|invite|invitation|qr|qr_?code|guest|portal|approval|signing"
    r"|signature|client|tracking|magic|session|review|upload)_(?:token|code|key|link|hash)|token"
    r"|(?:validation|verification|receipt|confirmation)_(?:token|hash)) is not null"
)
_NO_COLUMN = regex(r"^(?:current_\w+|session_user|user|null|false|not false|not true)\b")


def plain(condition: str) -> str:
    """A condition without casts and with the caller named in one way."""
    text = _ASKED_ONCE.sub(r"\1", one_line(condition))
    text = re.sub(r"auth\.(\w+)\s*\(\s*\)", r"auth.\1()", _CAST.sub("", text))
    text = re.sub(r"(?<!\w)\((auth\.\w+\(\))\)", r"\1", text)
    return bare(text)


def _of_condition(text: str) -> Passing:
    if text in _TRUE or text == "auth.uid() is null" or _VISITORS.fullmatch(text):
        return Passing(Who.ANYBODY)
    if _SIGNED_IN.fullmatch(text):
        return Passing(Who.USERS)
    if _OWN.fullmatch(text) or _BY_PROFILE.fullmatch(text):
        return Passing(Who.OWNERS)
    if _METADATA.search(text) and "app_meta" not in text:
        return Passing(Who.USERS, said=True)
    if _HAS_A_KEY.fullmatch(text) or _NOT_DELETED.fullmatch(text):
        return Passing(Who.ANYBODY)
    if _OF_THE_ROW.fullmatch(text) and not _NO_COLUMN.match(text):
        return Passing(Who.ANYBODY, part=True)
    return NOT_TOLD
