"""Literals that are handed to what signs, hashes or compares, whatever they are called there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.secrets.literals import Named
from shipworthy.regex import regex

_SIGNS = regex(r"\bjwt\.(?:encode|decode|sign|verify)\(|\b(?P<strategy>JWTStrategy)\(")
_LITERAL = regex(r"""[rb]?(["'`])([^"'`\s]{4,300})\1(?:\.encode\([^)]*\))?$""")
_OTHERS = (
    (regex(r"\bhmac\.(?:new|digest)\("), 0),
    (regex(r"\bcreateHmac\("), 1),
    (
        regex(
            r"\b(?:URLSafe(?:Timed)?Serializer|TimestampSigner|TimedJSONWebSignatureSerializer)\("
        ),
        0,
    ),
    (regex(r"\bFernet\("), 0),
)
"""What signs or encrypts other things, and at which place it is given its key."""
_SAID_OF_OTHERS = ("hmac.", "createHmac(", "Serializer(", "TimestampSigner(", "Fernet(")
_PROVES = regex(r"signature|compare_digest|timingSafeEqual|verif|Serializer|TimestampSigner|Fernet")
_KNOWN_TO_ALL = frozenset({"WebAppData"})  # what Telegram says to everybody
_IDENTIFIER = regex(r"[A-Za-z_]\w*$")
_KEPT = (
    r"^(?:export )?(?:const |let |var )?{name}\s*(?::\s*\w+\s*)?=\s*[rb]?"
    r"""["'`]([^"'`\s]{{4,300}})["'`]"""
)
_FLASK = regex(
    r"""^[ \t]*(?:\w+\.config\[["'](?=SECRET_KEY["']))?(SECRET_KEY(?=["'])|\w+\.secret_key)"""
    r"""(?:["']\])?[ \t]*=[ \t]*"""
    r"""[rb]?(["'])((?:(?!\2)[^\\\n]|\\.){4,200})\2[ \t]*(?:\#[^\n]*)?$""",
    re.MULTILINE,
)
_SETTINGS = regex(r"\.from_(?:pyfile|envvar|prefixed_env|object|file)\(")
_NO_WORD = regex(r"""[\s\\"'`]""")
_LONGEST = 2_000  # characters of a call
_HASHES = regex(
    r"\b(?:\w*(?:hash|encrypt)_?pass(?:word|wd)?|(?:\w+_)?pass(?:word|wd)?_?hash|hashPassword|encryptPassword"
    r"|make_password|set_password|bcrypt\.hash(?:pw|Sync)?|pwd_context\.hash|argon2\.hash)"
    r"""\(\s*b?(["'])([^"'\s]{4,60})\1"""
)
# How each of them ends: a search from the end of the names takes a tenth of one from their start.
_HASHED = regex(r"""(?:ass(?:word|wd)?|hash(?:pw|Sync)?)\(\s*b?["']""")
# What is hashed only so that an unknown account takes as long as a known one.
_FOR_NOBODY = regex(r"dummy|fake|timing|unused|invalid|placeholder|random", re.IGNORECASE)
_TABLE = regex(r"""=\s*\{\s*["']""")  # how each of these starts: most files have none
_LOGINS = regex(
    r"^[ \t]*(?:export\s+)?(?:const\s+|let\s+)?(\w*(?:users?|credentials|accounts|logins|passwords)\w*)"
    r"\s*(?::[^=\n]+)?=\s*\{"
    r"""((?:\s*["'][^"'\n]+["']\s*:\s*["'][^"'\n]+["']\s*,?\s*(?:\#[^\n]*|//[^\n]*)?)+)\s*\}""",
    re.IGNORECASE | re.MULTILINE,
)
_PAIR = regex(r"""["']([^"'\n]+)["']\s*:\s*["']([^"'\s]{4,60})["']""")


def signing_literals(text: str) -> Iterator[Named]:
    """The literal key of `jwt.encode(claims, "words")`, there or in a constant of the same file."""
    for call in _SIGNS.finditer(text) if "jwt." in text or "JWTStrategy(" in text else ():
        start, given = _argument(text, call.end(), 0 if call["strategy"] else 1)
        if literal := _LITERAL.match(given):
            yield Named(start + literal.start(2), "JWT_SECRET", literal[2])
        elif _IDENTIFIER.match(given):
            kept = re.search(_KEPT.format(name=given), text, re.MULTILINE)
            if kept:
                yield Named(kept.start(1), given, kept[1])


def other_keys(text: str) -> Iterator[Named]:
    """The literal key of `hmac.new(b"words", …)`, where that proves something, and of its like."""
    if not any(word in text for word in _SAID_OF_OTHERS) or not _PROVES.search(text):
        return
    for maker, place in _OTHERS:
        for call in maker.finditer(text):
            start, given = _argument(text, call.end(), place)
            literal = _LITERAL.match(given)
            if literal and literal[2] not in _KNOWN_TO_ALL:
                yield Named(start + literal.start(2), "SIGNING_SECRET", literal[2])


def session_keys(text: str) -> Iterator[Named]:
    """The literal key of Flask that is no plain word, but a phrase or bytes; none where settings
    from elsewhere are put in its place."""
    if "Flask(" not in text or _SETTINGS.search(text):
        return
    for found in _FLASK.finditer(text):
        if _NO_WORD.search(found[3]):
            yield Named(found.start(3), found[1], found[3])


def account_passwords(text: str) -> Iterator[Named]:
    """The literal passwords of accounts that the code makes: `hash_password("words")`, or keeps in a table
    that a password is compared with: `USERS = {"admin": "words"}`."""
    for found in _HASHES.finditer(text) if _hashes(text) else ():
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.end()]
        if not _FOR_NOBODY.search(line) and not line.lstrip().startswith(("#", "//", "*", ">>>")):
            yield Named(found.start(2), "password", found[2])
    for opening in _TABLE.finditer(text) if "pass" in text else ():
        table = _LOGINS.match(text, text.rfind("\n", 0, opening.start()) + 1)
        if table is None or not opening.start() < table.start(2) <= opening.end():
            continue
        if _is_compared(text, table[1]):
            for pair in _PAIR.finditer(text, table.start(2), table.end(2)):
                yield Named(pair.start(2), "password", pair[2])


def _hashes(text: str) -> bool:
    said = "hash" in text or "assword(" in text
    return said and _HASHED.search(text) is not None


def _is_compared(text: str, name: str) -> bool:
    asked = rf"\b{re.escape(name)}\s*(?:\.get\(|\[)"
    return bool(
        re.search(rf"{asked}[^\n]*[!=]==?\s*(\w*(pass|pwd)|pw?\b)", text, re.IGNORECASE)
        or re.search(rf"((pass|pwd)\w*|\bpw?)\s*[!=]==?\s*{asked}", text, re.IGNORECASE)
    )


def _argument(text: str, start: int, place: int) -> tuple[int, str]:
    """The argument at this place, or `key=`, `secret=` of Python, with its offset; "" for none."""
    depth, begun, found = 0, start, list[tuple[int, str]]()
    for at in range(start, min(len(text), start + _LONGEST)):
        sign = text[at]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if depth < 0 or (sign == "," and depth == 0):
            piece = text[begun:at]
            found.append((begun + len(piece) - len(piece.lstrip()), piece.strip()))
            begun = at + 1
        if depth < 0:
            break
    for offset, piece in found:
        if piece.startswith(("key=", "secret=")):
            name, _, value = piece.partition("=")
            return offset + len(name) + 1, value
    if place >= len(found) or _KEYWORD.match(found[place][1]):
        return 0, ""
    return found[place]


_KEYWORD = regex(r"\w+\s*=(?!=)")
