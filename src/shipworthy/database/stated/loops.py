"""Statements that a loop puts together for names which the script itself lists, written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.stated.words import at_commas, in_parentheses, masked, texts
from shipworthy.regex import regex

_LOOP = regex(
    r"\bfor(?:each)?\s+(?P<name>\w+)\s+in\s+(?:select\s+(?:\*\s+from\s+)?unnest\s*\(\s*|array\s+)?"
    r"(?:array\s*\[(?P<list>[^\]]*)\]|(?P<from>\w+)\s*\)?\s+loop\b)",
    re.IGNORECASE,
)
_ROWS = regex(
    r"\bfor\s+(?P<name>\w+)\s+in\s+select\s+[\w\s,.*]+?\bfrom\s*(?P<open>\()\s*values\b",
    re.IGNORECASE,
)
_COLUMNS = regex(r"\)\s*(?:as\s+)?\w+\s*\((?P<columns>[\w\s,]+)\)\s*loop\b", re.IGNORECASE)
_PUT_IN = regex(r"%(?:(?P<at>\d+)\$)?(?P<kind>[IsL])|%%")
_MOST = 200  # times around


def each(statement: str, built: str, body: str) -> Iterator[str]:
    """The statements of a loop over what the block lists, where nothing else is put in."""
    start = re.search(r"\bformat\s*\(", masked(statement), re.IGNORECASE)
    if start is None:
        return
    given = [g.strip() for g in at_commas(in_parentheses(statement, start.end()))][1:]
    written = []
    for names in (_listed(body) or _tabled(body))[:_MOST]:
        values = [_value(expression, names) for expression in given]
        if not values or None in values:
            return
        written.append(_filled(built, [value or "" for value in values]))
    yield from written


def _listed(body: str) -> list[Mapping[str, str]]:
    """The names of a loop over an array, one each time around."""
    loop = _LOOP.search(body)
    if loop is None:
        return []
    declared = re.search(rf"\b{loop['from']}\b[^;=]*=\s*array\s*\[([^\]]*)\]", body, re.IGNORECASE)
    names = texts(loop["list"] or (declared[1] if declared else ""))
    return [{loop["name"].lower(): name} for name in names]


def _tabled(body: str) -> list[Mapping[str, str]]:
    """The values of a loop over rows that stand there: FOR t IN SELECT … FROM (VALUES …) AS x(a, b)."""
    loop = _ROWS.search(body)
    columns = _COLUMNS.search(body, loop.end()) if loop else None
    if loop is None or columns is None:
        return []
    named = [f"{loop['name']}.{c.strip()}".lower() for c in columns["columns"].split(",")]
    rows = re.sub(r"^\s*values\b", "", in_parentheses(body, loop.end("open")), flags=re.IGNORECASE)
    return [dict(zip(named, texts(row), strict=False)) for row in at_commas(rows)]


def _value(expression: str, names: Mapping[str, str]) -> str | None:
    """What an argument comes to: a name, a text, or several of them one after the other."""
    whole = ""
    for piece in (p.strip() for p in expression.split("||")):
        text = texts(piece)
        if piece.startswith("'") and len(text) == 1:
            whole += text[0]
        elif piece.lower() in names:
            whole += names[piece.lower()]
        else:
            return None
    return whole


def _filled(built: str, values: list[str]) -> str:
    """The text with the values put in, as `format` does."""
    left = iter(values)

    def put(found: re.Match[str]) -> str:
        if found["kind"] is None:
            return "%"
        at = int(found["at"]) - 1 if found["at"] else None
        value = next(left, "") if at is None else (values[at] if at < len(values) else "")
        if found["kind"] == "L":
            return f"'{value}'"
        return value if found["kind"] == "s" or re.fullmatch(r"\w+", value) else f'"{value}"'

    return _PUT_IN.sub(put, built)
