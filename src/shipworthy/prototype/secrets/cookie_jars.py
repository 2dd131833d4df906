"""Cookie jars that curl and wget write: the sessions of whoever tried the app with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.regex import regex

COOKIE_JAR = "cookie-jar"
"""The rule of a session cookie in such a file."""

_HEADS = ("# Netscape HTTP Cookie File", "# HTTP Cookie File")
_SESSION = regex(r"sid|sess|auth|token|jwt|login|remember", re.IGNORECASE)
_NONE = regex(r"csrf|xsrf", re.IGNORECASE)
_LEAST = 16  # characters: a shorter one is no session


def session_cookies(text: str) -> Iterator[tuple[int, str, str]]:
    """Offset, name and value of each session in a file of seven columns, as curl documents them
    (https://curl.se/docs/http-cookies.html); nothing in any other file."""
    if not text.lstrip().startswith(_HEADS):
        return
    at = 0
    for line in text.split("\n"):
        cells = line.rstrip("\r").split("\t")
        if len(cells) == 7 and (cells[0].startswith("#HttpOnly_") or not line.startswith("#")):
            name, value = cells[5], cells[6]
            if _SESSION.search(name) and not _NONE.search(name) and len(value) >= _LEAST:
                yield at + line.rfind(value), name, value
        at += len(line) + 1
