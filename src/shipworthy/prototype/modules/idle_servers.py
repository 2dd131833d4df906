"""Server files that nothing starts, beside the one that the scripts of their manifest start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SERVER = regex(r"\.listen\(|\bBun\.serve\(|\bserve\(\s*[{a]|\bexpress\(\)|[fF]astify\(")
_STEM = regex(r"^(index|server|app|main)$")
_NAMED = regex(r"(?<![\w@-])[\w./-]+\.[cm]?[jt]sx?\b")
_SCRIPTS = (Language.TYPESCRIPT, Language.JAVASCRIPT)
_QUIET = (Role.DOCUMENTATION, Role.TEST, Role.ASSET, Role.LOCK)


def idle_servers(prototype: Prototype) -> frozenset[str]:
    """Paths of servers in a folder of which the npm scripts start another file, and no script at all
    calls them or what is built of them.

    A file that anything imports, that a manifest calls its `main`, or that a container, a platform's
    settings or a shell script names with or without its folder, counts as started.
    """
    found = set[str]()
    for manifest in node_manifests(prototype.files):
        started = set(_started(prototype, manifest))
        folders = {prototype.files[path].folder for path in started}
        found |= {f.path for f in _servers(prototype, folders) if f.path not in started}
    imported = {path for targets in prototype.modules.edges.values() for path in targets}
    return frozenset(p for p in found - imported if not _is_started(prototype, p))


def _started(prototype: Prototype, manifest: NodeManifest) -> Iterator[str]:
    """The servers that `start` and its siblings run, as files that stand in the prototype."""
    lines = (manifest.scripts.get(name, "") for name in ("start", "start:prod", "serve"))
    for name in (said for line in lines for said in _NAMED.findall(line)):
        path = posixpath.normpath(posixpath.join(manifest.folder, name))
        file = prototype.files.get(path)
        if file is not None and _is_server(file):
            yield path


def _servers(prototype: Prototype, folders: set[str]) -> Iterator[SourceFile]:
    for file in prototype.of_role(Role.PRODUCT):
        stem = file.name.partition(".")[0]
        if file.folder in folders and _STEM.match(stem) and _is_server(file):
            yield file


def _is_server(file: SourceFile) -> bool:
    return file.language in _SCRIPTS and _SERVER.search(file.text or "") is not None


def _is_started(prototype: Prototype, path: str) -> bool:
    """True where any file says `folder/stem`, `dist/stem` or its like, or starts `stem.js` itself."""
    file = prototype.files[path]
    stem, folder = file.name.partition(".")[0], file.folder.rpartition("/")[2]
    built = "|".join(map(re.escape, filter(None, (folder, "dist", "build", "out", "lib"))))
    said = re.compile(rf"(?<![\w-])({built})/{stem}(?![\w-])")
    bare = re.compile(rf"(?<![\w/-])(\./)?{stem}(\.[cm]?[jt]s)?(?![\w-])")
    for other in prototype.files.values():
        if other.text is None or other.path == path or other.role in _QUIET:
            continue
        if other.role not in (Role.CONFIG, Role.SCRIPT):
            continue  # what code imports is an edge
        if said.search(other.text) and not _is_manifest_elsewhere(other, file):
            return True
        beside = other.folder == file.folder or not other.name.endswith(".json")
        if beside and other.name != "tsconfig.json" and _starts(bare, other):
            return True
    return False


def _is_manifest_elsewhere(other: SourceFile, file: SourceFile) -> bool:
    """True for a package.json of a folder beside: its names are its own files."""
    inside = file.path.startswith(f"{other.folder}/") if other.folder else True
    return other.name == "package.json" and not inside


def _starts(bare: re.Pattern[str], other: SourceFile) -> bool:
    return any(
        _RUNS.search(line) is not None and bare.search(line) is not None for line in other.lines
    )


_RUNS = regex(r"\b(node|tsx|ts-node|bun|deno|nodemon|pm2|main|CMD|ENTRYPOINT|script|entry)\b")
