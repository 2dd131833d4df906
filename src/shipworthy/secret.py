"""Mask secrets: nothing that shipworthy prints or stores carries one whole."""

from __future__ import annotations

import hashlib


def mask(value: str) -> str:
    """The first four characters and a fingerprint, e.g. `sk_l…(3f9a1c2e)`.

    Values of fewer than 12 characters show none of their own characters.
    """
    shown = value[:4] if len(value) >= 12 else ""
    return f"{shown}…({fingerprint(value)})"


def fingerprint(value: str) -> str:
    """The first eight hexadecimal digits of the value's SHA-256: the same secret, the same word."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
