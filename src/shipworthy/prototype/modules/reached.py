"""Whether anything leads to a file of a script: an import, a place that a framework looks at, or its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shipworthy.prototype.modules.placed import Placed
from shipworthy.prototype.modules.remarks import is_remark
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_SILENT = (Role.DOCUMENTATION, Role.TEST, Role.ASSET, Role.LOCK)
_KNOWN_SHARE = 0.34  # of the scripts of a folder: where fewer are reached, the start was not found
_MOST_BEFORE = 60  # files that lead to one: each is searched for
# Code that takes others in by their place, or by a name that is put together.
_LOADING = ("import(", "require(", "import.meta.glob", "require.context")
_LOADS = regex(
    r"import\.meta\.glob|require\.context"
    r"|\b(import|require)\(\s*(/\*.*?\*/\s*)?(`[^`]*\$\{|[^\s\"'`/)])"
)
_PATH = regex(r"^[./@~#]|/")
_ENDING = regex(r"\.[cm]?[jt]sx?$")


class Reach(Enum):
    """Whether some part of the app leads to a file. NO is said where nothing else can be meant."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def reach(prototype: Prototype, path: str) -> Reach:
    """Whether a script of the product is imported from where the app starts.

    What only tests and unreached files import is not reached. Where code takes files in by their place,
    where another file says its name as part of a path, and where most of its folder looks unreached, too,
    nobody can tell.
    """
    asked = _ASKED.get(prototype)
    if asked is None:
        asked = _ASKED[prototype] = _Reaching(prototype)
    if path not in asked.known:
        asked.known[path] = asked.of(path)
    return asked.known[path]


class _Reaching:
    """What is asked of one prototype, and what was answered."""

    def __init__(self, prototype: Prototype) -> None:
        self.known: dict[str, Reach] = {}
        self._files = prototype.files
        self._facts = prototype.facts
        self._graph = prototype.modules
        self._placed = Placed(prototype)
        self._unread = any(
            (f := prototype.files.get(u.path)) is None
            or (f.text is None and f.role in (Role.PRODUCT, Role.CONFIG))
            for u in prototype.unread
        )

    def of(self, path: str) -> Reach:
        file = self._files.get(path)
        if file is None or file.role is not Role.PRODUCT or file.language not in _SCRIPTS:
            return Reach.UNKNOWN
        before = {path}
        pending = [path]
        while pending:
            one = pending.pop()
            if self._starts(self._files[one]):
                return Reach.UNKNOWN if one == path else Reach.YES
            found = self._importers.get(one, set()) - before
            before |= found
            pending += found
        return Reach.NO if self._is_sure(path, before) else Reach.UNKNOWN

    def _is_sure(self, path: str, before: set[str]) -> bool:
        if self._unread or self._placed.finds_all(path):
            return False
        checked: set[str] = set()
        while left := before - checked:
            if len(before) > _MOST_BEFORE:
                return False
            for one in left:
                checked.add(one)
                if any(self._loads(loader, one) for loader in self._loaders):
                    return False
                for other in self._naming(self._files[one]):
                    if other.language not in _SCRIPTS or self._starts(other):
                        return False
                    before.add(other.path)
            for one in list(before - checked):
                before |= self._importers.get(one, set())
                if any(self._starts(self._files[p]) for p in before):
                    return False
        top = path.partition("/")[0]
        scripts = [
            f.path
            for f in self._files.values()
            if f.role is Role.PRODUCT and f.language in _SCRIPTS and f.path.startswith(f"{top}/")
        ]
        alive = sum(p in self._alive for p in scripts)
        return bool(scripts) and alive >= len(scripts) * _KNOWN_SHARE

    def _starts(self, file: SourceFile) -> bool:
        """True for what runs without an import: all but scripts of the product that nothing finds."""
        if file.role is Role.UI_KIT:
            return False
        return file.role is not Role.PRODUCT or self._placed.starts(file)

    @cached_property
    def _importers(self) -> Mapping[str, set[str]]:
        """Who imports each file, tests and documents left out."""
        found: dict[str, set[str]] = {}
        for importer, targets in self._graph.edges.items():
            if self._files[importer].role not in _SILENT:
                for target in targets:
                    found.setdefault(target, set()).add(importer)
        return found

    @cached_property
    def _alive(self) -> frozenset[str]:
        asked = (self._files[p] for p in self._facts)
        starts = [f.path for f in asked if f.role not in _SILENT and self._starts(f)]
        return self._graph.reachable(starts)

    @cached_property
    def _loaders(self) -> tuple[SourceFile, ...]:
        return tuple(
            f
            for f in self._files.values()
            if f.language in _SCRIPTS and f.role not in _SILENT and f.text
            if any(word in f.text for word in _LOADING) and _LOADS.search(f.text)
        )

    def _loads(self, loader: SourceFile, path: str) -> bool:
        """True where a file that loads others by their place may mean this one: it says a folder that it
        stands in, or stands above it."""
        folder = path.rpartition("/")[0]
        if loader.path == path or f"{folder}/".startswith(f"{loader.folder}/") or not folder:
            return loader.path != path and loader.folder != ""
        text = loader.text or ""
        return any(part in text for part in folder.split("/") if part not in ("src", "app"))

    def _naming(self, file: SourceFile) -> Iterator[SourceFile]:
        """The other files that say the name of a file as a part of a path."""
        stem = file.name.partition(".")[0]
        if stem == "index":
            stem = file.folder.rpartition("/")[2]
        name = re.escape(stem)
        quoted = re.compile(rf"[\"'`]([^\"'`\n]*(?<![\w-]){name}(?:\.[cm]?[jt]sx?)?)/?[\"'`]")
        named = re.compile(rf"[/\\]{name}(?![\w-])|(?<![\w-]){name}\.\w")
        for other in self._files.values():
            if other.path == file.path or other.role in _SILENT or stem not in (other.text or ""):
                continue
            if other.language not in _SCRIPTS:
                if named.search(other.text or ""):
                    yield other
            elif any(self._says(other, m) for m in quoted.finditer(other.text or "")):
                yield other

    def _says(self, other: SourceFile, match: re.Match[str]) -> bool:
        said, text = match[1], other.text or ""
        if said in self._graph.targets.get(other.path, ()):
            return False  # it means another file, or is followed as an import
        if not (_ENDING.search(said) or (_PATH.search(said) and not said.startswith("/"))):
            return False
        return not is_remark(text, match.start())


_ASKED: WeakKeyDictionary[Prototype, _Reaching] = WeakKeyDictionary()
