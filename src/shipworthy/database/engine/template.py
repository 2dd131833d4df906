"""The initialised cluster, built once, kept in the user's cache folder and copied to start."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from shipworthy.database import platform
from shipworthy.database.engine.binaries import Binaries
from shipworthy.database.engine.configuration import initdb_arguments
from shipworthy.database.engine.options import EngineOptions
from shipworthy.database.engine.process import Place

_COMPLETE = "complete"
_PARTS = ("data", "share")
_LAYOUT = "2"  # raised when what is kept changes its form
_KEPT = 4  # templates of this many versions of ours and of the server


def kept_template(binaries: Binaries, options: EngineOptions) -> Path:
    """Where the template for these binaries is kept, or would be."""
    return _cache(options) / _key(binaries)


def copied(kept: Path, place: Place) -> bool:
    """Copy a kept template into the place; False where there is none that is ours and whole."""
    try:
        state = kept.stat()
        if state.st_uid != os.geteuid() or state.st_mode & 0o022 or not (kept / _COMPLETE).exists():
            return False
        shutil.copytree(kept / "data", place.data, copy_function=shutil.copyfile)
        shutil.copytree(kept / "share", place.folder / "share", copy_function=_linked)
    except (OSError, shutil.Error):
        for part in _PARTS:
            shutil.rmtree(place.folder / part, ignore_errors=True)
        return False
    place.data.chmod(0o700)
    place.account.owns(place.data)
    place.account.owns_all(place.data)
    return True


def keep(place: Place, kept: Path) -> None:
    """Keep a finished template. Whoever comes first wins; without a usable cache, nothing is kept."""
    draft: Path | None = None
    with contextlib.suppress(OSError, shutil.Error):
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=kept.parent))
        for part in _PARTS:
            shutil.copytree(place.folder / part, draft / part, copy_function=shutil.copyfile)
        for path in (draft / "share", *(draft / "share").rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o444)  # nobody writes through a link
        (draft / _COMPLETE).touch()
        draft.rename(kept)
        _forget_old(kept.parent)
    if draft is not None and draft.exists():
        shutil.rmtree(draft, ignore_errors=True)


def _linked(kept: str, copy: str) -> None:
    """A second name for a file that is only read, which costs a tenth of a copy."""
    try:
        os.link(kept, copy)
    except OSError:  # another file system
        shutil.copyfile(kept, copy)


def _forget_old(cache: Path) -> None:
    """Remove all templates but the youngest."""
    finished = [path for path in cache.iterdir() if (path / _COMPLETE).exists()]
    finished.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in finished[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _cache(options: EngineOptions) -> Path:
    """Where templates are kept."""
    if options.cache is not None:
        return options.cache
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / "shipworthy" / "postgres"


def _key(binaries: Binaries) -> str:
    """What a template depends on: its layout, the server, the platform's SQL and how it is made."""
    parts = [
        _LAYOUT,
        binaries.title,
        str(binaries.shared),
        *initdb_arguments(binaries),
        *map(repr, platform.parts()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
