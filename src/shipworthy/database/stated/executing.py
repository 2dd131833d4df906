"""Statements that a function puts together and runs: of the text, or of the table, that a caller sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipworthy.database.schema import Function
from shipworthy.database.stated.words import at_commas, in_parentheses, masked
from shipworthy.regex import regex

_FORMAT = regex(r"\bexecute\s+format\s*\(", re.IGNORECASE)
_PLACE = regex(r"%(?:(\d+)\$)?([IsL])")
_NAMED = regex(r"\|\|\s*quote_ident\s*\(\s*(\w+)\s*\)", re.IGNORECASE)
_CHANGES = regex(
    r"'\s*(?:alter\s+table|drop|delete\s+from|truncate|update|insert\s+into|grant|revoke)\b",
    re.IGNORECASE,
)
_TEXT = regex(r"text|character|varchar|name|regclass", re.IGNORECASE)


def executed(function: Function, code: str) -> str:
    """What the caller decides of the statements that are run; "" for nothing."""
    types = zip(function.argument_names, function.argument_types, strict=False)
    for name, kind in types:
        if not name or not _TEXT.match(kind) or _is_listed(code, name):
            continue
        if _runs(code, name) or "s" in dict(_placed(code, name)):
            return "runs the SQL that a caller sends, with the rights of its owner"
        if any(place == "I" and _CHANGES.match(text) for place, text in _placed(code, name)):
            return "changes whichever table a caller names"
    return ""


def _runs(code: str, argument: str) -> bool:
    """True where EXECUTE runs a text that the argument is part of, as it is."""
    for found in re.finditer(r"\bexecute\s+([^;]*)", code, re.IGNORECASE):
        built = re.split(r"\busing\b", masked(found[1]), flags=re.IGNORECASE)[0]
        if re.search(rf"(?:^\s*|\|\|\s*){re.escape(argument)}\b", built, re.IGNORECASE):
            return True
    return False


def _placed(code: str, argument: str) -> Iterator[tuple[str, str]]:
    """How the argument stands in a statement, as a name or as it is, with the text that begins it."""
    word = re.compile(rf"\(*\s*{re.escape(argument)}\b(?:\s*::\s*\w+)?\s*\)*", re.IGNORECASE)
    for found in _FORMAT.finditer(code):
        text, *given = at_commas(in_parentheses(code, found.end()))
        for place, value in _filled(text, given):
            if word.fullmatch(value.strip()):
                yield place, text
    for found in re.finditer(r"\bexecute\s+([^;]*)", code, re.IGNORECASE):
        if argument in _NAMED.findall(found[1]):
            yield "I", found[1].strip()


def _filled(text: str, given: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each place of a format with what is put there: the next value, or that of its number (`%2$I`)."""
    last = 0
    for number, place in _PLACE.findall(text):
        last = int(number or last + 1)
        if 0 < last <= len(given):
            yield place, given[last - 1]


def _is_listed(code: str, argument: str) -> bool:
    """True where it has to be one of those that the function knows."""
    name = re.escape(argument)
    return bool(
        re.search(
            rf"\b{name}\s*(?:not\s+in|in|=|<>|!=|!?~)\s*(?:any\b|all\b|\(|')|\bnot\s+\(?\s*{name}\s*=\s*any\b",
            code,
            re.IGNORECASE,
        )
    )
