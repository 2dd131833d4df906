"""Which statements decide who may do what, and on which table or function, told from their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from shipworthy.database.names import NAME, QUALIFIED, parts, qualified
from shipworthy.database.statements import Statement
from shipworthy.regex import regex


class Rule(StrEnum):
    """The kinds of rule."""

    POLICY = "policy"
    ROW_SECURITY = "row security"
    GRANT = "grant"
    DEFINITION = "definition"  # of a function or view, which may bring its owner's rights
    TRIGGER = "trigger"  # may guard columns
    DROP = "drop"
    ANY = "any"  # dynamic SQL that cannot be read


class Access(Struct, frozen=True):
    """One effect on access. `target` is "schema.name", "schema.*" or "*"; functions without their
    arguments. `name` is that of the policy or trigger, `verb` the first word or switch."""

    rule: Rule
    verb: str
    target: str
    name: str = ""
    function: bool = False


def access_of(statement: Statement) -> list[Access]:
    """What a statement does to access; [] where it does nothing to it."""
    if not _BLOCK.match(statement.code):
        return list(_effects(statement.code[:_MOST]))
    text = statement.text[:_MOST]
    found = list(_effects(text, anywhere=True))
    if _DYNAMIC.search(text) and _SENSITIVE.search(text):
        found.append(Access(Rule.ANY, "do", "*"))
    return found


_MOST = 200_000  # characters of a statement that are looked through
_BLOCK = regex(r"do\b", re.IGNORECASE)
_DYNAMIC = regex(r"\bexecute\b", re.IGNORECASE)
_SENSITIVE = regex(r"\b(?:policy|row\s+level\s+security|grant|revoke|definer)\b", re.IGNORECASE)
_FLAGS = re.IGNORECASE | re.DOTALL
_POLICY = regex(
    rf"(create|alter|drop)\s+policy\s+(?:if\s+(?:not\s+)?exists\s+)?({NAME})\s+on\s+({QUALIFIED})",
    _FLAGS,
)
_ROW_SECURITY = regex(
    rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?({QUALIFIED})[^;]{{0,500}}?"
    r"\b(enable|disable|no\s+force|force)\s+row\s+level\s+security",
    _FLAGS,
)
# The list of objects is not possessive: before 3.11.5, Python loses matches there (cpython issue 106052).
_GRANT = regex(
    r"(grant|revoke)\s[^;]{0,300}?\son\s+(?:(table|function|procedure|routine|sequence|schema|type|all\s+\w+\s+in"
    rf"\s+schema)\s+)?((?:{QUALIFIED}(?:\s*+\([^()]*+\))?\s*+(?:,\s*+|(?=to\s|from\s))){{1,60}})(?:to|from)\s",
    _FLAGS,
)
_DEFAULTS = regex(
    rf"alter\s+default\s+privileges\b(?:[^;]{{0,300}}?\bin\s+schema\s+({NAME}))?", _FLAGS
)
_FUNCTION = regex(
    rf"(create\s+(?:or\s+replace\s+)?|alter\s+|drop\s+)(?:function|procedure|routine)\s+"
    rf"(?:if\s+exists\s+)?({QUALIFIED})",
    _FLAGS,
)
_VIEW = regex(
    r"(create\s+(?:or\s+replace\s+)?|alter\s+|drop\s+)(?:materialized\s+)?view\s+"
    rf"(?:if\s+(?:not\s+)?exists\s+)?({QUALIFIED})",
    _FLAGS,
)
_TRIGGER = regex(
    rf"(create(?:\s+or\s+replace)?|drop)\s+(?:constraint\s+)?trigger\s+(?:if\s+exists\s+)?({NAME})\b"
    rf"[^;]{{0,400}}?\son\s+({QUALIFIED})",
    _FLAGS,
)
_DROP_TABLE = regex(rf"(drop)\s+table\s+(?:if\s+exists\s+)?({QUALIFIED})", _FLAGS)
_OWNER = regex(rf"alter\s+table\s+(?:if\s+exists\s+)?({QUALIFIED})\s+(owner\s+to)", _FLAGS)
_ONE = regex(rf"({QUALIFIED})(\s*\([^()]*\))?")


def _effects(text: str, *, anywhere: bool = False) -> Iterator[Access]:
    def found(pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        if anywhere:
            return pattern.finditer(text)
        match = pattern.match(text)
        return iter((match,) if match else ())

    for m in found(_POLICY):
        yield Access(Rule.POLICY, m[1].lower(), qualified(m[3]), parts(m[2])[0])
    for m in found(_ROW_SECURITY):
        yield Access(Rule.ROW_SECURITY, " ".join(m[2].lower().split()), qualified(m[1]))
    for m in found(_GRANT):
        yield from _granted(m)
    for m in found(_DEFAULTS):
        yield Access(Rule.GRANT, "alter", f"{parts(m[1])[0]}.*" if m[1] else "*")
    for m in found(_FUNCTION):
        yield Access(Rule.DEFINITION, m[1].split()[0].lower(), qualified(m[2]), function=True)
    for m in found(_VIEW):
        yield Access(Rule.DEFINITION, m[1].split()[0].lower(), qualified(m[2]))
    for m in found(_TRIGGER):
        yield Access(Rule.TRIGGER, m[1].split()[0].lower(), qualified(m[3]), parts(m[2])[0])
    for m in found(_DROP_TABLE):
        yield Access(Rule.DROP, "drop", qualified(m[2]))
    for m in found(_OWNER):
        yield Access(Rule.GRANT, "owner", qualified(m[1]))


def _granted(match: re.Match[str]) -> Iterator[Access]:
    verb, kind = match[1].lower(), " ".join((match[2] or "table").lower().split())
    function = kind.startswith(("function", "procedure", "routine")) or "functions" in kind
    for one in _ONE.finditer(match[3]):
        if kind.startswith("all ") or kind == "schema":
            yield Access(Rule.GRANT, verb, f"{parts(one[1])[0]}.*", function=function)
        elif kind not in ("type", "sequence"):
            yield Access(Rule.GRANT, verb, qualified(one[1]), function=function)
