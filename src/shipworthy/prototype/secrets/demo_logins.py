"""Tell the login of a public demo, or one that is made up, from that of a real account."""

from __future__ import annotations

import re
from functools import lru_cache

from shipworthy.prototype.secrets.placeholders import looks_random
from shipworthy.regex import regex

_NEAR = 160  # characters between the two halves of one login
_FAR = 1_500  # characters from the head of a handler to the literal in it
_SCREEN = 50_000  # characters of a screen that are looked at
_ACCOUNT = regex(
    r"""\b(?:demo_?)?(?:user(?:_?name)?|e?mail|login|account)["']?\s*[:=]\s*["'`]([^"'`\s]+)["'`]""",
    re.IGNORECASE,
)
# A new address at each run, at a domain that nobody can have (RFC 2606).
_NOBODYS = regex(r"\$\{.*\}.*@example\.(com|org|net)$")
_BRACE = regex(r"(?<!\$)\{|(?<!\$\{)\}")
_HOLES = regex(r"\$\{[^{}]*\}")
_HEAD = regex(
    r"\bfunction\s+(\w+)|\bdef\s+(\w+)"
    r"|\b(?:const|let)\s+(\w+)\s*=\s*(?:useCallback\()?(?:async\s*)?(?:\([^()]*\)|\w+)\s*=>"
)


_LIST = regex(
    r"\b(?:const|let)\s+\w*(?:demo|test|sample)_?(?:users?|accounts?|logins?|credentials)\w*"
    r"\s*(?::[^=\n]+)?=\s*\[",
    re.IGNORECASE,
)


def is_demo_login(text: str, start: int, value: str) -> bool:
    """True for a password at this offset that the app gives to everybody.

    It belongs to an account named demo or of nobody, stands in a handler or a list named so, or its
    account is a literal too and the screen shows the password. An administrator's is never meant
    for everybody, and what is set as the password of other people's accounts is no login.
    """
    account = account_beside(text, start)
    if "admin" in account:
        return False
    if _NOBODYS.search(account) and not looks_random(value):
        return True
    if account.startswith("demo") or _in_demo_handler(text, start) or _in_demo_list(text, start):
        return True
    return account != "" and _is_shown(text, value)


def account_beside(text: str, start: int) -> str:
    """The literal account in the same braces, lower case; '' where there is none."""
    before = _HOLES.sub("${}", text[max(0, start - _NEAR) : start])
    after = _HOLES.sub("${}", text[start : start + _NEAR])
    found = _ACCOUNT.search(_BRACE.split(before)[-1] + _BRACE.split(after)[0])
    return found[1].lower() if found else ""


def _is_shown(text: str, value: str) -> bool:
    # In most files the value is not shown at all, and finding that out is quicker without a pattern.
    return value in _shown(text) and (
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", _shown(text)) is not None
    )


@lru_cache(maxsize=1)
def _shown(text: str) -> str:
    """The words between the tags of a screen."""
    return "\n".join(re.findall(r">([^<>{}=]*)</", text))[:_SCREEN]


def _in_demo_handler(text: str, start: int) -> bool:
    first = max(0, start - _FAR)
    if "demo" not in text[first:start].lower():
        return False
    heads = list(_HEAD.finditer(text, first, start))
    return bool(heads) and "demo" in next(name for name in heads[-1].groups() if name).lower()


def _in_demo_list(text: str, start: int) -> bool:
    """`export const TEST_ACCOUNTS = [{ username: "visitor", password: … }]`"""
    found = [m.end() for m in _LIST.finditer(text, max(0, start - _FAR), start)]
    return bool(found) and "]" not in text[found[-1] : start]
