"""Whether a check of an address looks at its host, or only at how it begins: `https:` leads anywhere."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.values import Value
from shipworthy.prototype.program.fallbacks import words_of
from shipworthy.prototype.program.nodes import Function
from shipworthy.regex import regex

ONLY_SCHEME = "only the protocol of the address"
"""How a guard is put that has looked at the protocol alone: `https://169.254.169.254/` passes it."""

_SCHEME = regex(r"(https?|ftps?|data|blob|file|javascript|mailto|tel|ws|wss):?(//)?$")
# `/^https?:\/\//i`, with nothing of a host behind it.
_PATTERN = regex(
    r"/?\^\(?(\?:)?(https\?|http|https|https?\|https?)\)?:?((\\?/){2})?(\.[+*]|\\S[+*])?\$?(/[a-z]*)?$",
    re.IGNORECASE,
)
_ASKED_OF_URL = ("url.protocol", "urllib.parse.urlparse().scheme", "urllib.parse.urlsplit().scheme")
_OF_HOST = regex(
    r"host|(^|_)ips?($|_|v?\d)|[a-z]Ip($|[A-Z])|addr|priv|local|dns|allow|domain|intern|origin|safe|block|deny|trust"
    r"|white|known|permit|forbid|\.\w|\d\.|/\w|endswith|includes",
    re.IGNORECASE,
)
_OF_SCHEME = regex(r"^(url|protocol|scheme|urlparse|urlsplit|https?:?)", re.IGNORECASE)


def is_scheme(word: str | None) -> bool:
    """True for a text that is no more than the beginning of an address: `https://`."""
    return word is not None and bool(_SCHEME.match(word))


def is_pattern_of_scheme(pattern: str) -> bool:
    """True for a regular expression that asks for a protocol and leaves the rest open."""
    return bool(_PATTERN.match(pattern))


def asks_scheme(value: Value) -> bool:
    """True for the protocol of an address that was taken apart."""
    return value.what in _ASKED_OF_URL


def leaves_host_open(function: Function) -> bool:
    """True for a function of the prototype that tells whether something is an address, and by all its
    names and words says nothing of hosts."""
    words = set(words_of(function.body))
    if not any(map(_OF_SCHEME.match, words)):
        return False
    return not any(_OF_HOST.search(w) for w in words if not is_scheme(w) and not _is_message(w))


def _is_message(word: str) -> bool:
    """True for a sentence: what is said where the check fails."""
    return " " in word.strip()
