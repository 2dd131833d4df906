"""Which tsconfig governs which code, and how strictly it lets TypeScript check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join, normpath
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.landmarks import code_files
from shipworthy.prototype.inventory.manifests import (
    Table,
    node_manifests,
    read_json,
    strings,
    table,
    text,
)
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_DEEPEST = 8  # how long a chain of `extends` is followed
_PARTS_OF_STRICT = ("strictNullChecks", "noImplicitAny")
# Published configurations that turn strict on.
_STRICT_PRESETS = regex(
    r"^(@tsconfig/|@vue/tsconfig|astro/tsconfigs/strict|@sindresorhus/tsconfig|@total-typescript/)"
)
_SINCE = 6  # the major version of TypeScript from which strict is the default
_FUNCTIONS = regex(r"(^|/)(supabase/functions|netlify/edge-functions)/")  # Deno: always strict


class Compiler(Struct, frozen=True):
    """One tsconfig and the product files that it governs.

    `strict` is None where it extends a configuration that is not here. `off` are the parts of strict that are
    turned off by name. `location` is the line that decides.
    """

    path: str
    files: tuple[str, ...]
    strict: bool | None
    off: tuple[str, ...]
    location: Location


def read_compilers(prototype: Prototype) -> tuple[Compiler, ...]:
    """Each tsconfig that governs product code, by path."""
    governed: dict[str, list[str]] = {}
    for file in code_files(prototype):
        if file.language not in (Language.TYPESCRIPT, Language.TSX) or file.name.endswith(".d.ts"):
            continue
        config = None if _FUNCTIONS.search(file.path) else _governing(prototype, file)
        if config is not None:
            governed.setdefault(config, []).append(file.path)
    return tuple(_compiler(prototype, path, files) for path, files in sorted(governed.items()))


def _governing(prototype: Prototype, file: SourceFile) -> str | None:
    """The nearest tsconfig.json above a file, or the one of its references that includes it."""
    for folder in folders_above(file.folder):
        path = join(folder, "tsconfig.json")
        if path not in prototype.files:
            continue
        content = _content(prototype.files, path)
        references = [c for c in _references(content, folder) if c in prototype.files]
        if not references or _includes(
            content, folder, file.path, by_default="files" not in content
        ):
            return path
        including = (
            c
            for c in references
            if _includes(_content(prototype.files, c), c.rpartition("/")[0], file.path, True)
        )
        return next(including, None)
    return None


def _content(files: Mapping[str, SourceFile], path: str) -> Table:
    return read_json(files[path].text or "")


def _references(content: Table, folder: str) -> Iterator[str]:
    listed = content.get("references")
    for item in listed if isinstance(listed, list) else ():
        named = text(item, "path") if isinstance(item, dict) else ""
        if named:
            path = normpath(join(folder, named))
            yield path if path.endswith(".json") else join(path, "tsconfig.json")


def _includes(content: Table, folder: str, path: str, by_default: bool) -> bool:
    """True where `include` names a folder around a file; the wildcards after it are not read."""
    patterns = strings(content.get("include"))
    if not patterns:
        return by_default and "references" not in content
    for pattern in patterns:
        start = normpath(join(folder, re.split(r"[*?]", pattern)[0] or ".")).rstrip("/")
        if start == "." or path == start or path.startswith(f"{start}/"):
            return True
    return False


def _compiler(prototype: Prototype, path: str, files: list[str]) -> Compiler:
    options, decided, unseen = _options(prototype, path)
    default = _is_strict_by_default(prototype, path)
    given = options.get("strict")
    if given is None and all(options.get(name) is True for name in _PARTS_OF_STRICT):
        given = True  # what strict is about here, part by part
    strict = given if isinstance(given, bool) else (None if unseen else default)
    off = tuple(name for name in _PARTS_OF_STRICT if options.get(name) is False)
    return Compiler(path, tuple(files), strict, off, _line(prototype, decided, off))


def _options(prototype: Prototype, path: str) -> tuple[Table, str, bool]:
    """The compiler options with what they extend, the file that decides on strict, and whether a
    configuration is missing here."""
    merged: dict[str, object] = {}
    decided, pending, unseen = path, [path], False
    for _ in range(_DEEPEST):
        if not pending:
            break
        current = pending.pop(0)
        content = _content(prototype.files, current)
        for name, value in table(content, "compilerOptions").items():
            if name == "strict" and name not in merged:
                decided = current
            merged.setdefault(name, value)
        for parent in reversed(strings(content.get("extends"))):
            found = _parent(prototype, current, parent)
            if found is not None:
                pending.append(found)
            elif _STRICT_PRESETS.match(parent):
                merged.setdefault("strict", True)
            else:
                unseen = True
    return merged, decided, unseen


def _parent(prototype: Prototype, path: str, parent: str) -> str | None:
    """The file that `extends` names: a path, or one in a package of the workspace."""
    if parent.startswith("."):
        place = normpath(join(path.rpartition("/")[0], parent))
        return next((p for p in (place, f"{place}.json") if p in prototype.files), None)
    for manifest in node_manifests(prototype.files):
        if manifest.name and (parent == manifest.name or parent.startswith(f"{manifest.name}/")):
            rest = parent[len(manifest.name) :].strip("/") or "tsconfig.json"
            place = normpath(join(manifest.folder, rest))
            return next((p for p in (place, f"{place}.json") if p in prototype.files), None)
    return None


def _is_strict_by_default(prototype: Prototype, path: str) -> bool:
    manifests = {m.folder: m for m in node_manifests(prototype.files)}
    for folder in folders_above(path.rpartition("/")[0]):
        asked = manifests[folder].dependencies.get("typescript", "") if folder in manifests else ""
        major = re.search(r"\d+", asked)
        if major:
            return int(major[0]) >= _SINCE
    return False


def _line(prototype: Prototype, path: str, off: tuple[str, ...]) -> Location:
    signs = ('"strict"', *(f'"{name}"' for name in off), '"compilerOptions"')
    lines = prototype.files[path].lines
    for sign in signs:
        for number, line in enumerate(lines, 1):
            if sign in line and not line.lstrip().startswith("//"):
                return Location(path, number)
    return Location(path)
