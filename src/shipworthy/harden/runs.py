"""Private folders of runs, outside of what they work on; a run that is killed leaves one that the next
run removes.

Each has a lock that its run holds. A folder whose lock nobody holds belongs to a dead run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from shipworthy.harden.places import runs_folder

_LOCK = "lock"
_NEW = 60.0  # seconds after which a folder without a lock belongs to nobody
_TRIES, _PAUSE = 40, 0.05  # seconds between them


@contextmanager
def run_folder() -> Iterator[Path]:
    """A new folder for the time of the block; those of dead runs are removed meanwhile."""
    folder = runs_folder()
    remove_dead(folder)
    temporary, lock = _locked(folder)
    try:
        yield temporary
    finally:
        _remove_own(temporary)
        os.close(lock)


def _remove_own(folder: Path) -> None:
    """Remove the folder of this run, also while a program works in it that was only just started when the run
    was told to end: nobody waits for that one."""
    shutil.rmtree(folder, ignore_errors=True)
    for _ in range(_TRIES):
        if not folder.exists():
            return
        _end_processes(folder)
        time.sleep(_PAUSE)
        shutil.rmtree(folder, ignore_errors=True)


def remove_dead(folder: Path) -> threading.Thread:
    """Remove what runs left that were killed, and end what they started.

    They are out of the way at once. Their files go meanwhile, in the thread that is given back: an
    installation of packages takes minutes to remove on a busy disk.
    """
    for new in folder.glob("new-*"):
        with suppress(OSError):
            if time.time() - new.stat().st_mtime > _NEW:
                new.rename(new.with_name(new.name.replace("new-", "dead-", 1)))
    for run in folder.glob("run-*"):
        with suppress(OSError):
            lock = os.open(run / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _end_processes(run)
                run.rename(run.with_name(run.name.replace("run-", "dead-", 1)))
            finally:
                os.close(lock)
    removing = threading.Thread(target=_remove, args=(tuple(folder.glob("dead-*")),), daemon=True)
    removing.start()
    return removing


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> tuple[Path, int]:
    """A new folder whose lock is held. It gets the name that others look for when it is."""
    new = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    lock = os.open(new / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return new.rename(new.with_name(new.name.replace("new-", "run-", 1))), lock


def _end_processes(run: Path) -> None:
    """Kill what still works in the folder of a dead run (Linux alone tells)."""
    for process in _working_in(run, sorted(Path("/proc").glob("[0-9]*"))):
        with suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _working_in(run: Path, processes: Sequence[Path]) -> Iterator[int]:
    for process in processes:
        with suppress(OSError):
            if Path(os.readlink(process / "cwd")).is_relative_to(run):
                yield int(process.name)
