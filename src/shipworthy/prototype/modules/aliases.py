"""The import aliases that tsconfig.json, jsconfig.json and Vite configurations declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.syntax import Syntax, properties, string
from shipworthy.prototype.inventory.manifests import Table, read_json, strings, table, text
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

_CONFIG = regex(r"^(ts|js)config([.-][\w.-]+)?\.json$")
_BUNDLER = regex(r"^(vite|vitest|electron\.vite|astro)\.config\.[cm]?[jt]s$")
_EXTENDS = 8  # how long a chain of `extends` is followed


class Alias(Struct, frozen=True):
    """What a specifier that starts with `prefix` stands for, in files below `folder`.

    `whole` aliases match the specifier itself only. Targets are paths from the prototype's root, to
    which the rest of the specifier is added.
    """

    folder: str
    prefix: str
    targets: tuple[str, ...]
    whole: bool = False

    def paths(self, specifier: str) -> tuple[str, ...]:
        """The paths that a specifier stands for; empty where the alias does not match."""
        if self.whole:
            return self.targets if specifier == self.prefix else ()
        if not specifier.startswith(self.prefix):
            return ()
        rest = specifier[len(self.prefix) :]
        return tuple(join(target, rest) if rest else target for target in self.targets)


def read_aliases(files: Mapping[str, SourceFile]) -> tuple[Alias, ...]:
    """Every alias, the more specific ones first: deeper folder, then longer prefix."""
    found: list[Alias] = []
    for file in files.values():
        if file.text is None:
            continue
        if _BUNDLER.match(file.name) and "alias" in file.text:
            found += _bundler(file)
        elif _CONFIG.match(file.name) and file.role is not Role.TEST:
            found += _compiler(file, files)
    found.sort(key=lambda a: (-len(a.folder), -len(a.prefix)))
    return tuple(found)


def _compiler(file: SourceFile, files: Mapping[str, SourceFile]) -> Iterator[Alias]:
    """`paths` and `baseUrl` of a tsconfig: each its own, or else that of the nearest one it extends."""
    base_url: str | None = None
    paths: Table = {}
    home = file.folder  # of the file that says `paths`
    for above in _extended(file, files):
        options = table(read_json(above.text or ""), "compilerOptions")
        if base_url is None and (said := text(options, "baseUrl")):
            base_url = _inside(above.folder, said)
        if not paths and options.get("paths"):
            paths, home = table(options, "paths"), above.folder
    base = base_url if base_url is not None else home
    for pattern, targets in paths.items():
        prefix, star, _ = pattern.partition("*")
        found = (_inside(base, target.partition("*")[0]) for target in strings(targets))
        if prefix:
            yield Alias(file.folder, prefix, tuple(p for p in found if p is not None), not star)
    if base_url is not None:
        yield Alias(file.folder, "", (base_url,))


def _extended(file: SourceFile, files: Mapping[str, SourceFile]) -> Iterator[SourceFile]:
    """A tsconfig and those of the prototype that it extends, the nearest first."""
    current: SourceFile | None = file
    for _ in range(_EXTENDS):
        if current is None:
            return
        yield current
        parent = next(iter(strings(read_json(current.text or "").get("extends"))), "")
        path = _inside(current.folder, parent) if parent.startswith(".") else None
        current = files.get(path or "") or files.get(f"{path}.json")


def _bundler(file: SourceFile) -> Iterator[Alias]:
    """`resolve.alias` of a Vite configuration: an object, or a list of find and replacement."""
    if file.language is None:
        return
    for pair in Syntax(file, file.language).nodes("pair"):
        key, value = pair.field("key"), pair.field("value")
        if key is None or value is None or (string(key) or key.text()) != "alias":
            continue
        for find, replacement in _entries(value):
            target = _target(file.folder, replacement)
            if find and target is not None:
                yield Alias(file.folder, find, (target,), whole=True)
                yield Alias(file.folder, f"{find.rstrip('/')}/", (target,))


def _entries(value: SgNode) -> Iterator[tuple[str, SgNode]]:
    if value.kind() == "object":
        yield from properties(value).items()
    elif value.kind() == "array":
        for item in value.children():
            entry = properties(item) if item.kind() == "object" else {}
            find = string(entry["find"]) if "find" in entry else None
            if find and "replacement" in entry:
                yield find, entry["replacement"]


def _target(folder: str, value: SgNode) -> str | None:
    """The path of `path.resolve(__dirname, "client", "src")`, of a URL or of a plain string."""
    literals = [value] if value.kind() == "string" else value.find_all(kind="string")
    parts = [p for p in map(string, literals) if p]
    if not parts:
        return None
    parts = [p.lstrip("/") if number == 0 else p for number, p in enumerate(parts)]
    return _inside(folder, join(*parts))


def _inside(folder: str, path: str) -> str | None:
    """A path relative to a folder as a path from the root; None where it leaves the prototype."""
    joined = normpath(join(folder, path)) if folder or path else "."
    if joined.startswith(("..", "/")):
        return None
    return "" if joined == "." else joined


def folders_above(folder: str) -> Iterator[str]:
    """A folder and those around it, nearest first; the root, '', is the last."""
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""
