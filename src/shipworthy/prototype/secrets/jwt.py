"""JSON web tokens as they stand in text: what they claim, without checking their signature."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping


def claims(token: str) -> Mapping[str, object] | None:
    """The payload of a token `header.payload.signature`; None where it is no token."""
    parts = token.split(".")
    if len(parts) != 3 or "alg" not in (_decoded(parts[0]) or {}):
        return None
    return _decoded(parts[1])


def is_invented(token: str) -> bool:
    """True for what only looks like a token: one of its parts decodes, another is no such part."""
    parts = token.split(".")
    if len(parts) != 3 or not any(_decoded(part) for part in parts[:2]):
        return False
    return claims(token) is None or not is_signature(parts[2])


def is_signature(part: str) -> bool:
    """False for a word, and for what has a length that base64 never has."""
    return len(part) >= _SHORTEST_SIGNATURE and len(part) % 4 != 1


_SHORTEST_SIGNATURE = 20  # HMAC-SHA256 gives 43 (RFC 7518, 3.2); guides end in "your-signature"


def _decoded(part: str) -> dict[str, object] | None:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
