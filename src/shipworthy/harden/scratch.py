"""A private copy of the repository, outside of it, where remedies are tried; gone when the run ends.

The copy borrows the contents of the user's repository and keeps its own index and branches, so that
nothing is written there before `delivery` does. A run that is killed leaves a folder whose lock nobody
holds: the next run removes it.
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
from dataclasses import dataclass
from pathlib import Path

from shipworthy.errors import CommandFailed
from shipworthy.harden.places import runs_folder
from shipworthy.harden.repository import CannotHarden, Repository, git, identity

_LOCK = "lock"
_SECONDS = 300.0
_NEW = 60.0  # seconds after which a folder without a lock belongs to nobody
# Never tracked, whatever the prototype forgot to ignore.
_EXCLUDED = "node_modules\n.venv\n__pycache__\n*.tsbuildinfo\n"


@dataclass(frozen=True, slots=True)
class Scratch:
    """The copy. `top` is its folder, `root` that of the prototype in it, `temporary` holds both."""

    temporary: Path
    top: Path
    root: Path
    environment: tuple[tuple[str, str], ...]  # who commits

    def tree(self) -> str:
        """Record all files as they are; the name of their tree. Ignored files are left out."""
        self._git("add", "-A")
        return self._git("write-tree").strip()

    def untrack(self, path: str) -> None:
        """Take a file, named from the prototype's folder, out of version control, and keep it."""
        git(self.root, "rm", "-q", "--cached", "--", path)

    def head(self) -> str:
        """The commit that the copy stands at."""
        return self._git("rev-parse", "HEAD").strip()

    def commit(self, tree: str, message: str) -> str:
        """A commit of a tree on top of the present one; the copy stands at it afterwards."""
        from shipworthy.command import run
        from shipworthy.prototype.git import git_command

        note = self.temporary / "message"
        note.write_text(message, encoding="utf-8")
        command = git_command(self.top, "commit-tree", tree, "-p", "HEAD", "-F", str(note))
        ran = run(
            type(command)(command.argv, None, {**command.environment, **dict(self.environment)})
        )
        if ran.code != 0:
            raise CommandFailed(f"git commit-tree: {ran.errors.decode(errors='replace').strip()}")
        made = ran.output.decode().strip()
        self._git("update-ref", "HEAD", made)
        return made

    def reset(self, commit: str = "HEAD") -> None:
        """Back to a commit: changed, new and untracked files are as there; ignored ones stay."""
        self._git("reset", "--hard", "-q", commit)
        self._git("clean", "-fdq")

    def discard(self) -> None:
        """Remove what programs wrote that version control would take for changes; the index stays."""
        self._git("checkout", "-q", "--", ".")
        self._git("clean", "-fdq")

    def restore(self, tree: str) -> None:
        """Back to a tree that was recorded; the commit stays."""
        self._git("read-tree", "--reset", "-u", tree)
        self._git("clean", "-fdq")

    def diff(self, old: str, new: str) -> str:
        """The changes between two commits or trees, as a patch."""
        return self._git("diff", "--no-color", "--no-ext-diff", old, new)

    def changed(self, old: str, new: str) -> tuple[str, ...]:
        """The paths, from the prototype's folder, of what differs."""
        listed = git(self.root, "diff", "--name-only", "-z", "--no-renames", "--relative", old, new)
        return tuple(path for path in listed.split("\0") if path)

    def _git(self, *arguments: str) -> str:
        return git(self.top, *arguments, seconds=_SECONDS)


@contextmanager
def scratch_of(repository: Repository) -> Iterator[Scratch]:
    """A copy of the commit to start from, for the time of the block."""
    folder = runs_folder()
    remove_dead(folder)
    temporary, lock = _locked(folder)
    try:
        yield _copied(repository, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        os.close(lock)


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


def _copied(repository: Repository, temporary: Path) -> Scratch:
    top = temporary / (repository.top.name or "repository")
    top.mkdir()
    name, address = identity(repository.top)
    made = Scratch(temporary, top, top / repository.prefix, _who(name, address))
    try:
        git(top, "init", "-q", f"--object-format={repository.object_format}", "--template=", ".")
        _borrow(repository, top / ".git")
        git(top, "update-ref", "--no-deref", "HEAD", repository.base)
        git(top, "reset", "--hard", "-q", repository.base, seconds=_SECONDS)
    except (CommandFailed, OSError) as error:
        raise CannotHarden(f"no copy of the repository could be made: {error}") from error
    return made


def _borrow(repository: Repository, folder: Path) -> None:
    info = folder / "objects" / "info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "alternates").write_bytes(os.fsencode(repository.objects) + b"\n")
    if repository.shallow.is_file():
        shutil.copyfile(repository.shallow, folder / "shallow")
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "exclude").write_text(_EXCLUDED, encoding="utf-8")


def _who(name: str, address: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"GIT_{role}_{part}", value)
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", address))
    )


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
