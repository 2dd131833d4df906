"""The graph of the prototype's own modules: who imports whom, and what reaches the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.modules.browser import browser_files
from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.modules.packages import PythonResolver
from shipworthy.prototype.modules.resolving import External, Local, Nowhere, Resolver, Target
from shipworthy.prototype.source import SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class ModuleGraph(Struct, frozen=True):
    """Edges from each file to the files it imports; type-only imports are left out.

    `browser` are the files that a bundler puts into what visitors download; a file that cannot be
    placed is not in it. `loaded` is what is loaded before the first line of a file runs: without
    what `import()` and functions ask for, and without the packages around a Python module.
    """

    edges: Mapping[str, frozenset[str]]
    packages: Mapping[str, frozenset[str]]  # external packages per file
    unresolved: Mapping[str, frozenset[str]]  # relative or aliased specifiers that lead nowhere
    browser: frozenset[str]
    targets: Mapping[str, Mapping[str, str]]  # specifier -> file, per file
    loaded: Mapping[str, Mapping[str, Import]]  # file -> the import that asks for it, per file

    def path_between(self, start: str, goal: str) -> tuple[str, ...]:
        """A shortest chain of imports from one file to another; empty when there is none."""
        came_from: dict[str, str] = {start: ""}
        pending = [start]
        while pending and goal not in came_from:
            pending = list(self._next(pending, came_from))
        chain = [goal] if goal in came_from else []
        while chain and chain[-1] != start:
            chain.append(came_from[chain[-1]])
        return tuple(reversed(chain))

    def reachable(self, starts: Iterable[str]) -> frozenset[str]:
        """The files that these import, directly or not, and themselves."""
        pending = list(starts)
        came_from = dict.fromkeys(pending, "")
        while pending:
            pending = list(self._next(pending, came_from))
        return frozenset(came_from)

    def _next(self, layer: Iterable[str], came_from: dict[str, str]) -> Iterator[str]:
        """The files one import further that were not seen before; notes where they came from."""
        for path in layer:
            for imported in sorted(self.edges.get(path, ())):
                if imported not in came_from:
                    came_from[imported] = path
                    yield imported


def build_graph(prototype: Prototype) -> ModuleGraph:
    """Resolve imports: relative paths, tsconfig and Vite aliases, workspaces, Python packages."""
    left_out = prototype.git.ignored_folders if prototype.git else frozenset()
    script = Resolver(prototype.files, node_manifests(prototype.files), left_out)
    python = PythonResolver(prototype.files)
    edges: dict[str, frozenset[str]] = {}
    packages: dict[str, frozenset[str]] = {}
    unresolved: dict[str, frozenset[str]] = {}
    targets: dict[str, dict[str, str]] = {}
    loaded: dict[str, dict[str, Import]] = {}
    kept: dict[str, frozenset[str]] = {}  # edges that a bundler leaves in
    for path, facts in prototype.facts.items():
        local, external, nowhere = set[str](), set[str](), set[str]()
        sent = set[str]()
        for item in facts.imports:
            if item.type_only:
                continue
            meant = _targets(script, python, prototype.files[path], item)
            if not item.dynamic and not item.deferred:
                for asked in _asked(python, path, item, meant):
                    loaded.setdefault(path, {}).setdefault(asked, item)
            for target in meant:
                match target:
                    case Local(found):
                        local.add(found)
                        if not item.server_only:
                            sent.add(found)
                        _note(targets.setdefault(path, {}), item, found)
                    case External(package):
                        external.add(package)
                    case Nowhere():
                        nowhere.add(item.specifier)
        edges[path] = frozenset(local - {path})
        if sent != local:
            kept[path] = frozenset(sent - {path})
        packages[path] = frozenset(external)
        if nowhere:
            unresolved[path] = frozenset(nowhere)
    browser = browser_files(prototype, {**edges, **kept}, packages)
    return ModuleGraph(edges, packages, unresolved, browser, targets, loaded)


def _asked(
    python: PythonResolver, path: str, item: Import, meant: Sequence[Target]
) -> Iterable[str]:
    found = [target.path for target in meant if isinstance(target, Local)]
    if found and path.endswith(".py"):
        found = python.named(path, item)
    return [asked for asked in found if asked != path]


def _note(targets: dict[str, str], item: Import, found: str) -> None:
    """What a specifier means; of `from package import module` the module as well."""
    if not found.endswith(".py"):
        targets.setdefault(item.specifier, found)
        return
    where = found.removesuffix(".py").removesuffix("/__init__")
    named, stem = item.specifier.strip(".").replace(".", "/"), where.rpartition("/")[2]
    if named and f"/{where}".endswith(f"/{named}"):
        targets[item.specifier] = found
    elif stem in item.imported:
        targets[f"{item.specifier}.{stem}"] = found
    elif not named:
        targets.setdefault(item.specifier, found)
    else:  # a package around it, which `import a.b` binds
        targets.setdefault(named.partition("/")[0], found)


def _targets(
    script: Resolver, python: PythonResolver, file: SourceFile, item: Import
) -> Sequence[Target]:
    if file.path.endswith(".py"):
        return python.resolve(file.path, item)
    if item.dynamic and any(sign in item.specifier for sign in "*{"):
        return [Local(path) for path in script.matching(file.folder, item.specifier)]
    return [script.resolve(file.folder, item.specifier)]
