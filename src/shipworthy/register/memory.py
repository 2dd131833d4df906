"""What this computer last saw of a register: an older copy put in its place is noticed."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest entry of a register that was written or verified here."""

    path: str  # the prototype's folder
    register: str  # the register's own name, from its first entry
    count: int
    head: str  # the hash of entry `count`
    key: str  # fingerprint of the first signing key; empty before there is one


def config_folder() -> Path:
    """The user's folder for settings: XDG_CONFIG_HOME, or what the system has for it.

    A place where nothing can be kept for a user without a home, as in some containers.
    """
    configured = os.environ.get("XDG_CONFIG_HOME")
    if configured:
        return Path(configured) / "shipworthy"
    try:
        home = Path.home()
    except RuntimeError:
        return Path(os.devnull) / "shipworthy"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "shipworthy"
    return home / ".config" / "shipworthy"


def remember(home: Path, seen: Seen) -> bool:
    """Keep it; False where this computer cannot keep anything there."""
    folder = home / "registers"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, made = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(seen), file)
        os.replace(made, folder / f"{_name(seen.path)}.json")
    except OSError:
        return False
    return True


def recall(home: Path, path: str) -> Seen | None:
    """What was last seen in this folder."""
    return _read(home / "registers" / f"{_name(path)}.json")


def recall_anywhere(home: Path, register: str) -> Iterator[Seen]:
    """What was seen of this register in whatever folder: it may have been moved or cloned."""
    for file in sorted((home / "registers").glob("*.json")):
        seen = _read(file)
        if seen is not None and seen.register == register:
            yield seen


def _name(path: str) -> str:
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _read(file: Path) -> Seen | None:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        return Seen(
            str(read["path"]),
            str(read["register"]),
            int(read["count"]),
            str(read["head"]),
            str(read["key"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
