"""Installed packages that are kept on this machine, so that the next run need not fetch them again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from shipworthy.harden.places import installs_folder, runs_folder
from shipworthy.harden.runs import remove_dead

_MOST_KEPT = 8  # installations that are kept
_LEAST_FREE = 5_000_000_000  # bytes of the disk; one installation may have several
_MODULES = "node_modules"


def fetch(key: str, folder: Path) -> bool:
    """Move a kept installation into place; False where there is none."""
    kept = installs_folder() / key
    taken = kept.with_name(f"{key}.{os.getpid()}")
    try:
        kept.rename(taken)  # in one step: two runs never share one
    except OSError:
        return False
    move_modules(taken, folder)
    shutil.rmtree(taken, ignore_errors=True)
    return True


def move_modules(source: Path, folder: Path, apart: Collection[Path] = ()) -> None:
    """Move each node_modules to the same place below another folder, on the same disk."""
    for modules in list(modules_in(source, apart)):
        target = folder / modules.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        modules.rename(target)


def store(key: str, folder: Path, apart: Collection[Path] = ()) -> None:
    """Move what is installed in a folder to where the next run finds it."""
    kept = installs_folder() / key
    made = kept.with_name(f"{key}.{os.getpid()}")
    try:
        move_modules(folder, made, apart)
        made.rename(kept)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)  # one is kept already, or the disk is another
    forget_old(installs_folder())


def forget_old(folder: Path) -> None:
    """Remove the oldest installations, more of them where the disk is short, and what killed runs left."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)
    whole = [entry for entry in entries if "." not in entry.name]
    while whole and shutil.disk_usage(folder).free < _LEAST_FREE:
        shutil.rmtree(whole.pop(), ignore_errors=True)
    for old in whole[_MOST_KEPT:]:
        with suppress(OSError):  # another run was quicker
            old.rename(runs_folder() / f"dead-{old.name}-{os.getpid()}")
    remove_dead(runs_folder())  # meanwhile, or in the next run: it takes minutes on a busy disk
    for part in (entry for entry in entries if "." in entry.name):
        owner = part.name.rpartition(".")[2]
        if not owner.isdigit() or not _is_alive(int(owner)):
            shutil.rmtree(part, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def modules_in(folder: Path, apart: Collection[Path] = ()) -> Iterator[Path]:
    """The outermost node_modules folders, without those of folders that are installed apart."""
    for place, folders, _ in os.walk(folder):
        if _MODULES in folders:
            yield Path(place) / _MODULES
        folders[:] = [
            name
            for name in folders
            if name not in (_MODULES, ".git") and Path(place) / name not in apart
        ]


def remove_modules(folder: Path, apart: Collection[Path] = ()) -> None:
    """Remove each node_modules of a folder."""
    for modules in list(modules_in(folder, apart)):
        shutil.rmtree(modules, ignore_errors=True)
