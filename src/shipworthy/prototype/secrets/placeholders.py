"""Tell a real secret's value from a placeholder, a word or an identifier."""

from __future__ import annotations

import math
import re
from collections import Counter

from shipworthy.regex import regex

_STAND_INS = regex(
    r"your|example|placeholder|change|replace|insert|enter[-_ ]|dummy|fake|sample|todo|redacted"
    r"|mock|notreal|not[-_]real|[-_]encoded[-_]|\d[-_]?(bytes?|bits?|chars?|characters)[-_]"
    r"|xxx|\*\*\*|\.\.\.|…|•|•|lorem|undefined|process\.env|import\.meta|os\.environ|abcdefg"
    r"|012345678|123456789|abc123|def456|xyz789|put[-_]|here$|not-a-|not_a_|insecure|minioadmin|deadbeef|00000000"
    # a value that is computed: templates, shell, format strings, angle brackets
    r"|\$\{|\{\{|\$\(|<|>|%s|^\$|^\{|\[|^%|\{\w*\}|^env\(",
    re.IGNORECASE,
)
# The version of a secret in a secret manager: `--set-secrets=KEY=KEY:latest` of Google Cloud; or how
# a script makes a new one and where it keeps that: `random:48:production-secrets:WEBHOOK_SECRET`.
_VERSION = regex(r"[\w-]+:latest(,|$)|[A-Z][A-Z0-9_]+:\d+(,|$)|([\w-]+:){2,}[A-Z][A-Z0-9_]{4,}$")
# What a form has to be like: `'password' => 'required|string|min:8'`.
_RULES = regex(
    r"(?=.*(?<![\w:])(required|nullable|sometimes|string|confirmed|min:\d+|max:\d+)(\||$))\w+(:[\w,.-]*)?(\|\w+(:[\w,.-]*)?)+"
)
_TRIVIAL = frozenset(
    """password passwd pass pwd secret admin root postgres mysql redis mongo guest test testing user
    username none null true false token key default string dev development local localhost
    devpassword mypassword p@ssw0rd passw0rd hunter2 scram-sha-256 scram-sha-1 md5 sha256 sha-256""".split()
)
_IDENTIFIER = regex(r"[A-Za-z][a-z]*(?:[A-Z][a-z]+)*")
_UUID = regex(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_OF_DEVELOPMENT = regex(r"(dev|test|local|localhost)[-_]", re.IGNORECASE)
_WORDS = regex(r"[-_.:/ ]+")


def is_placeholder(value: str) -> bool:
    """True for `your-key-here`, `<token>`, `${KEY}`, `xxxx`, `changeme`, repeated characters."""
    if value.lower() in _TRIVIAL or _STAND_INS.search(value) or _VERSION.match(value):
        return True
    if "|" in value and _RULES.fullmatch(value):
        return True
    return len(set(value)) < min(5, max(2, len(value) // 2)) or _counts_up(value)


def _counts_up(value: str) -> bool:
    """True for `sk_live_abc123xyz789def456`: three or more runs of three that go up the alphabet or count."""
    runs = re.findall(r"[a-z]+|[A-Z]+|\d+", value.rpartition("_")[2])
    threes = [run[at : at + 3] for run in runs for at in range(0, len(run), 3)]
    return len(threes) > 3 and all(
        len(run) == 3 and ord(run[1]) - ord(run[0]) == ord(run[2]) - ord(run[1]) == 1
        for run in threes
    )


def is_uuid(value: str) -> bool:
    """True for the usual form of a UUID, which names things more often than it guards them."""
    return _UUID.fullmatch(value) is not None


def is_of_development(value: str) -> bool:
    """True for `dev_postgres_2025`: a value that says it opens only a developer's own machine."""
    return _OF_DEVELOPMENT.match(value) is not None


def looks_random(value: str) -> bool:
    """True for what a machine made: 16 characters or more, letters and digits mixed beyond words.

    3.2 bits per character lie under almost all random hexadecimal strings of 24 characters and over
    names, paths and phrases once their words are taken out.
    """
    if len(value) < 16 or not _has_letter_and_digit(value) or entropy(value) < 3.2:
        return False
    return not _reads_as_words(value)


def looks_chosen(value: str, least: int = 6) -> bool:
    """True for what a person made up as a password: letters with a digit or a mark, no sentence."""
    if not least <= len(value) <= 64 or re.search(r"[\s/\\(){}=;,<>]", value):
        return False
    if not any(c.isalpha() for c in value):
        return False
    if value.startswith(("#", ".")) or re.fullmatch(r"[^\W\d]+.?", value):
        return _is_letter_salad(value)  # a word, or the label `Password*`
    return any(c.isdigit() or c in "!@#$%^&*+?" for c in value) or _is_letter_salad(value)


def _is_letter_salad(value: str) -> bool:
    """True for `MJoeEKpSKgpd`: letters whose case changes more often than words allow."""
    pieces = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", value)
    return value.isalpha() and len(value) >= 12 and len(value) / max(1, len(pieces)) < 3


def entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def _has_letter_and_digit(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _reads_as_words(value: str) -> bool:
    """True for `user-settings-v2-cache`, `getUserById2`: parts that are words or short numbers."""
    parts = [p for p in _WORDS.split(value) if p]
    plain = [p for p in parts if _IDENTIFIER.fullmatch(p.rstrip("0123456789")) or p.isdigit()]
    if len(parts) > 1:
        return len(plain) == len(parts)
    # One piece: random text changes between letters and digits more often than a name does.
    return len(re.findall(r"[A-Za-z]\d|\d[A-Za-z]|[a-z][A-Z]", value)) < 3
