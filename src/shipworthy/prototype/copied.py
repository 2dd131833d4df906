"""Whole projects of other people that were copied into a folder of the prototype."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from shipworthy.prototype.source import Role, SourceFile

_LICENCE = re.compile(r"^(licen[cs]e|copying)(\.\w+)?$", re.IGNORECASE)
_CHANGES = re.compile(r"^(changelog|changes|history)(\.\w+)?$", re.IGNORECASE)
_PUBLISHED = re.compile(r'"(repository|homepage)"\s*:')
_DEEPEST = 2  # folders
# What stays what it is: keys and locks are the author's own wherever they stand.
_KEPT = (Role.ENVIRONMENT, Role.LOCK, Role.ASSET, Role.TEST, Role.DOCUMENTATION)


def set_apart(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """The files, with those of copied projects marked as somebody else's."""
    known = tuple(files)
    folders = tuple(f"{folder}/" for folder in _copied(known))
    if not folders:
        return known
    return tuple(
        replace(f, role=Role.VENDORED) if f.path.startswith(folders) and f.role not in _KEPT else f
        for f in known
    )


def _copied(files: tuple[SourceFile, ...]) -> frozenset[str]:
    """Folders with a licence, a list of changes and a published manifest of their own, in a
    prototype that has no such list itself and no packages that belong together."""
    by_folder: dict[str, list[SourceFile]] = {}
    for file in files:
        if file.folder.count("/") < _DEEPEST:
            by_folder.setdefault(file.folder, []).append(file)
    top = by_folder.get("", [])
    if any(_CHANGES.match(f.name) or _joins(f) for f in top):
        return frozenset()
    return frozenset(folder for folder, found in by_folder.items() if folder and _is_project(found))


def _joins(file: SourceFile) -> bool:
    if file.name in ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json"):
        return True
    return file.name == "package.json" and '"workspaces"' in (file.text or "")


def _is_project(files: list[SourceFile]) -> bool:
    names = [f.name for f in files]
    if not any(map(_LICENCE.match, names)) or not any(map(_CHANGES.match, names)):
        return False
    return any(f.name == "package.json" and _PUBLISHED.search(f.text or "") for f in files)
