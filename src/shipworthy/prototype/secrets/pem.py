"""Private keys in PEM form, on one line or many."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.regex import regex

_MARK = "PRIVATE KEY-----"
_PEM = regex(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?P<body>[A-Za-z0-9+/=\s\\:,\"']{60,8000})"
    r"-----END [A-Z0-9 ]{0,40}-----"
)


def private_keys(text: str) -> Iterator[tuple[int, str]]:
    """Where each private key starts, and all of it; shortened examples are none."""
    at = text.find(_MARK)
    while at != -1:
        begin = text.rfind("-----BEGIN", max(0, at - 40), at)
        match = _PEM.match(text, begin) if begin != -1 else None
        if match and not is_placeholder(match["body"].replace("\\n", "").strip()[:60]):
            yield begin, match[0]
        at = text.find(_MARK, at + len(_MARK))
