"""Whether an entry point looks at anything of a request but its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_REQUEST = regex(r"\b(request|req)\b")
# `request.headers`, a parameter with its type, `async ({ request }) =>`, `function POST(request)`.
_NO_READING = regex(
    r"\b(?:request|req)\.headers\b|\basync\s*\(\s*\{?\s*(?:request|req)\b|\bfunction\s*\w*\s*\(\s*(?:request|req)\b"
    r"|^\s*import\b.*|^\s*(?://|\*).*",
)


def reads_request(prototype: Prototype, handler: Handler) -> bool:
    """False where the file of an entry point in JavaScript asks a request for its headers alone."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language not in _SCRIPTS or not _REQUEST.search(file.text or ""):
        return True
    return any(_REQUEST.search(_NO_READING.sub("", line)) for line in file.lines)
