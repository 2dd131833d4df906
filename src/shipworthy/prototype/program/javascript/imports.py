"""The names that a file takes from other modules, with import or with require."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import inner
from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Imported,
    Let,
    Literal,
    Member,
    Name,
    Record,
)


def imported(node: SgNode) -> list[Imported]:
    """The names of an import statement; those of types only are left out."""
    if is_of_types(node):
        return []
    at, module = node.range().start.line + 1, module_named(node)
    found: list[Imported] = []
    for part in inner(node):
        kind = part.kind()
        if kind == "import_require_clause":
            names = [c.text() for c in inner(part) if c.kind() == "identifier"]
            found += [Imported(name, module_named(part), "*", at) for name in names]
        for child in inner(part) if kind == "import_clause" else ():
            found += [Imported(local, module, name, at) for local, name in _clause(child)]
    return found


def _clause(node: SgNode) -> list[tuple[str, str]]:
    kind = node.kind()
    if kind == "identifier":
        return [(node.text(), "default")]
    if kind == "namespace_import":
        return [(child.text(), "*") for child in inner(node)]
    specifiers = [part for part in inner(node) if not is_of_types(part)]
    return [(local, name) for name, local in map(renamed, specifiers) if local]


def required(let: Let) -> list[Imported]:
    """The names of `const x = require("m")`, `… = require("m").y` and `const { a } = require("m")`."""
    value, key = let.value, "*"
    if isinstance(value, Member):
        key, value = value.key, value.object
    module = _required_module(value)
    if module is None:
        return []
    if isinstance(let.target, Name):
        return [Imported(let.target.id, module, key, let.at)]
    if not isinstance(let.target, Record) or key not in ("*", "default"):
        return []
    pairs = let.target.pairs
    names = [Imported(t.id, module, name, let.at) for name, t in pairs if isinstance(t, Name)]
    is_plain = len(names) == len(pairs) and all(name not in ("...", "[]") for name, _ in pairs)
    return names if is_plain else []


def _required_module(value: Expression) -> str | None:
    if isinstance(value, Call) and isinstance(value.function, Name):
        given = value.arguments[0] if len(value.arguments) == 1 else None
        if value.function.id == "require" and isinstance(given, Literal):
            return given.value if isinstance(given.value, str) else None
    return None


def renamed(specifier: SgNode) -> tuple[str, str]:
    """`a as b` is ("a", "b"), `a` is ("a", "a")."""
    names = [part.text().strip("\"'") for part in inner(specifier)]
    return (names[0], names[-1]) if names else ("", "")


def module_named(node: SgNode) -> str:
    """The module that an import or export names; "" for none."""
    strings = [c.text()[1:-1] for c in node.children() if c.kind() == "string"]
    return strings[-1] if strings else ""


def is_of_types(node: SgNode) -> bool:
    """True for `import type …`, `export type …` and `{ type A }`."""
    return any(c.kind() in ("type", "typeof") and not c.is_named() for c in node.children())
