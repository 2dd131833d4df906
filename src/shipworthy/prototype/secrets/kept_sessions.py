"""Secrets that sign nothing but the numbers of sessions which the server keeps itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# express-session puts a number into the cookie that nobody guesses, and keeps the rest in a store:
# whoever signs a number of his own names no session. cookie-session and its like put all of it there.
_KEEPS = "express-session"
_IN_COOKIES = regex(
    r"""["'](cookie-session|client-sessions|iron-session|cookie-parser|jsonwebtoken|jose|csurf|csrf-csrf)["']"""
)
_OPTIONS = regex(r"\b\w*[sS]ession\w*\(\s*\Z|\bSessionOptions\s*=\s*\Z")
_OTHERS = (None, Language.PYTHON)
_LONGEST = 1_500  # characters of the options before the secret


def signs_kept_sessions(prototype: Prototype, path: str, name: str) -> bool:
    """True where a setting is read nowhere but among the options of express-session."""
    texts = _texts(prototype, path)
    uses = [_is_option(text, at) for text in texts if name in text for at in _reads(text, name)]
    return bool(uses) and all(uses)


def is_of_kept_sessions(prototype: Prototype, path: str, line: int) -> bool:
    """True for the word in `session({ secret: "words" })` on a line."""
    file, texts = prototype.files[path], _texts(prototype, path)
    begins = file.line(line).find("secret:")
    if not texts or begins < 0:
        return False
    return _is_option(file.text or "", begins + sum(len(t) + 1 for t in file.lines[: line - 1]))


def _texts(prototype: Prototype, path: str) -> list[str]:
    """The code of the server; none where it keeps or seals something in cookies as well."""
    file = prototype.files[path]
    if file.language in _OTHERS or _KEEPS not in (file.text or ""):
        return []
    texts = [
        other.text or ""
        for other in prototype.of_role(Role.PRODUCT)
        if other.language not in _OTHERS and other.path not in prototype.modules.browser
    ]
    return [] if any(map(_IN_COOKIES.search, texts)) else texts


def _reads(text: str, name: str) -> Iterator[int]:
    yield from (found.start() for found in re.finditer(rf"\benv\W{{1,3}}{re.escape(name)}\b", text))


def _is_option(text: str, at: int) -> bool:
    """True among the options of a session, and in `if (!process.env.NAME)`."""
    if re.search(r"!\s*(process\.)?\Z", text[:at][-12:]):
        return True
    depth = 0
    for start in range(at - 1, max(0, at - _LONGEST) - 1, -1):
        sign = text[start]
        if sign in ")}]":
            depth += 1
        elif sign in "([{":
            depth -= 1
            if depth < 0:
                return sign == "{" and _OPTIONS.search(text, max(0, start - 60), start) is not None
    return False
