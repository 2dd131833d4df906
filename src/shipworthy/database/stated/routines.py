"""Functions as CREATE FUNCTION words them."""

from __future__ import annotations

import re

from shipworthy.database.names import NAME, parts
from shipworthy.database.schema import Function, Source
from shipworthy.database.stated.columns import SPELLED
from shipworthy.database.stated.words import at_commas, in_parentheses, masked, one_line
from shipworthy.regex import regex

_BODY = regex(r"\bas\s+(?:\$(\w*)\$(.*?)\$\1\$|'((?:[^']|'')*)')", re.IGNORECASE | re.DOTALL)
_MODE = regex(r"^(?:in|inout|variadic)\s+", re.IGNORECASE)
_DEFAULT = regex(r"\s+default\b|\s*=", re.IGNORECASE)
_SIZE = regex(r"\s*\(\d+(?:\s*,\s*\d+)?\)")  # which says nothing of which function it is
_CALLERS = frozenset({"anon", "authenticated", "public"})


def function(name: str, rest: str, source: Source) -> Function:
    """The function of a statement, from what follows its name."""
    begins = rest.find("(") + 1
    given = [a for a in at_commas(in_parentheses(rest, begins)) if a]
    given = [_MODE.sub("", a) for a in given if not re.match(r"out\s", a, re.IGNORECASE)]
    body = _BODY.search(rest)
    head = masked(rest)
    returns = re.search(
        r"\breturns\s+(.*?)(?=\blanguage\b|\bas\b\s|\bsecurity\b|\bstable\b|\bvolatile\b|\bset\b\s|$)",
        head,
        re.IGNORECASE | re.DOTALL,
    )
    path = re.search(r"\bset\s+search_path\s*(?:=|to)\s*([^\n]*)", rest, re.IGNORECASE)
    schema, _, plain = name.partition(".")
    language = re.search(r"\blanguage\s+'?(\w+)", rest, re.IGNORECASE)
    return Function(
        schema,
        plain,
        ", ".join(one_line(a) for a in given),
        tuple(kind(a) for a in given),
        tuple(_name(a) for a in given),
        sum(1 for a in given if _DEFAULT.search(a)),
        one_line(returns[1]) if returns else "void",
        language[1].lower() if language else "",
        bool(re.search(r"\bsecurity\s+definer\b", head, re.IGNORECASE)),
        path[1].strip() if path else None,
        "volatile",
        (body[2] or body[3] or "") if body else rest[begins:],
        source,
        callers=_CALLERS,
        by_default=" ".join(one_line(d) for a in given for d in _DEFAULT.split(a, 1)[1:]),
    )


def kind(argument: str) -> str:
    """The type of an argument, by one name however it is spelled."""
    words = _DEFAULT.split(argument)[0].split()
    written = " ".join(words[1:] if len(words) > 1 else words).lower()
    plain = _SIZE.sub("", written)
    return SPELLED.get(plain, plain)


def _name(argument: str) -> str:
    words = argument.split()
    named = len(_DEFAULT.split(argument)[0].split()) > 1 and re.match(NAME, argument)
    return parts(words[0])[0] if named else ""
