"""Passwords as they are kept: hashed by scrypt (RFC 7914), each with a salt of its own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1  # 16 MB, some 50 ms: for one laptop
_MARK = "scrypt$"
_SHORTEST = 6  # as hosted projects have it


async def hashed(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(16)
    digest = await asyncio.to_thread(_digest, password, salt)
    return f"{_MARK}{salt.hex()}${digest.hex()}"


async def matches(password: str, kept: str) -> bool:
    """True where a password is the one that was kept by `hashed`."""
    parts = kept.removeprefix(_MARK).split("$")
    if not kept.startswith(_MARK) or len(parts) != 2:
        return False
    digest = await asyncio.to_thread(_digest, password, bytes.fromhex(parts[0]))
    return hmac.compare_digest(digest.hex(), parts[1])


def is_ours(kept: str) -> bool:
    """False for a hash that SQL of the prototype made."""
    return kept.startswith(_MARK)


def is_too_short(password: str) -> bool:
    """True for fewer than six characters."""
    return len(password) < _SHORTEST


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32)
