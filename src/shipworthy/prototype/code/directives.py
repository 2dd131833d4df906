"""The directives that open a JavaScript file: "use client", "use server", "use strict"."""

from __future__ import annotations

import re

from shipworthy.regex import regex

_HEAD = regex(r"""(?:\s|//[^\n]*(?:\n|$)|/\*.*?\*/|(["'])(use [a-z ]+)\1\s*;?)""", re.DOTALL)
_LOOKED_AT = 4_000  # characters; comments above a directive can be long


def directives(source: str | None) -> frozenset[str]:
    """The directives before the first statement of a file."""
    found: set[str] = set()
    at, head = 0, (source or "")[:_LOOKED_AT]
    while match := _HEAD.match(head, at):
        at = match.end()
        if match[2]:
            found.add(match[2])
    return frozenset(found)
