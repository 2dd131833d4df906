"""Passwords that a person made up for an account of the app: a word with a number behind it."""

from __future__ import annotations

import re

from shipworthy.prototype.secrets.demo_logins import account_beside
from shipworthy.prototype.secrets.secret import (
    ACCOUNT_PASSWORD,
    COMPARED_WORD,
    Secret,
    SecretKind,
)
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_MADE_UP = regex(r"[^\W\d_]{3,}[\W_]?(\d{1,4}|12345\d{0,5})[^\W\d_]{0,5}[\W_]?")
_NEAR = 6  # lines
# Accounts at addresses that nobody has, in any language, and files made to try things out.
_NO_ONE = regex(
    r"^(demo|test|teste|tester|dummy)|@(demo|tests?|testes?|testing|example|acme|company)\."
    r"|\.(local|test|example|invalid)$"
)
_TRIALS = regex(r"(^|[/_.-])(test|tests|debug|demo|dev|try|mock)(?=[/_.-])", re.IGNORECASE)
# What a password opens where its name says so; the app's own accounts are not among them.
_OTHER = regex(r"db|database|postgres|supabase|mysql|redis|mongo|smtp|mail|ftp|ssh", re.I)


_ABOVE = 12  # lines from the test of the environment to the password
_OUTSIDE = regex(r"!\w*(is)?_?prod(uction)?\b|!==?\s*[\"']production|not in_production", re.I)


def is_made_up_login(secret: Secret) -> bool:
    """True for `Admin@123`: the password of an account that the app itself has, easily guessed."""
    if secret.rule in (ACCOUNT_PASSWORD, COMPARED_WORD):
        return True
    plain = secret.kind is SecretKind.PASSWORD and not _OTHER.search(secret.name or "")
    return plain and _MADE_UP.fullmatch(secret.value) is not None


def is_trial_login(secret: Secret, file: SourceFile) -> bool:
    """True for such a password of nobody's account, or in a file that is there to try things out."""
    if not is_made_up_login(secret):
        return False
    if _TRIALS.search(file.path) or _is_off_in_production(secret, file):
        return True
    near = "\n".join(_lines_around(secret, file))
    start = near.find(secret.value)
    return start >= 0 and _NO_ONE.search(account_beside(near, start)) is not None


def _is_off_in_production(secret: Secret, file: SourceFile) -> bool:
    """True for a demo account that the lines above it make only outside of production."""
    number = secret.location.line
    above = "\n".join(file.line(n) for n in range(max(1, number - _ABOVE), number + 1))
    return "demo" in (secret.name or "").lower() and _OUTSIDE.search(above) is not None


def is_of_administrator(secret: Secret, file: SourceFile) -> bool:
    """True where the lines around a password speak of an administrator."""
    return "admin" in " ".join(_lines_around(secret, file)).lower()


def _lines_around(secret: Secret, file: SourceFile) -> list[str]:
    number = secret.location.line
    return [file.line(n) for n in range(number - _NEAR, number + _NEAR)]
