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


def _decoded(part: str) -> dict[str, object] | None:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
