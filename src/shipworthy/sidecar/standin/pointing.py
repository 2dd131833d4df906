"""Point a copy of a prototype at the stand-in where it names its hosted project in the code."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

_SUFFIXES = (
    ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro", ".html",
    ".json", ".toml", ".py", ".dart",
)  # fmt: skip
_NOT_OURS = ("node_modules", ".git", "dist", "build", ".next", ".venv", "venv")
_LARGEST = 2 << 20  # bytes of a file that is looked at
# A project's address; in code its name may be put together: `https://${id}.supabase.co`.
_PROJECT = re.compile(
    r"\b(https|wss)://(?:[a-z0-9-]{3,63}|\$\{[^{}`\n]{1,80}\})\.supabase\.(?:co|in)\b"
)
_TOKEN = re.compile(r"\beyJ[\w-]{8,2000}\.(eyJ[\w-]{8,4000})\.[\w-]{8,2000}")
_PUBLISHABLE = re.compile(r"\bsb_(publishable|secret)_[\w-]{16,200}")


class Reached(Protocol):
    """What of a stand-in a copy is told."""

    @property
    def public_url(self) -> str:
        """Where a browser reaches it."""

    @property
    def anon_key(self) -> str:
        """The key of pages."""

    @property
    def service_key(self) -> str:
        """The key of servers."""


def point(copy: Path, standin: Reached) -> tuple[str, ...]:
    """Replace the address and the keys of the hosted project in every text file of a scratch copy.

    Links are not followed. Returns the files that were changed, as paths within the copy.
    """
    changed = []
    for path in _files(copy):
        text = _text(path)
        pointed = _pointed(text, standin) if text else text
        if pointed != text:
            path.write_text(pointed, encoding="utf-8", newline="")
            changed.append(path.relative_to(copy).as_posix())
    return tuple(sorted(changed))


def _files(copy: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(copy):
        folders[:] = [f for f in folders if f not in _NOT_OURS and not Path(place, f).is_symlink()]
        for name in names:
            path = Path(place, name)
            wanted = name.endswith(_SUFFIXES) or name.startswith(".env")
            if wanted and not path.is_symlink() and path.stat().st_size <= _LARGEST:
                yield path


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _pointed(text: str, standin: Reached) -> str:
    socket = "ws" + standin.public_url.removeprefix("http")
    text = _PROJECT.sub(lambda m: socket if m[1] == "wss" else standin.public_url, text)
    text = _TOKEN.sub(lambda m: _key(m, standin), text)
    return _PUBLISHABLE.sub(
        lambda m: standin.anon_key if m[1] == "publishable" else standin.service_key, text
    )


def _key(found: re.Match[str], standin: Reached) -> str:
    """The stand-in's key for one of a project; every other token stays."""
    try:
        payload = found[1] + "=" * (-len(found[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload))
    except ValueError:
        return found[0]
    if not isinstance(claims, dict) or claims.get("iss") != "supabase":
        return found[0]
    keys = {"anon": standin.anon_key, "service_role": standin.service_key}
    return keys.get(str(claims.get("role")), found[0])
