"""Words of the code that what somebody typed is compared with, and that let him in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.secrets.literals import Named, split_name
from shipworthy.regex import regex

_SAYS = regex(
    r"pass(?:w|_|c|p|k|\b)|\bpin|_pin|pin\b|pwd|senha|contrase|clave|parola|kennwort|haslo"
    r"|(?:admin|access|secret|master|unlock|staff|owner|manager|entry|gate|login)_?(?:code|key|word|pass)",
    re.IGNORECASE,
)
_TYPED = regex(
    r"[A-Za-z_$][\w$]*(?:\??\.[\w$]+)*?"
    r"""(?=(?:\??\.(?:trim|toLowerCase|toUpperCase|toString|strip|lower|join)\((?:["']{2})?\)){0,2}$)"""
)
_START = regex(r"""[\w$.?()"']+$""")
_WORD = regex(r"""\s*(?:(["'`])([^"'`\s]{3,40})\1|([A-Za-z_$][\w$]{2,40}))(?![\w$.(\["'`])""")
_KEPT = regex(
    r"^[ \t]*(?:export\s+)?(?:const\s+|let\s+)?([A-Za-z_$][\w$]{2,40})\s*(?::\s*\w+\s*)?=\s*"
    r"""(["'`])([^"'`\s]{3,40})\2""",
    re.MULTILINE,
)

_PASSWORDS = frozenset(
    """password passwd passcode passphrase passkey pwd senha contrasena contraseña clave parola
    passwort kennwort wachtwoord haslo""".split()
)
_PINS = frozenset(("pin", "pincode"))
_CODES = frozenset(("code", "key", "word", "secret", "pass"))
_OF = frozenset("admin access secret master unlock staff owner manager entry gate login".split())
_BEHIND = frozenset("input value attempt entered typed guess code admin master correct".split())
_NONE = frozenset(
    """confirm confirmation repeat new old current retype verify again error errors touched""".split()
)
_NO_WORD = frozenset(
    """string number object boolean undefined null none true false password text hidden email
    required weak strong medium auto""".split()
)
_DIGITS = regex(r"\d{4,8}")

_LETS_IN = regex(
    r"(session|local)Storage\s*(\.setItem\(|\[)|AsyncStorage\.setItem\(|session_state[.\[]"
    r"|document\.cookie\s*=|[cC]ookies?(\(\))?\.set\("
    r"|\bset_?(Is|Has)?_?(Auth\w*|Logged\w*|SignedIn|Admin\w*|(Un)?[lL]ock\w*|Access\w*|Authori[sz]\w*|Granted|Verified)\("
    r"|\bon(Success|Unlock\w*|Login|Auth\w*|Verified|Correct|Granted)\??\.?\("
    r"|\bnavigate\(|\b(router|history)\.(push|replace)\(|\blocation\.(assign|replace)\(|location\.href\s*="
    r"|\b(log|sign)_?[iI]n\("
)
_ACCOUNT = regex(
    r"""\b(user(_?name)?|e?_?mail|login|usuario|account)\s*===?\s*(["'`][^"'`\n]+["'`]|[A-Z][A-Z_]+)\s*(&&|and)""",
    re.IGNORECASE,
)
_REFUSES = regex(r"weak|common|too (short|simple|easy)|different password|insecure", re.IGNORECASE)
_NEAR = 500  # characters behind the comparison
_LINE = 2_000  # characters of a line before it: more have what a machine wrote
_FOR_EVERYBODY = regex(r"""["'`](demo|guest|test)[\w.@-]*["'`]""", re.IGNORECASE)


def compared_words(text: str) -> Iterator[Named]:
    """Each word that stands in this code, by the name of what holds it: `pin === "4711"`, and
    `password === ADMIN_PASS` with the constant in the same file, where a name is compared with a
    literal as well, or the lines below store that somebody is in or lead on."""
    constants: dict[str, re.Match[str]] | None = None  # read where the first is asked for
    for at, end in _comparisons(text):
        right = _WORD.match(text, end)
        near = text[max(0, at - 60) : at].rstrip() if right else ""
        if right is None or not _SAYS.search(f"{near} {right[3] or ''}"):
            continue
        start = _START.search(near)
        left = _TYPED.match(start[0].lstrip("(")) if start else None
        if left is None:
            continue
        typed, kept = left[0], right[3]
        if kept is None:
            if _asks(typed, right[2]) and _lets_in(text, at):
                yield Named(right.start(2), typed.rpartition(".")[2], right[2])
            continue
        if constants is None:
            constants = {m[1]: m for m in reversed(list(_KEPT.finditer(text)))}
        held = constants.get(kept)
        asked = held is not None and (_asks(kept, held[3]) or _asks(typed, held[3]))
        if held and asked and _lets_in(text, at):
            yield Named(held.start(3), kept, held[3])


def _comparisons(text: str) -> Iterator[tuple[int, int]]:
    """Where each `==`, `!=`, `===` and `!==` starts and ends. Found without a pattern: they are few, texts
    are long."""
    for sign in ("==", "!="):
        at = text.find(sign)
        while at != -1:
            end = at + 2 + (text[at + 2 : at + 3] == "=")
            if sign == "==" or end - at == 2:  # `!==` is found by its last two signs
                yield at - (text[at - 1 : at] == "!"), end
            at = text.find(sign, end)


def _asks(name: str, value: str) -> bool:
    """True for a name of what lets somebody in, given something that can be one."""
    words = split_name(name.rpartition(".")[2])
    while len(words) > 1 and (words[-1] in _BEHIND or words[-1].isdigit()):
        if words[-1] == "code" and _OF & set(words[:-1]):
            break
        words.pop()
    if not words or _NONE & set(words) or value.lower() in _NO_WORD:
        return False
    if words[-1] in _PINS:
        return _DIGITS.fullmatch(value) is not None
    return words[-1] in _PASSWORDS or (words[-1] in _CODES and bool(_OF & set(words[:-1])))


def _lets_in(text: str, at: int) -> bool:
    first = max(0, at - _LINE)
    line = max(text.rfind("\n", first, at) + 1, first)
    if text[line:at].lstrip().startswith(("//", "*", "#", "{/*")):
        return False
    behind, before = text[at : at + _NEAR], text[max(0, at - 120) : at]
    if _REFUSES.search(behind[:200]) or _FOR_EVERYBODY.search(before + behind.partition("\n")[0]):
        return False
    acts = _LETS_IN.search(text[line:at]) or _LETS_IN.search(behind)
    return acts is not None or _ACCOUNT.search(before) is not None
