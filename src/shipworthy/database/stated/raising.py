"""Functions that give power to whoever calls them, and ask nothing for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Rule, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.schema import Function, Schema, Trust
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.stated.asking import of_the_caller
from shipworthy.database.stated.inserts import inserts
from shipworthy.database.stated.openings import succeeded
from shipworthy.database.stated.powers import RULES_OVER_OTHERS, gives_power
from shipworthy.database.stated.words import at_commas, at_word, masked, texts, without_comments
from shipworthy.regex import regex

RAISES = "gives whoever calls it more rights or credit"
_UID = r"\(?\s*(?:select\s+)?auth\s*\.\s*uid\s*\(\s*\)\s*\)?(?:\s*::\s*\w+)?"
_MINE = regex(rf"\s*{_UID}\s*", re.IGNORECASE)
_MY_ROW = regex(
    rf"\(?\s*(?:\w+\.)?\"?(?:id|(?:auth_)?user_?id|profile_id|uid|owner_id)\"?\s*=\s*{_UID}\s*\)?",
    re.IGNORECASE,
)
# Whatever decides may decide by who calls, or by whether somebody has that power already.
_DECIDES = regex(
    r"\b(?:if|case|loop|while|exists|perform|assert|into\s+(?:strict\s+)?(?:v_|_|\w+\s+from))\b"
    r"|\bselect\b[^;]*\binto\b|\bcount\s*\(",
    re.IGNORECASE,
)
_UPDATE = regex(
    rf"\bupdate\s+(?:only\s+)?(?P<table>{QUALIFIED})(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\s(?P<rest>[^;]*)",
    re.IGNORECASE,
)
_WHERE = regex(r"\bwhere\b", re.IGNORECASE)
_SET = regex(r"\s*\"?(\w+)\"?\s*=(.*)", re.DOTALL)
_RIGHTS = (Power.ROLE, Power.FLAG, Power.PLAN)


def raised_callers(schema: Schema) -> Iterator[Attempt]:
    """Calls after which the caller has a role, a plan or credit that nobody gave him."""
    for name, function in sorted(schema.functions.items()):
        if not function.definer or function.is_trigger or function.schema not in schema.exposed:
            continue
        if not {"authenticated", "public"} & function.callers:
            continue
        code = of_the_caller(without_comments(function.body))
        if _DECIDES.search(masked(code)):
            continue
        given = dict.fromkeys((*_added(schema, function, code), *_changed(schema, function, code)))
        if not given:
            continue
        columns = ", ".join(dict.fromkeys(column for _, column in given))
        call = succeeded(
            Actor.STRANGER, Verb.CALL, function.qualified, reason=f"{RAISES}: {columns}"
        )
        text = f"{name} is SECURITY DEFINER, may be called by every user and asks nothing of him"
        tables = dict.fromkeys((table for table, _ in given), 1)
        yield replace(call, written=tables, rows=1, rules=(Rule(text, function.source),))


def _added(schema: Schema, function: Function, code: str) -> Iterator[tuple[str, str]]:
    """The tables and columns of power in new rows about the caller."""
    for insert in inserts(code):
        if any(_MINE.fullmatch(value) for value in insert.values):
            for column, value in insert.given:
                if _is_power(schema, function, insert.table, column, value, adds=False):
                    yield insert.table, column


def _changed(schema: Schema, function: Function, code: str) -> Iterator[tuple[str, str]]:
    """The tables and columns of power that change in the caller's own row."""
    hidden = masked(code)
    for found in _UPDATE.finditer(hidden):
        at = _WHERE.search(found["rest"])
        if at is None:
            continue
        start, ends = found.start("rest"), found.start("rest") + at.start()
        asked = at_word(code[ends + len("where") : found.end("rest")], "and")
        if not any(_MY_ROW.fullmatch(condition.strip()) for condition in asked) or len(asked) > 1:
            continue
        table = qualified(found["table"])
        for part in at_commas(code[start:ends]):
            given = _SET.match(part)
            if given and _is_power(schema, function, table, given[1], given[2], adds=True):
                yield table, given[1]


def _is_power(
    schema: Schema, function: Function, table: str, column: str, value: str, *, adds: bool
) -> bool:
    """True for a word of power, and for whatever the caller sends where such words stand."""
    power = power_of(column)
    if power is None:
        return False
    words = texts(value)
    if power in (Power.ROLE, Power.FLAG) and (words or value.strip().lower() == "true"):
        return any(rank(word) >= RULES_OVER_OTHERS for word in words) or (
            power is Power.FLAG and value.strip().lower() == "true" and "admin" in column.lower()
        )
    known = schema.tables.get(table)
    if known is None or known.source.trust is Trust.STUB:
        return False
    held = known.column(column)
    if held is None or not gives_power(schema, known, held):
        return False
    names = [re.escape(name) for name in function.argument_names if name]
    if not names:
        return False
    sent = (
        rf"(?:coalesce\s*\(\s*)?(?:{'|'.join(names)})\b(?:\s*::\s*[\w.\"]+)?(?:\s*,\s*[\w.]+\s*\))?"
    )
    if power in _RIGHTS:
        return re.fullmatch(rf"\s*{sent}\s*", value, re.IGNORECASE) is not None
    more = rf"(?:[\w.]+|coalesce\s*\([^()]*\))\s*\+\s*{sent}|{sent}"
    return adds and re.fullmatch(rf"\s*(?:{more})\s*", value, re.IGNORECASE) is not None
