"""The names that the imports of a file bind, and the modules they come from."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.patterns import peeled, targets
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string

_LOADING = ("require", "import")


def imported_names(syntax: Syntax) -> Iterator[tuple[str, str]]:
    """Each local name with its module; for Python with the name inside the module, too."""
    for node in syntax.nodes("import_statement"):
        yield from _python_import(node) if syntax.python else _script_import(node)
    for node in syntax.nodes("import_from_statement") if syntax.python else ():
        module = node.field("module_name")
        names = node.field_children("name")
        for imported in names if module else ():
            original, local = _alias(imported)
            yield local, f"{module.text() if module else ''}.{original}"
    if syntax.python or not any(name in syntax.calls_by_name for name in _LOADING):
        return
    for _, pattern, loaded in syntax.assignments:
        value = _imported(loaded)
        if value is None or pattern is None or value.kind() != "call_expression":
            continue
        given = arguments(value)
        specifier = string(given[0]) if given and callee(value) in _LOADING else None
        for name, _ in targets(pattern) if specifier else ():
            yield name, specifier or ""


def _imported(value: SgNode | None) -> SgNode | None:
    """`(await import("groq-sdk")).default` is what that import gives."""
    value = peeled(value)
    member = value.field("property") if value is not None else None
    if value is not None and member is not None and member.text() == "default":
        return peeled(value.field("object"))
    return value


def _python_import(node: SgNode) -> Iterator[tuple[str, str]]:
    for child in node.field_children("name"):
        original, local = _alias(child)
        if local == original:
            local = original = original.partition(".")[0]
        yield local, original


def _alias(node: SgNode) -> tuple[str, str]:
    if node.kind() == "aliased_import":
        name, alias = node.field("name"), node.field("alias")
        return (name.text() if name else "", alias.text() if alias else "")
    return node.text(), node.text()


def _script_import(node: SgNode) -> Iterator[tuple[str, str]]:
    source = node.field("source")
    specifier = string(source) if source else None
    clause = next((c for c in node.children() if c.kind() == "import_clause"), None)
    if specifier is None or clause is None:
        return
    for child in clause.children():
        if child.kind() == "identifier":
            yield child.text(), specifier
        elif child.kind() == "namespace_import":
            yield from ((c.text(), specifier) for c in child.children() if c.kind() == "identifier")
        elif child.kind() == "named_imports":
            for item in child.children():
                if item.kind() == "import_specifier":
                    local = item.field("alias") or item.field("name")
                    yield (local.text() if local else ""), specifier
