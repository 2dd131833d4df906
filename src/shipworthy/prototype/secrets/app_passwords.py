"""Passwords that Google makes for one app: sixteen letters, shown in groups of four."""

from __future__ import annotations

import re

from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.regex import regex

# https://support.google.com/accounts/answer/185833
_GROUPS = regex(r"[a-z]{4}([ -][a-z]{4}){3}")
_TOGETHER = regex(r"[a-z]{16}")
_OF_MAIL = regex(r"smtp|mail|google", re.IGNORECASE)
_SAID = regex(r"abcd|pass|word|mail|smtp|secret|your|test|demo|example|google|change|replace|here")
_UNSPEAKABLE = regex(r"[bcdfghjklmnpqrstvwxz]{4}|q(?!u)|[jvxz][bcdfghjklmnpqrstvwxz]")
_TWICE = regex(r"(.)\1{2}|(.{4})[ -]?\2")


def is_app_password(name: str, value: str) -> bool:
    """True for the password of a mail account that no person would make up: `kqzv trwp xmbl hgdn`."""
    letters = re.sub("[ -]", "", value)
    if not _OF_MAIL.search(name) or is_placeholder(value) or _SAID.search(letters):
        return False
    if _TWICE.search(value) or not (_GROUPS.fullmatch(value) or _TOGETHER.fullmatch(value)):
        return False
    return len(set(letters)) > 7 and _UNSPEAKABLE.search(letters) is not None
