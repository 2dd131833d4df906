"""Whom a function asks before it acts, told from its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from shipworthy.database.attempts import Actor
from shipworthy.database.schema import Function, Schema
from shipworthy.database.stated.words import at_word, bare, without_comments
from shipworthy.regex import regex

_ASKS = regex(
    r"\bauth\s*\.\s*(?:uid|jwt|role|email)\s*\(|\bcurrent_setting\s*\(|\bcurrent_user\b|\bsession_user\b",
    re.I,
)
_CALLED = regex(r"(?:(\w+)\.)?(\w+)\s*\(")
_NOTHING_GIVEN = regex(r"(\w+)\s*\(\s*\)")
_UID = r"\(?\s*(?:select\s+)?auth\s*\.\s*uid\s*\(\s*\)\s*\)?"
_CAST = r"(?:\s*::\s*\w+)?"
_IF = regex(r"\bif\b((?:(?!\bthen\b)[^;])*)\bthen\b", re.IGNORECASE)
# Without a login `auth.uid()` is NULL, and a comparison with NULL raises nothing.
_NULL_IS = (
    rf"\(*\s*(?:{_UID}{_CAST}\s*(?:<>|!=)\s*[\w.]+{_CAST}"
    rf"|[\w.]+{_CAST}\s*(?:<>|!=)\s*{_UID}{_CAST})\s*\)*"
)
_NULL = regex(_NULL_IS, re.IGNORECASE)
_NOT = regex(r"not\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_MINE = regex(_NULL_IS.replace("(?:<>|!=)", "="), re.IGNORECASE)
_IS_GIVEN = regex(rf"{_UID}{_CAST}\s+is\s+not\s+null", re.IGNORECASE)
_SIGNED_IN = regex(
    rf"\bif\s+\(?\s*{_UID}\s+is\s+null\s*\)?\s*then\s+(?:raise|return)\b[^;]{{0,300}};\s*end\s+if\b",
    re.IGNORECASE,
)
_NAMED_CALLER = regex(rf"\b(\w+)(?:\s+uuid)?\s*(?::=|default)\s*{_UID}\s*;", re.IGNORECASE)
_NOTED = regex(r"\braise\s+(?:notice|log|debug|info|warning)\b[^;]*;", re.IGNORECASE)
_ADDED = regex(r"\binsert\s+into\b(?:(?!\bwhere\b)[^;])*", re.IGNORECASE)
_SET = regex(r"\bset\b(?:(?!\b(?:where|from)\b)[^;])*", re.IGNORECASE)
_OR_CALLER = regex(rf"\bcoalesce\s*\(\s*(\w+)\s*,\s*{_UID}{_CAST}\s*\)", re.IGNORECASE)
_LONGEST = 3  # functions that call each other


def without_a_choice(function: Function) -> tuple[Function, tuple[str, ...]]:
    """The function as it is for who names somebody where it would else take the caller, with the arguments
    that name him."""
    named = [
        found[1]
        for found in _OR_CALLER.finditer(function.body)
        if found[1] in function.argument_names
    ]
    if not named:
        return function, ()
    body = _OR_CALLER.sub(lambda found: found[1] if found[1] in named else found[0], function.body)
    return replace(function, body=body), tuple(dict.fromkeys(named))


def least_caller(schema: Schema, function: Function) -> Actor | None:
    """Who may call it without being asked who he is; None where the browser may not, or where it asks."""
    if not function.definer or function.is_trigger or function.schema not in schema.exposed:
        return None
    if not {"anon", "authenticated", "public"} & function.callers:
        return None
    body = without_comments(function.body)
    anybody = bool({"anon", "public"} & function.callers)
    if not _asks(schema, _past_null(body) if anybody else body, _LONGEST):
        return Actor.ANYBODY if anybody else Actor.STRANGER
    unheld = _unheld(body)
    return None if unheld == body or _asks(schema, unheld, _LONGEST) else Actor.STRANGER


def lets_null_pass(function: Function) -> bool:
    """True where it compares the caller in a way that nobody signed in passes."""
    body = without_comments(function.body)
    return _past_null(body) != body


def notes_the_caller(function: Function) -> bool:
    """True where it says who calls, be it that it only writes it down."""
    return _ASKS.search(_past_null(without_comments(function.body))) is not None


def _past_null(body: str) -> str:
    """The text without the checks that nobody signed in fails: none of their parts is true for NULL."""
    if _IF.search(body) is None:
        return body
    body = _named_alike(body)
    return _IF.sub(lambda found: " " if _passes_null(found[1]) else found[0], body)


def _passes_null(condition: str) -> bool:
    denied = _NOT.fullmatch(condition.strip())
    if denied and bare(f"({denied[1]})") == denied[1].strip():
        return any(_MINE.fullmatch(part) for part in at_word(denied[1], "or"))
    parts = at_word(bare(condition), "or")
    compared = [_fails_null(at_word(bare(part), "and")) for part in parts]
    others = (part for part, null in zip(parts, compared, strict=True) if not null)
    return any(compared) and not any(_CALLED.search(part) for part in others)


def of_the_caller(body: str) -> str:
    """The text with the caller himself for what names him, and without what asks for any login."""
    return _NOTED.sub("", _SIGNED_IN.sub("", _named_alike(body)))


def _fails_null(conditions: Sequence[str]) -> bool:
    """True for conditions that nobody meets who has no id: one compares it, or asks for it beside others."""
    if any(_NULL.fullmatch(condition) for condition in conditions):
        return True
    return len(conditions) > 1 and any(_IS_GIVEN.fullmatch(bare(c)) for c in conditions)


def _named_alike(body: str) -> str:
    """The text with the caller himself for the variables that name him."""
    for name in _NAMED_CALLER.findall(body):
        body = re.sub(rf"\b{name}\b", "auth.uid()", _NAMED_CALLER.sub("", body))
    return body


def _unheld(body: str) -> str:
    """The text without what asks for any login, and without where the caller is only written down."""
    body = of_the_caller(body)
    for written in (_ADDED, _SET):
        body = written.sub(lambda found: _ASKS.sub("(", found[0]), body)
    return body


def _asks(schema: Schema, body: str, deep: int) -> bool:
    if _ASKS.search(body):
        return True
    called = {name for _, name in _CALLED.findall(body)}
    others = [f for f in schema.functions.values() if f.name in called and f.body != body]
    bare_calls = set(_NOTHING_GIVEN.findall(body))
    if any(_ASKS.search(f.by_default) for f in others if f.name in bare_calls):
        return True  # `is_admin()` of `is_admin(user_id uuid DEFAULT auth.uid())`
    return deep > 0 and any(_asks(schema, other.body, deep - 1) for other in others)
