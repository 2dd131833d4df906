"""Pieces of SQL statements: comments left out, clauses in parentheses, lists at their commas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from shipworthy.regex import regex

_SKIPPED = regex(
    r"""(?P<text>'[^']*+(?:''[^']*+)*'(?!')|"[^"]*+"|\$(?P<tag>\w*+)\$.*?\$(?P=tag)\$)|--[^\n]*+|/\*.*?\*/""",
    re.DOTALL,
)
_SPACE = regex(r"\s+")
NESTED = r"[^()]*+(?:\([^()]*+(?:\([^()]*+\)[^()]*+)*\)[^()]*+)*"
"""What stands in parentheses, with two levels of others in it."""
_TEXT = regex(r"'([^']*+(?:''[^']*+)*)'(?!')")
_KEPT = 4_000  # texts: each policy and function is looked at from many sides


@lru_cache(maxsize=_KEPT)
def without_comments(text: str) -> str:
    """The text with a space for each comment; strings, names and bodies stay."""
    return _SKIPPED.sub(lambda found: found["text"] or " ", text)


@lru_cache(maxsize=_KEPT)
def masked(text: str) -> str:
    """The text with comments, strings and bodies blanked; every offset stays. Quoted names are kept."""

    def blank(found: re.Match[str]) -> str:
        shown = found[0]
        if shown.startswith('"'):
            return shown
        return "\n".join([" " * len(line) for line in shown.split("\n")])

    return _SKIPPED.sub(blank, text)


@lru_cache(maxsize=_KEPT)
def one_line(text: str) -> str:
    """The text in lower case with single spaces."""
    return _SPACE.sub(" ", text).strip().lower()


def clause(text: str, word: str) -> str | None:
    """What stands in the parentheses after a word (a pattern); None where it is not there."""
    found = re.search(rf"\b{word}\s*\(", masked(text), re.IGNORECASE)
    return in_parentheses(text, found.end()) if found else None


def in_parentheses(text: str, start: int) -> str:
    """The text from after an opening parenthesis up to the one that closes it."""
    return text[start : _closing(text, start)].strip()


def own_columns_alone(expression: str | None) -> str | None:
    """The expression with the columns that a subquery compares with the caller named by its table, as
    PostgreSQL shows them: what is left without a table is the row's own."""
    if expression is None or expression.count("(") > _MOST_NESTED:
        return expression
    for found in reversed(list(_SUBQUERY.finditer(masked(expression)))):
        inner = in_parentheses(expression, found.start() + 1)
        table = _OF_TABLE.search(inner)
        if table is None:
            continue
        name = table["alias"] or table["table"]
        start = expression.index(inner, found.start())
        said = _BEFORE.sub(rf"{name}.\1", _AFTER.sub(rf"\1{name}.\2", inner))
        expression = expression[:start] + said + expression[start + len(inner) :]
    return expression


_MOST_NESTED = 200
_SUBQUERY = regex(r"\(\s*select\b", re.IGNORECASE)
_OF_TABLE = regex(
    r"\bfrom\s+(?:\w+\.)?\"?(?P<table>\w+)\"?"
    r"(?:\s+(?:as\s+)?(?!(?:where|join|on|inner|left|cross|group|order|limit)\b)(?P<alias>\w+))?",
    re.IGNORECASE,
)
_UID = r"\(?(?:select\s+)?auth\s*\.\s*uid\s*\(\s*\)"
_BEFORE = regex(rf"(?<![\w.\"])(\w+)(?=(?:::\w+)?\s*=\s*{_UID})", re.IGNORECASE)
_AFTER = regex(rf"({_UID}(?:::\w+)?\s*\)?\s*=\s*)(\w+)\b(?!\s*[.(])", re.IGNORECASE)


def bare(expression: str) -> str:
    """The expression without the parentheses around the whole of it."""
    text = expression.strip()
    while text.startswith("(") and _closing(text, 1) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def at_commas(text: str) -> Iterator[str]:
    """The parts of a list, split outside of parentheses and strings."""
    yield from _split(text, r",")


def at_word(text: str, word: str) -> list[str]:
    """The parts of an expression around AND or OR, split outside of parentheses and strings."""
    return list(_split(text, rf"\b{word}\b"))


def texts(expression: str) -> list[str]:
    """The string literals."""
    return [found.replace("''", "'") for found in _TEXT.findall(expression)]


def speaks_of(text: str, name: str) -> bool:
    """True where a text has a name as a word of its own, however odd the name is."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def called(text: str) -> Counter[str]:
    """How often each function is called in a text, by its name without the schema."""
    return Counter(_CALLED.findall(text))


_CALLED = regex(r"\b(\w+)\s*\(")


def _closing(text: str, start: int) -> int:
    depth = 1
    for found in re.finditer(r"[()]", masked(text[start:])):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return start + found.start()
    return len(text)


def _split(text: str, separator: str) -> Iterator[str]:
    hidden, depth, start = masked(text), 0, 0
    for found in re.finditer(rf"[()]|{separator}", hidden, re.IGNORECASE):
        if found[0] in "()":
            depth += 1 if found[0] == "(" else -1
        elif depth == 0:
            yield text[start : found.start()].strip()
            start = found.end()
    yield text[start:].strip()
