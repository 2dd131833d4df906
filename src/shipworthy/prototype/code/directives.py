"""The directives that open a JavaScript file: "use client", "use server", "use strict"."""

from __future__ import annotations

import re

from shipworthy.regex import regex

_HEAD = regex(r"""(?:\s+|//[^\n]*(?:\n|$)|/\*.*?\*/|(["'])(use [a-z ]+)\1\s*;?)""", re.DOTALL)
_LOOKED_AT = 100_000  # characters; above a directive a whole file can be left as comments


def directives(source: str | None) -> frozenset[str]:
    """The directives before the first statement of a file."""
    found: set[str] = set()
    at, head = 0, (source or "")[:_LOOKED_AT]
    while match := _HEAD.match(head, at):
        at = match.end()
        if match[2]:
            found.add(match[2])
    return frozenset(found)
