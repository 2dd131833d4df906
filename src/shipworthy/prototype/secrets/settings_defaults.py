"""Keys in a settings class of pydantic that are a word of the code until somebody sets them, and that
callers are compared with or accounts are made with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.program.fallbacks import Fallback
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.literals import is_real, is_signing_secret, kind_of_name
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ENDS = regex(r"(?:^|_)(?:SECRET|KEY|TOKEN|PASSWORD|PASSCODE)(?:_?\d+)?$", re.IGNORECASE)
_NO_KEY = regex(
    r"PUBLIC|PUBLISHABLE|ANON|SITE_?KEY|CACHE|VERIFY|FIELD|PARTITION|SORT_", re.IGNORECASE
)
_FIELD = regex(r"\s+(\w+)\s*:")
_STOPS = regex(r"\b(raise|exit|abort)\b")
_NEAR = 400  # characters from what is asked to what stops the start
_SHORTEST = 3


def settings_defaults(prototype: Prototype) -> dict[str, list[Fallback]]:
    """These keys by the path of their class; what signs, and what was made to be a secret, is found
    among the secrets in the code."""
    files: list[SourceFile] | None = None
    found: dict[str, list[Fallback]] = {}
    for read in prototype.environment:
        if read.accessor != "BaseSettings" or not _stands_in(read):
            continue
        file = prototype.files[read.location.path]
        if file.role is not Role.PRODUCT or file.path in prototype.by_hand:
            continue
        field = _FIELD.match(file.line(read.location.line))
        if field is None:
            continue
        if files is None:
            files = [f for f in prototype.of_role(Role.PRODUCT) if f.language is Language.PYTHON]
        if any(_lets_in(f.text or "", field[1]) for f in files):
            guarded = any(_is_refused(f.text or "", field[1], read.fallback or "") for f in files)
            fallback = Fallback(read.name, read.location.line, guarded)
            found.setdefault(file.path, []).append(fallback)
    return found


def _stands_in(read: EnvironmentRead) -> bool:
    name, word = read.name, read.fallback or ""
    if len(word) < _SHORTEST or is_signing_secret(name) or _NO_KEY.search(name):
        return False
    kind = kind_of_name(name)
    return bool(_ENDS.search(name)) and not (kind is not None and is_real(kind, word))


def _lets_in(text: str, field: str) -> bool:
    """`if given != settings.key`, `compare_digest(given, settings.key)`, `hash_password(settings.key)`."""
    if field not in text:
        return False
    read = rf"[\w.]*[\w)]\.{re.escape(field)}\b(?!\s*\()"
    return bool(
        re.search(rf"[!=]=\s*{read}", text)
        or re.search(rf"(?<![\w.]){read}\s*[!=]=(?!\s*[\"'A-Z])", text)
        or re.search(rf"compare_digest\((?:[^()]|\([^()]*\)){{0,200}}?{read}", text)
        or re.search(rf"\b\w*(?:hash|set)_?\w*password\w*\(\s*{read}", text)
        or re.search(rf"\b(?:pwd_context|bcrypt|argon2|\w*hasher)\.hash(?:pw)?\(\s*{read}", text)
    )


def _is_refused(text: str, field: str, word: str) -> bool:
    """True where something ends behind a test that names the field with its word or in a list of words, or
    in a validator of the field."""
    if field not in text:
        return False
    name = re.escape(field)
    asks = (
        rf"validator\([^)]*[\"']{name}[\"']",
        rf"\b{name}\b\s*(?:[!=]=|(?:not\s+)?in\b|\.startswith\()\s*[\"'(\[{{A-Z_]",
        rf"\bnot\s+(?:\w+\.)?{name}\b",
        rf"\b{name}\b[^\n]{{0,60}}{re.escape(word)}|len\(\s*(?:\w+\.)?{name}\b",
    )
    declared = re.compile(rf"\s*{name}\s*:")
    return any(
        _STOPS.search(text, asked.end(), asked.end() + _NEAR) is not None
        for ask in asks
        for asked in re.finditer(ask, text)
        if not declared.match(text, text.rfind("\n", 0, asked.start()) + 1)
    )
