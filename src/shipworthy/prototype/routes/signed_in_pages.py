"""Which files of a React app only a visitor who is signed in comes to, as its router and pages say.

What a page asks of a server is no protection of that server; but where nobody else asks for it, the
server may ask who calls and shuts nobody out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import identifiers, properties
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.routes.sign_in_guards import (
    ELEMENTS,
    guards_named,
    imported_files,
    is_guard,
    refusing_components,
    scripts,
)
from shipworthy.prototype.source import Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def behind_sign_in(prototype: Prototype, path: str) -> bool:
    """True where every way of imports from an entry of the app to this file leads through a component
    that sends strangers to the sign-in, or the file's own component does. False in doubt."""
    importers, closed = _importers(prototype), _pages(prototype)
    seen, pending = {path}, [path]
    while pending:
        at = pending.pop()
        if at in closed:
            continue
        above = importers.get(at, ())
        if not above:
            return False
        for up in above:
            if up not in seen and not _shown_guarded(prototype, up, at):
                seen.add(up)
                pending.append(up)
    return True


@lru_cache(maxsize=1)
def _importers(prototype: Prototype) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, targets in sorted(prototype.modules.edges.items()):
        if prototype.files[path].role is Role.PRODUCT:
            for target in targets:
                found.setdefault(target, []).append(path)
    return found


@lru_cache(maxsize=1)
def _pages(prototype: Prototype) -> frozenset[str]:
    """The files whose own component sends strangers away."""
    return frozenset(
        path for (path, _), wraps in refusing_components(prototype).items() if not wraps
    )


def _shown_guarded(prototype: Prototype, path: str, page: str) -> bool:
    """True where a file shows what it imports from a page only between the tags of a guard."""
    return page in _guarded(prototype).get(path, ())


@lru_cache(maxsize=1)
def _guarded(prototype: Prototype) -> dict[str, frozenset[str]]:
    """The files whose components a file shows between the tags of a guard alone, by the file."""
    found: dict[str, frozenset[str]] = {}
    for syntax in scripts(prototype):
        guards = guards_named(prototype, syntax, refusing_components(prototype))
        if not guards:
            continue
        names, used = dict[str, set[str]](), identifiers(syntax.root)
        for name, target in imported_files(prototype, syntax).items():
            names.setdefault(target, set()).add(name)
        found[syntax.source.path] = frozenset(
            target for target, own in names.items() if _are_between(own, used, guards)
        )
    return found


def _are_between(
    names: Collection[str], used: Mapping[str, Sequence[SgNode]], guards: frozenset[str]
) -> bool:
    uses = [node for name in names for node in used.get(name, ()) if not _declares(node)]
    return bool(uses) and all(_is_between(node, guards) for node in uses)


def _declares(node: SgNode) -> bool:
    parent = node.parent()
    return any(a.kind() == "import_statement" for a in node.ancestors()) or (
        parent is not None
        and parent.kind() == "variable_declarator"
        and parent.field("name") == node
    )


def _is_between(node: SgNode, guards: frozenset[str]) -> bool:
    """Between the tags of a guard, or in a route inside one whose element has a guard."""
    for above in node.ancestors():
        if above.kind() == "jsx_element":
            opening = above.field("open_tag")
            if opening is not None and _opens(opening, guards):
                return True
        element = properties(above).get("element") if above.kind() == "object" else None
        if element is not None and any(
            is_guard(n, guards) for n in (element, *within(element, ELEMENTS))
        ):
            return True
    return False


def _opens(opening: SgNode, guards: frozenset[str]) -> bool:
    return is_guard(opening, guards) or any(
        is_guard(node, guards) for node in within(opening, ELEMENTS)
    )
