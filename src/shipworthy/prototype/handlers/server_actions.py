"""Server actions of Next.js that no page and no component leads to: no browser gets their address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.code.directives import directives
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_DRAWN = (".tsx", ".jsx", ".js", ".mdx")
_LEAVES_OUT = (
    15  # the first version that builds no address for actions that nothing in a page asks for
)
_ALL = "*"


class HiddenActions(Struct, frozen=True):
    """Files of actions that only the server's own code asks for, and single actions of other files."""

    files: frozenset[str]
    actions: frozenset[tuple[str, str]]  # path and name

    def holds(self, route: Route) -> bool:
        """True where no browser can call this action."""
        path = route.location.path
        return path in self.files or (path, route.handler) in self.actions


def hidden_actions(prototype: Prototype) -> HiddenActions:
    """The actions without an address. Of a file from which a page takes some, the others have none from
    Next.js 15 on ("dead code elimination" in its documentation of server actions)."""
    importers: dict[str, set[str]] = {}
    for path, targets in prototype.modules.edges.items():
        for target in targets:
            importers.setdefault(target, set()).add(path)
    all_actions = [r for r in prototype.routes if r.kind is RouteKind.SERVER_ACTION]
    of_actions, browser = {r.location.path for r in all_actions}, prototype.modules.browser
    leaves_out = _leaves_out(prototype)
    files, actions = set(), set()
    for path in {r.location.path for r in all_actions if r.framework == "next"}:
        asking = set(importers.get(path, ()))
        if path.endswith(_DRAWN) and _stands_in_a_page(prototype, path):
            if not asking and not _PAGE.search(path):
                files.add(path)
            continue
        barrels = {p for p in asking if p.rpartition("/")[2].startswith("index.")}
        for barrel in barrels:
            asking |= importers.get(barrel, set())
        drawn = {p for p in asking if p.endswith(_DRAWN)} - (of_actions - browser)
        pages = drawn | (asking & browser)
        if not pages and (asking or not _may_be_meant(prototype, path)):
            files.add(path)
        elif pages and leaves_out and not barrels and not path.endswith(_DRAWN):
            # A page with an action of its own in it is a page all the same.
            taken = _taken(prototype, path, {p for p in asking if p.endswith(_DRAWN)} | pages)
            names = {r.handler for r in all_actions if r.location.path == path}
            actions |= {(path, name) for name in names if _ALL not in taken and name not in taken}
    return HiddenActions(frozenset(files), frozenset(actions))


def _stands_in_a_page(prototype: Prototype, path: str) -> bool:
    """True for a file that draws something, and has actions of its own inside of that."""
    return "use server" not in directives(prototype.files[path].text)


_PAGE = regex(r"(^|/)(page|layout|template|default|not-found|loading)\.\w+$")


def _may_be_meant(prototype: Prototype, path: str) -> bool:
    """True where the text of another file says the name of a file, and where no page stands here that
    could ask for it."""
    pages = (f for f in prototype.of_role(Role.PRODUCT) if f.name.endswith(_DRAWN[:2]))
    if all(f.path == path for f in pages):
        return True
    stem = path.rpartition("/")[2].partition(".")[0]
    said = re.compile(rf"(?<![\w-]){re.escape(stem)}(?![\w-])")
    return any(
        stem in (file.text or "") and said.search(file.text or "") is not None
        for file in prototype.files.values()
        if file.path != path and file.role not in _SILENT
    )


_SILENT = (Role.DOCUMENTATION, Role.TEST, Role.LOCK, Role.ASSET)
_MOVES_MONEY = regex(r"refund|payout|transfers?\b|charges?\b|capture", re.IGNORECASE)


def may_move_money(text: str) -> bool:
    """True for a file that says something of giving money away or taking it."""
    return _MOVES_MONEY.search(text) is not None


def _taken(prototype: Prototype, path: str, pages: Iterable[str]) -> set[str]:
    """The names that pages and components import from a file; all of them where one takes it whole."""
    found: set[str] = set()
    for page in pages:
        targets, facts = prototype.modules.targets.get(page, {}), prototype.facts.get(page)
        for one in facts.imports if facts else ():
            if targets.get(one.specifier) == path and not one.type_only:
                found |= {_ALL} if one.dynamic or not one.imported else set(one.imported)
    return found or {_ALL}


def _leaves_out(prototype: Prototype) -> bool:
    asked = [d for d in prototype.dependencies.packages if d.name == "next" and d.direct]
    majors = [re.search(r"\d+", d.version or d.specifier) for d in asked]
    return bool(majors) and all(m is not None and int(m[0]) >= _LEAVES_OUT for m in majors)
