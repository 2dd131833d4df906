"""Administrators whose password stands in the code that makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.secrets.literals import Named
from shipworthy.regex import regex

_PLACES = tuple("assword asswd ASSWORD enha ENHA ontrasena clave ash( ashSync( ashpw(".split())
_SAYS = ("admin", "Admin", "ADMIN", "superuser", "owner", "OWNER", "manager", "MANAGER")
_GIVEN = regex(
    r"""(?:(?:word|wd|senha|contrasena|clave)(?:_?hash)?["']?\s*(?:=(?!=)|:)\s*(?:await\s+)?(?:[\w.]*(?:hash|crypt)\w*\(\s*)?b?"""
    r"""|(?:word|wd|_?hash|hash(?:Sync|pw))\(\s*b?)(["'])([^"'\s]{3,60})\1""",
    re.IGNORECASE,
)
_READS = regex(
    r"(?:getenv|environ\.get|\.get|config|env|compare|verify|check\w*)\($", re.IGNORECASE
)
_ADMINISTRATOR = regex(
    r"""["'`]?\b(?:is_?(?:super_?)?(?:admin|user|staff)|role|roles|user_?type|tipo|rol|cargo|position|perfil)["'`]?\s*"""
    r"""(?:=(?!=)|:)\s*(?:\[?\s*["'`]?[\w.]*(?:admin|owner|manager|super|root)|[Tt]rue\b)"""
    r"""|["'`](?:super_?)?admin(?:istrator)?(?:@[\w.-]+)?["'`]|create_superuser\(""",
    re.IGNORECASE,
)
_OF_ADMINISTRATOR = regex(r"admin_?(?:pass|pwd|senha)\w*\W*$", re.IGNORECASE)
_OF_A_SERVICE = regex(
    r"""\b(?:host|port|database|db_?name|sslmode|smtp\w*)["'`]?\s*[:=]|createTransport|createPool|\.connect\(""",
    re.IGNORECASE,
)
_NO_PASSWORD = frozenset(
    ("string", "text", "required", "hidden", "varchar", "password_hash", "hashed_password")
)
_COMPUTED = regex(r"[{}$<>]|\.\.\.")
_ABOVE, _BELOW = 9, 7  # lines of one account
_FAR = 2_000  # characters on either side: longer lines are what a machine wrote


def administrators(text: str) -> Iterator[Named]:
    """The literal password of each account that is made here as an administrator's: in its table of values,
    or set in the lines around. Whether anything makes it is another question."""
    told = set[int]()
    for at in _places(text) if any(word in text for word in _SAYS) else ():
        given = _GIVEN.search(text, max(at - 6, 0), at + 60)
        if given is None or given.start(2) in told or "\n" in text[at : given.start(2)]:
            continue
        seen = given.start(2)
        told.add(seen)
        first = max(0, seen - _FAR)
        head = text[max(text.rfind("\n", first, seen) + 1, first) : given.start(1)]
        if not _is_literal(given[2]) or _READS.search(head) or _is_remark(head):
            continue
        around = _around(text, seen)
        named = _OF_ADMINISTRATOR.search(head) or _ADMINISTRATOR.search(around)
        if named and not _OF_A_SERVICE.search(around):
            yield Named(seen, "password", given[2])


def _places(text: str) -> Iterator[int]:
    """Where each of these words stands. Found without a pattern: in most files they are few."""
    for word in _PLACES:
        at = text.find(word)
        while at != -1:
            yield at
            at = text.find(word, at + len(word))


def _is_literal(value: str) -> bool:
    return value.lower() not in _NO_PASSWORD and not _COMPUTED.search(value)


def _is_remark(head: str) -> bool:
    return head.lstrip().startswith(("#", "//", "*", ">>>"))


def _around(text: str, at: int) -> str:
    first, last = max(0, at - _FAR), min(len(text), at + _FAR)
    start, end = at, at
    for _ in range(_ABOVE):
        start = text.rfind("\n", first, start) if start > first else -1
    for _ in range(_BELOW):
        end = text.find("\n", end + 1, last) if end >= 0 else -1
    return text[max(start, first) : end if end >= 0 else last]
