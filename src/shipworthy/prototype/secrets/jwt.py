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
    return claims(token) is None or not is_signed(token)


def is_signed(token: str) -> bool:
    """False where the signature is a word, was cut off, or has a length that its algorithm never
    gives: nobody gets in with such a token."""
    head, _, signature = token.rpartition(".")
    algorithm = (_decoded(head.partition(".")[0]) or {}).get("alg")
    wanted = _LENGTHS.get(str(algorithm))
    if wanted is not None:
        return len(signature) == wanted
    return len(signature) >= _SHORTEST_SIGNATURE and len(signature) % 4 != 1


# Characters of base64 for the bytes of each signature (RFC 7518, 3.2 and 3.4).
_LENGTHS = {"HS256": 43, "HS384": 64, "HS512": 86, "ES256": 86, "ES384": 128}
_SHORTEST_SIGNATURE = 20  # guides end in "your-signature"


def _decoded(part: str) -> dict[str, object] | None:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
