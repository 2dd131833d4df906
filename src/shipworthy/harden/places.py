"""Where harden keeps what it needs on this machine: copies that are worked on, and installed packages."""

from __future__ import annotations

import tempfile
from pathlib import Path

from shipworthy.engines.osv_database import default_path


def runs_folder() -> Path:
    """The folder of the copies; in the user's cache folder, else among the temporary files."""
    return _made("runs")


def installs_folder() -> Path:
    """The folder of installed packages, on the same disk as the copies, so that moving costs nothing."""
    return _made("installs")


def _made(name: str) -> Path:
    cache = default_path().parent
    for parent in (cache / "harden", Path(tempfile.gettempdir()) / "shipworthy-harden"):
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue  # a home that cannot be written to
    return Path(tempfile.mkdtemp(prefix="shipworthy-harden-"))
