"""A folder that only its owner can enter."""

from __future__ import annotations

import os
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, and that git leaves alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        with os.fdopen(os.open(ignore, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("*\n")
