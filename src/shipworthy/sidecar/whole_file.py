"""Write a private file so that whoever reads it has all of it, the old or the new."""

from __future__ import annotations

import os
from pathlib import Path


def put_bytes(file: Path, content: bytes) -> None:
    """Write a file as a whole, by a rename. Only this user may read it."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(content)
    beside.replace(file)
