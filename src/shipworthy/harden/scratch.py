"""A private copy of the repository, outside of it, where remedies are tried; gone when the run ends.

The copy borrows the contents of the user's repository and keeps its own index and branches, so that
nothing is written there before `delivery` does. A run that is killed leaves a folder whose lock nobody
holds: the next run removes it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shipworthy.errors import CommandFailed
from shipworthy.harden.repository import CannotHarden, Repository, git, identity
from shipworthy.harden.runs import run_folder

_SECONDS = 300.0
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

    def text(self, commit: str, path: str) -> str:
        """A file, named from the prototype's folder, as it is in a commit; '' where it is not."""
        try:
            return git(self.root, "show", f"{commit}:./{path}", seconds=_SECONDS)
        except CommandFailed:
            return ""

    def _git(self, *arguments: str) -> str:
        return git(self.top, *arguments, seconds=_SECONDS)


@contextmanager
def scratch_of(repository: Repository) -> Iterator[Scratch]:
    """A copy of the commit to start from, for the time of the block."""
    with run_folder() as temporary:
        yield _copied(repository, temporary)


def _copied(repository: Repository, temporary: Path) -> Scratch:
    # Below a folder of its own: a prototype may be called "home", "tmp" or "lock".
    top = temporary / "copy" / (repository.top.name or "repository")
    top.mkdir(parents=True)
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
    (info / "alternates").write_bytes(_quoted(os.fsencode(repository.objects)) + b"\n")
    if repository.shallow.is_file():
        shutil.copyfile(repository.shallow, folder / "shallow")
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "exclude").write_text(_EXCLUDED, encoding="utf-8")


def _quoted(path: bytes) -> bytes:
    """A path as git reads it from a list of one a line, also where it holds an end of line itself."""
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


def _who(name: str, address: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"GIT_{role}_{part}", value)
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", address))
    )
