"""Contents of files in a private folder, each under a random name of its own."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}")


class Files:
    """Keeps contents by the name that `keep` gives; names of people never reach the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Write a content and give its name."""
        name = uuid.uuid4().hex
        (self._folder / name).write_bytes(content)
        return name

    def read(self, name: str) -> bytes | None:
        """A content; None where there is none, as of a file that the seed only names."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def forget(self, name: str) -> None:
        """Remove a content."""
        if _NAME.fullmatch(name):
            (self._folder / name).unlink(missing_ok=True)
