"""Whole projects that were copied into a folder of the prototype: other people's, or itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

_LICENCE = regex(r"^(licen[cs]e|copying)(\.\w+)?$", re.IGNORECASE)
_CHANGES = regex(r"^(changelog|changes|history)(\.\w+)?$", re.IGNORECASE)
_PUBLISHED = regex(r'"(repository|homepage)"\s*:')
_DEEPEST = 2  # folders
# What stays what it is: keys and locks are the author's own wherever they stand.
_KEPT = (Role.ENVIRONMENT, Role.LOCK, Role.ASSET, Role.TEST, Role.DOCUMENTATION)


def set_apart(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """The files, with those of copied projects marked as somebody else's."""
    known = tuple(files)
    folders = (*(f"{folder}/" for folder in _copied(known)), *_installed(known))
    twins = _twins(known)
    if not folders and not twins:
        return known
    return tuple(
        replace(f, role=Role.VENDORED)
        if f.role not in _KEPT and (f.path in twins or f.path.startswith(folders))
        else f
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


def _installed(files: tuple[SourceFile, ...]) -> frozenset[str]:
    """The folders of Python packages that pip put into the tree, as for AWS Lambda: those that the
    RECORD of a `.dist-info` lists (https://packaging.python.org/specifications/recording-installed-packages/).
    """
    found = set()
    for file in files:
        if file.name == "RECORD" and file.folder.endswith(".dist-info"):
            site = file.folder.rpartition("/")[0]
            listed = {
                line.partition("/")[0] for line in file.lines if "/" in line.partition(",")[0]
            }
            found |= {f"{site}/{name}/" for name in listed if site and name not in ("..", "bin")}
    return frozenset(found)


def _joins(file: SourceFile) -> bool:
    if file.name in ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json"):
        return True
    return file.name == "package.json" and '"workspaces"' in (file.text or "")


def _is_project(files: list[SourceFile]) -> bool:
    names = [f.name for f in files]
    if not any(map(_LICENCE.match, names)) or not any(map(_CHANGES.match, names)):
        return False
    return any(f.name == "package.json" and _PUBLISHED.search(f.text or "") for f in files)


def _twins(files: tuple[SourceFile, ...]) -> frozenset[str]:
    """The files below such folders that stand at the top as well; what else is there, may be used."""
    folders = tuple(_mirrors(files))
    paths = {f.path for f in files} if folders else frozenset[str]()
    return frozenset(
        path
        for path in paths
        for folder in folders
        if path.startswith(f"{folder}/") and path[len(folder) + 1 :] in paths
    )


def _mirrors(files: tuple[SourceFile, ...]) -> Iterator[str]:
    """Folders of the top with a manifest that hold the prototype once more: most of their code
    stands under the same path in the top folder, and much of it word for word."""
    product = {f.path: f for f in files if f.role is Role.PRODUCT and f.language is not None}
    for manifest in files:
        folder = manifest.folder
        if manifest.name != "package.json" or not folder or "/" in folder:
            continue
        own = [f for path, f in product.items() if path.startswith(f"{folder}/")]
        pairs = [(f, product.get(f.path[len(folder) + 1 :])) for f in own]
        there = sum(other is not None for _, other in pairs)
        same = sum(other is not None and other.text == f.text for f, other in pairs)
        if there >= _FEWEST and there >= len(own) * _MOST and same >= there * _SAME:
            yield folder


_FEWEST = 10  # files
_MOST = 0.7  # of the folder's code files
_SAME = 0.5  # of those with a twin
