"""Which declarations of a file run: those that a chain of names leads to from what other files take of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_DECLARES = ("function_declaration", "class_declaration", "generator_function_declaration")
_NAMES = ("lexical_declaration", "variable_declaration")
_FUNCTIONS = ("arrow_function", "function_expression")
_WORD = regex(r"[A-Za-z_$][\w$]*")
# Whose exports a framework or a platform takes by their names.
_BY_PLACE = regex(
    r"(^|/)(app|pages|routes|api|functions|netlify|supabase|server/(plugins|middleware)|plugins)/"
)


def is_taken_by_nobody(prototype: Prototype, place: Location) -> bool:
    """True for a place in a function of a script that other files import, but not for this one: neither
    they nor what they do take leads to it. False where any of them takes the file as a whole."""
    return any(first <= place.line <= last for first, last in _idle(prototype, place.path))


@lru_cache(maxsize=256)
def _idle(prototype: Prototype, path: str) -> tuple[tuple[int, int], ...]:
    """The lines of the declarations that nothing leads to."""
    file = prototype.files.get(path)
    if file is None or file.language not in _SCRIPTS or file.role is not Role.PRODUCT:
        return ()
    taken = None if _BY_PLACE.search(path) else _taken(prototype).get(path)
    if not taken or "*" in taken:
        return ()
    declared: dict[str, tuple[int, int, frozenset[str]]] = {}
    exported: dict[str, str] = {}
    run: set[str] = set()
    for node in Syntax(file, file.language).root.children():
        names = list(_declared(node))
        words = frozenset(_WORD.findall(node.text()))
        span = node.range()
        if node.kind() == "export_statement":
            exported |= _clause(node)
            if "default" in (child.text() for child in node.children()):
                names = names or ["default"]
                exported["default"] = names[0]
        for name in names:
            declared[name] = (span.start.line + 1, span.end.line + 1, words)
        if _runs(node, names):
            run |= words
    pending = {exported.get(name, name) for name in taken} | run
    alive: set[str] = set()
    while pending:
        alive |= pending
        pending = {w for n in pending if n in declared for w in declared[n][2]} - alive
    return tuple((first, last) for n, (first, last, _) in declared.items() if n not in alive)


def _declared(node: SgNode) -> Iterator[str]:
    """The names that a statement at the top of a file declares."""
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    if inner is None:
        return
    if inner.kind() in _DECLARES:
        name = inner.field("name")
        if name is not None:
            yield name.text()
    elif inner.kind() in _NAMES:
        for child in inner.children():
            name = child.field("name") if child.kind() == "variable_declarator" else None
            if name is not None:
                yield from _WORD.findall(name.text().partition(":")[0])


def _runs(node: SgNode, names: list[str]) -> bool:
    """True for what is done as soon as the file is loaded: `listen(…)`, `const timer = setInterval(…)`."""
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    if inner is not None and inner.kind() in _NAMES:
        values = [child.field("value") for child in inner.children()]
        return any(value is not None and value.kind() not in _FUNCTIONS for value in values)
    return not names and node.kind() not in ("import_statement", "export_statement", "comment")


def _clause(node: SgNode) -> dict[str, str]:
    """`export { a, b as c }`: what is called how outside and inside."""
    found = {}
    for clause in node.children():
        for one in clause.children() if clause.kind() == "export_clause" else ():
            name, alias = one.field("name"), one.field("alias")
            if name is not None:
                found[(alias or name).text()] = name.text()
    return found


@lru_cache(maxsize=1)
def _taken(prototype: Prototype) -> Mapping[str, frozenset[str]]:
    """What other files import of each file by name; "*" where one takes it as a whole."""
    found: dict[str, set[str]] = {}
    for path, facts in prototype.facts.items():
        if prototype.files[path].role in (Role.TEST, Role.DOCUMENTATION):
            continue
        targets = prototype.modules.targets.get(path, {})
        for one in facts.imports:
            target = targets.get(one.specifier)
            if target is not None and target != path and not one.type_only:
                found.setdefault(target, set()).update(one.imported or ("*",))
    return {path: frozenset(names) for path, names in found.items()}
