"""Routes that no server has: the function that adds them, or their router, is imported and never used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.program import Program, functions_of
from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_OWN_ROUTER = regex(r"\b(Router|APIRouter|Blueprint|Hono)\(")
_MOUNTS = regex(r"\b(register_blueprint|include_router|mount)\(|\b(app|server)\.(use|route)\(")
_COMMENT = regex(r"\s*(//|#|\*|/\*)")


def unserved(prototype: Prototype, program: Program, routes: Iterable[Route]) -> frozenset[Route]:
    """The routes in functions and below routers that other modules import and leave unused. Code that
    nobody imports at all is judged elsewhere."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        if route.kind is RouteKind.ENDPOINT:
            by_path.setdefault(route.location.path, []).append(route)
    importing = _importing(prototype, by_path.keys())
    return frozenset(
        route
        for path, found in by_path.items()
        if path in importing
        for route in _left_over(prototype, program, found, importing[path])
    )


def _importing(prototype: Prototype, paths: Iterable[str]) -> dict[str, dict[str, Import | None]]:
    """The files that import each of these, with the import; None for one that only runs later."""
    wanted, found = set(paths), dict[str, dict[str, Import | None]]()
    for importer, targets in prototype.modules.edges.items():
        for path in targets & wanted:
            item = prototype.modules.loaded.get(importer, {}).get(path)
            found.setdefault(path, {})[importer] = item
    return found


def _left_over(
    prototype: Prototype,
    program: Program,
    routes: list[Route],
    importing: dict[str, Import | None],
) -> Iterator[Route]:
    path = routes[0].location.path
    text = prototype.files[path].text or ""
    unused = _names_unused(prototype, importing)
    if unused is None:
        return
    is_router = _OWN_ROUTER.search(text) is not None and not _MOUNTS.search(text)
    adding = [f for name, f in functions_of(program.unit(path).module) if name and f.parameters]
    for route in routes:
        line = route.location.line
        around = next((f for f in adding if f.at <= line <= f.end), None)
        if around is not None:
            if around.name in unused and _times(around.name, text) == 1:
                yield route
        elif is_router and unused >= _imported(importing):
            yield route


def _names_unused(
    prototype: Prototype, importing: dict[str, Import | None]
) -> frozenset[str] | None:
    """The names of a module that others import and never use; None where a module is taken whole, only
    run, or asked for later."""
    used, unused = set[str](), set[str]()
    for importer, item in importing.items():
        if item is None or not item.names or "*" in item.imported:
            return None
        lines = prototype.files[importer].lines
        passes = lines[item.location.line - 1].lstrip().startswith("export")
        if passes or prototype.files[importer].name == "__init__.py":
            used.update(item.imported)  # passed on: who takes it from there is not followed
            continue
        last = max(item.location.line, item.location.end_line)
        rest = "\n".join((*lines[: item.location.line - 1], *lines[last:]))
        for name, bound in zip(item.imported, item.names, strict=False):
            (used if _times(bound, rest) else unused).add(name)
    return frozenset(unused - used)


def _imported(importing: dict[str, Import | None]) -> frozenset[str]:
    return frozenset(name for item in importing.values() if item for name in item.imported)


def _times(name: str, text: str) -> int:
    """How often a name stands in a text, but for lines that are comments."""
    said = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    lines = (line for line in text.splitlines() if name in line and not _COMMENT.match(line))
    return sum(len(said.findall(line)) for line in lines)
