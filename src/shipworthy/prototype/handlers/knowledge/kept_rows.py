"""Files and variables of a server that stand in for tables: `data/orders.json`, `orders = {}`."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.values import Value
from shipworthy.regex import regex

OF_FILE = frozenset({Origin("file")})
"""By what the rows of such a file were found."""

_FILE = regex(r"(?:^|[/\\])([A-Za-z][\w-]*)\.(?:json|csv|ndjson)$")
_NONE = regex(
    r"package|lock|tsconfig|manifest|config|settings|locale|translation|lang|i18n|^(?!db$)[a-z]{2}([_-][A-Za-z]{2})?$|schema|openapi"
    r"|swagger|version|theme|credential|service_?account|secret|metadata|stats|cache"
    r"|^(app|eas|expo|vercel|netlify|firebase|capacitor|turbo|babel|components)$",
    re.IGNORECASE,
)


def kept_rows(path: Value, depth: int = 3) -> str:
    """The name of the table that a file with a written name stands in for; "" where it has another use."""
    for text in _endings(path, depth):
        found = _FILE.search(text)
        if found and not _NONE.search(found[1]):
            return found[1]
    return ""


def _endings(path: Value, depth: int) -> list[str]:
    if path.text:
        return [path.text]
    if depth == 0:
        return []
    if path.elements:
        last = path.elements[-1]
        if path.what == "text" and last.text is not None and len(path.elements) > 1:
            before = path.elements[-2].text or ""
            return [before + last.text]
        return _endings(last, depth - 1)
    return [text for case, _ in path.cases for text in _endings(case, depth - 1)]
