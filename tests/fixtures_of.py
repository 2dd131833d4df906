"""Fixtures of controls: each case is copied into a fresh git repository and read like a prototype."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from shipworthy.catalogue import Entry, catalogue
from shipworthy.database.prove import Prover
from shipworthy.engines.osv import osv_source
from shipworthy.intent import FILE, Intent
from shipworthy.intent.file import read_intent
from shipworthy.pipeline import default_engines
from shipworthy.prototype import Engines, Prototype, read_prototype
from shipworthy.remedy import Delete, Remedy, Untrack, Write
from shipworthy.settings import Settings

# One server for all tests of a process; it starts when the first SQL is to be replayed.
PROVER = Prover()
atexit.register(PROVER.close)

TODAY = date(2026, 11, 21)  # what ends on a day is judged on one that stays

# Read once: each reading of the selection costs as much as that of a whole case.
_ADVISORIES = osv_source(database=None, cache=False, today=TODAY)

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "core.autocrlf=false")


@dataclass(frozen=True)
class Case:
    """One small prototype of one control."""

    entry: Entry
    kind: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.entry.control.id}-{self.kind}-{self.folder.name}"

    @property
    def expected(self) -> list[str]:
        """The gap subjects that `expected.toml` lists for a vulnerable case."""
        file = self.folder.parent.parent / "expected.toml"
        listed = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return sorted(listed.get("vulnerable", {}).get(self.folder.name, []))

    @property
    def fixed(self) -> Case:
        """What becomes of a vulnerable case."""
        folder = self.folder.parent.parent / "fixed" / self.folder.name
        return Case(self.entry, "fixed", folder)


def cases(*kinds: str) -> Iterator[Case]:
    """All cases of these kinds, of all controls."""
    for entry in catalogue():
        for kind in kinds:
            root = entry.folder / "fixtures" / kind
            for folder in sorted(root.iterdir()) if root.is_dir() else ():
                yield Case(entry, kind, folder)


def unpack(folder: Path, into: Path) -> Path:
    """Copy a case and put it under version control, ignored files left untracked.

    Where `past/<kind>/<case>/` has numbered folders beside the kinds, each is committed before.
    """
    shutil.copytree(_empty_repository(), into, dirs_exist_ok=True)
    past = folder.parent.parent / "past" / folder.parent.name / folder.name
    for state in sorted(past.iterdir()) if past.is_dir() else ():
        shutil.copytree(state, into, dirs_exist_ok=True)
        _git(into, "add", "-Af")
        _git(into, "commit", "-qm", state.name)
        _git(into, "rm", "-rqf", "--ignore-unmatch", ".")
    shutil.copytree(folder, into, dirs_exist_ok=True)
    _git(into, "add", "-A")
    return into


@cache
def _empty_repository() -> Path:
    """What `git init` makes, made once: to copy it is faster than to start git for each case."""
    made = Path(mkdtemp(prefix="shipworthy-empty-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    _git(made, "init", "-q", "--template=")
    return made


def prototype_of(root: Path, *, rebuilt: bool = True) -> Prototype:
    """Read a folder, and what its shipworthy.toml declares, with the real engines, the bundled
    advisories and, unless its database is not to be rebuilt, a real PostgreSQL."""
    engines = default_engines()
    bundled = Engines(engines.secrets, _ADVISORIES, PROVER if rebuilt else None)
    intent = read_intent(root) if (root / FILE).exists() else Intent()
    return read_prototype(root, Settings(workers=1, intent=intent, today=TODAY), bundled)


def apply(remedy: Remedy, root: Path) -> None:
    """Make the changes of a remedy in a checkout."""
    for change in remedy.changes:
        match change:
            case Write(path, text):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            case Delete(path):
                (root / path).unlink()
            case Untrack(path):
                _git(root, "rm", "-q", "--cached", path)
    _git(root, "add", "-A")


def tracked(root: Path) -> dict[str, bytes]:
    """Path and content of every tracked file."""
    listed = _git(root, "ls-files", "-z").split("\0")
    return {path: (root / path).read_bytes() for path in listed if path}


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*GIT, "-C", str(root), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout
