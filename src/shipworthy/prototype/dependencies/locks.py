"""Lock files of npm, pnpm, Yarn, Bun, Poetry, uv, PDM and Pipenv: which versions are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from shipworthy.prototype.dependencies import json_locks, toml_locks, yaml_locks
from shipworthy.prototype.dependencies.locked import Locked
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

NPM_LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "deno.lock": "deno",
}
"""Name of each npm lock file and the manager that writes it."""

PYTHON_LOCKS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
}
"""Name of each Python lock file and the manager that writes it."""

_READERS: dict[str, Callable[[str], list[Locked] | None]] = {
    "package-lock.json": json_locks.read_npm,
    "npm-shrinkwrap.json": json_locks.read_npm,
    "bun.lock": json_locks.read_bun,
    "Pipfile.lock": json_locks.read_pipenv,
    "pnpm-lock.yaml": yaml_locks.read_pnpm,
    "yarn.lock": yaml_locks.read_yarn,
    "uv.lock": toml_locks.read,
    "poetry.lock": toml_locks.read,
    "pdm.lock": toml_locks.read,
}
_CONFLICT = regex(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)


class Lock(Struct, frozen=True):
    """One lock file. `packages` is None where it could not be read; it may be empty."""

    path: str
    manager: str
    packages: tuple[Locked, ...] | None


def read_lock(file: SourceFile) -> Lock:
    """Read a lock file by its name. Broken, binary and too large ones have no packages (None)."""
    manager = NPM_LOCKS.get(file.name) or PYTHON_LOCKS.get(file.name, "")
    reader = _READERS.get(file.name)
    if reader is None or file.text is None or _is_in_conflict(file.text):
        return Lock(file.path, manager, None)
    found = reader(file.text)
    return Lock(file.path, manager, None if found is None else tuple(found))


def _is_in_conflict(text: str) -> bool:
    return ("<<<<<<< " in text or ">>>>>>> " in text) and _CONFLICT.search(text) is not None


def production_names(packages: Iterable[Locked], roots: Collection[str]) -> set[str]:
    """The names of all packages that these roots lead to.

    Names stand for all their versions, which calls too much production rather than too little.
    """
    needs: dict[str, list[Sequence[str]]] = {}
    for package in packages:
        needs.setdefault(package.name, []).append(package.needs)
    reached = set(roots)
    pending = list(roots)
    while pending:
        for names in needs.get(pending.pop(), ()):
            new = set(names) - reached
            reached |= new
            pending.extend(new)
    return reached
