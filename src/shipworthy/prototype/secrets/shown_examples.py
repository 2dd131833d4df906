"""Passwords that only show, on the page that documents an API, what a request looks like."""

from __future__ import annotations

from shipworthy.regex import regex

_BEGINS = regex(
    r"""["']?\b(json_schema_extra|schema_extra|openapi_examples|openapi_extra|examples?)["']?\s*[:=]\s*[\[{]"""
)
_AROUND = 800  # characters


def is_shown_example(text: str, at: int) -> bool:
    """True inside `json_schema_extra = {"examples": [{ … }]}` of a model, and `example: { … }`."""
    start = max(0, at - _AROUND)
    return any(
        _is_open(text[begins.end() - 1 : at]) for begins in _BEGINS.finditer(text, start, at)
    )


def _is_open(between: str) -> bool:
    """True where the first bracket of a text is not closed in it."""
    depth = 0
    for character in between:
        depth += (character in "[{(") - (character in "]})")
        if depth == 0:
            return False
    return True
