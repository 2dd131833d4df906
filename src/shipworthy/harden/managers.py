"""Which package manager installs a folder, in which version, and whether another can stand in for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from shipworthy.harden.project import Package
from shipworthy.prototype.inventory.manifests import Table, read_json, table, text

_LATEST_KNOWN = {"pnpm": "9", "yarn": "1"}
# https://pnpm.io/: the version that writes this version of the lock file, by its first digit.
_PNPM_OF_LOCK = {"5": "7", "6": "8"}
_PNPM_WORKSPACE = "pnpm-workspace.yaml"
_MEMBERS = re.compile(r"^packages\s*:", re.MULTILINE)


def program(name: str, folder: Path | None = None) -> tuple[str, ...]:
    """A package manager on the PATH, else the one that npm fetches, in the version that a folder wants."""
    if shutil.which(name):
        return (name,)
    return ("npm", "exec", "--yes", f"--package={fetched(name, folder)}", "--", name)


def fetched(name: str, folder: Path | None = None) -> str:
    """What npm fetches for a manager: "pnpm@10"."""
    wanted = _pnpm(folder) if name == "pnpm" and folder is not None else ""
    return f"{name}@{wanted or _LATEST_KNOWN[name]}"


def is_of_pnpm(package: Package, folder: Path) -> bool:
    """True where pnpm installs it: its lock file, its workspace file or package.json says so."""
    locked = any(lock.endswith("pnpm-lock.yaml") for lock in package.locks)
    return locked or package.manager == "pnpm" or (folder / _PNPM_WORKSPACE).is_file()


def npm_sees_all(package: Package, folder: Path) -> bool:
    """False for a workspace that only pnpm knows of: npm installs the packages of the root alone, and says
    that all went well."""
    if not package.members or "workspaces" in _manifest(folder):
        return True
    return _MEMBERS.search(_read(folder / _PNPM_WORKSPACE)) is None


def _pnpm(folder: Path) -> str:
    """The major version of pnpm, '' where nothing says which."""
    manifest = _manifest(folder)
    named = re.match(r"pnpm@(\d+)", text(manifest, "packageManager"))
    if named is not None:
        return named[1]
    engine = re.search(r"\d+", text(table(manifest, "engines"), "pnpm"))
    if engine is not None:
        return engine[0]
    settings = _read(folder / _PNPM_WORKSPACE)
    if settings and not _MEMBERS.search(settings):
        return "10"  # it alone has settings there, and 9 refuses a file without packages
    return next(_of_lock(folder), "")


def _of_lock(folder: Path) -> Iterator[str]:
    version = re.match(r"lockfileVersion: '?(\d)", _read(folder / "pnpm-lock.yaml"))
    if version is not None and version[1] in _PNPM_OF_LOCK:
        yield _PNPM_OF_LOCK[version[1]]


def _manifest(folder: Path) -> Table:
    return read_json(_read(folder / "package.json"))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if not file.is_symlink() else ""
    except (OSError, UnicodeDecodeError):
        return ""
