"""Files that load each other in a circle, so that none of them can be loaded first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ast_grep_py import SgNode
from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.modules.loading import is_assembly, used_at_all, used_at_load
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MOST = 60  # files of one circle that are parsed again, to leave out imports that nothing uses
_MODELS = ("typeorm", "@mikro-orm/core", "sequelize-typescript", "drizzle-orm/pg-core")

Edges = Mapping[str, Mapping[str, Import]]


class Step(Struct, frozen=True):
    """One import of a circle. `used` is where the file needs what it imports while it is loaded;
    None where only functions use it, which run later."""

    importer: str
    imported: str
    location: Location
    used: Location | None


class Cycle(Struct, frozen=True):
    """All the files that reach each other, by path, and the shortest way around, step by step."""

    files: tuple[str, ...]
    steps: tuple[Step, ...]


def read_cycles(prototype: Prototype) -> tuple[Cycle, ...]:
    """The circles of imports among live product files, each with its shortest way around.

    Imports of types, `import()` and imports inside functions load nothing by themselves; a compiler of
    TypeScript drops imports that nothing uses. A Python package that makes its objects and then loads its
    own modules is no circle: it is always loaded first.
    """
    edges = _own(prototype)
    found = []
    for group in components(edges):
        parsed = _parsed(prototype, group)
        real = {path: _needed(edges[path], group, parsed.get(path)) for path in group}
        for files in components(real):
            inner = {p: {q: i for q, i in real[p].items() if q in files} for p in files}
            found.append(Cycle(tuple(sorted(files)), _steps(_shortest(inner), inner, parsed)))
    return tuple(sorted(found, key=lambda cycle: cycle.files))


def _own(prototype: Prototype) -> dict[str, dict[str, Import]]:
    product = {f.path for f in prototype.of_role(Role.PRODUCT) if not is_archived(f.path)}
    own = product - prototype.abandoned
    return {
        path: {
            other: item
            for other, item in loaded.items()
            if other in own and not (_is_model(prototype, path) and _is_model(prototype, other))
        }
        for path, loaded in prototype.modules.loaded.items()
        if path in own
    }


def _is_model(prototype: Prototype, path: str) -> bool:
    """True for tables as classes, which have to name each other to be related."""
    return any(item.specifier in _MODELS for item in prototype.facts[path].imports)


def _parsed(prototype: Prototype, group: frozenset[str]) -> dict[str, Syntax]:
    files = [prototype.files[path] for path in sorted(group)[:_MOST]]
    return {file.path: Syntax(file, file.language) for file in files if file.language}


def _needed(
    loaded: Mapping[str, Import], group: frozenset[str], syntax: Syntax | None
) -> dict[str, Import]:
    """The imports of a file that stay in what runs."""
    inside = {other: item for other, item in loaded.items() if other in group}
    if syntax is None:
        return inside
    if syntax.python:
        return {other: i for other, i in inside.items() if not is_assembly(syntax, i, other)}
    if not syntax.source.path.endswith((".ts", ".tsx", ".mts", ".cts")):
        return inside
    return {other: i for other, i in inside.items() if not i.names or used_at_all(syntax, i)}


def components(edges: Edges) -> list[frozenset[str]]:
    """The groups of two and more files that all reach each other (Tarjan 1972, without recursion)."""
    found: list[frozenset[str]] = []
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_: set[str] = set()
    for root in sorted(edges):
        if root in order:
            continue
        pending: list[tuple[str, Iterator[str]]] = []
        _enter(root, edges, order, low, stack, open_, pending)
        while pending:
            path, others = pending[-1]
            for other in others:
                if other not in order:
                    _enter(other, edges, order, low, stack, open_, pending)
                    break
                if other in open_:
                    low[path] = min(low[path], order[other])
            else:
                pending.pop()
                if pending:
                    low[pending[-1][0]] = min(low[pending[-1][0]], low[path])
                if low[path] == order[path]:
                    group = _closed(path, stack, open_)
                    if len(group) > 1:
                        found.append(group)
    return found


def _enter(
    path: str,
    edges: Edges,
    order: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    open_: set[str],
    pending: list[tuple[str, Iterator[str]]],
) -> None:
    order[path] = low[path] = len(order)
    stack.append(path)
    open_.add(path)
    pending.append((path, iter(sorted(edges.get(path, ())))))


def _closed(path: str, stack: list[str], open_: set[str]) -> frozenset[str]:
    at = stack.index(path)
    group = frozenset(stack[at:])
    del stack[at:]
    open_.difference_update(group)
    return group


def _shortest(edges: Edges) -> tuple[str, ...]:
    """The shortest way around in a group; of several the first by path."""
    best: tuple[str, ...] = ()
    for start in sorted(edges):
        way = _around(start, edges)
        if way and (not best or len(way) < len(best)):
            best = way
        if len(best) == 2:
            break
    return best


def _around(start: str, edges: Edges) -> tuple[str, ...]:
    """The shortest way from a file back to itself, the file first."""
    came_from = {start: ""}
    pending = [start]
    while pending:
        following: list[str] = []
        for path in pending:
            for other in sorted(edges.get(path, ())):
                if other == start:
                    return _way(path, came_from)
                if other not in came_from:
                    came_from[other] = path
                    following.append(other)
        pending = following
    return ()


def _way(path: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    way = [path]
    while came_from[way[-1]]:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))


def _steps(way: tuple[str, ...], edges: Edges, parsed: Mapping[str, Syntax]) -> tuple[Step, ...]:
    steps = tuple(_step(*pair, edges, parsed) for pair in _pairs(way))
    starts = any(_is_bound(pair, edges, parsed) for pair in _pairs(way))
    if starts or any(_is_caught(parsed.get(step.importer), step.location) for step in steps):
        return tuple(replace(step, used=None) for step in steps)
    return steps


def _is_caught(syntax: Syntax | None, location: Location) -> bool:
    """True for an import that may fail: `except ImportError` goes on without it."""
    if syntax is None or not syntax.python:
        return False
    return any(
        clause.kind() == "except_clause"
        and _CATCHES.match(clause.text())
        and not _ENDS.search(clause.text())
        for node in syntax.nodes("try_statement")
        if (body := node.field("body")) is not None and location.line in _lines(body)
        for clause in node.children()
    )


_CATCHES = regex(r"except\s*(:|\(?[^:]*\b(ImportError|Exception|BaseException)\b)")
_ENDS = regex(r"\braise\b|\bexit\(")


def _lines(node: SgNode) -> range:
    at = node.range()
    return range(at.start.line + 1, at.end.line + 2)


def _pairs(way: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    return zip(way, (*way[1:], *way[:1]), strict=True)


def _step(importer: str, imported: str, edges: Edges, parsed: Mapping[str, Syntax]) -> Step:
    item = edges[importer][imported]
    here, there = parsed.get(importer), parsed.get(imported)
    used = used_at_load(here, item, there) if here and there else None
    return Step(importer, imported, item.location, used)


def _is_bound(pair: tuple[str, str], edges: Edges, parsed: Mapping[str, Syntax]) -> bool:
    """True for a step that always finds what it asks for: the circle is entered by the package above."""
    importer, imported = pair
    package = parsed.get(imported)
    return package is not None and _is_bound_before(
        importer, edges[importer][imported], package, edges[imported].values()
    )


def _is_bound_before(
    importer: str, item: Import, package: Syntax, its_imports: Iterable[Import]
) -> bool:
    """True where a module asks its own package for names that stand there above what closes the circle:
    Python always begins with the package."""
    folder, _, name = package.source.path.rpartition("/")
    if name != "__init__.py" or not importer.startswith(f"{folder}/") or "*" in item.imported:
        return False
    first = min((each.location.line for each in its_imports), default=1)
    above = "\n".join(package.source.lines[: first - 1])
    return bool(item.imported) and all(
        re.search(rf"\b{re.escape(name)}\b", above) for name in item.imported
    )
