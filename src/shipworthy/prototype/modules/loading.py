"""What a file uses of an import: at once while it is loaded, later in a function, or never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, identifiers
from shipworthy.prototype.modules.imports import Import

_IMPORTS = frozenset(
    """import_specifier import_clause namespace_import export_specifier import_statement
    import_from_statement aliased_import dotted_name""".split()
)
# What does not run while the file is loaded: functions, fields of instances, and types.
_LATER = FUNCTIONS | frozenset(
    """public_field_definition field_definition type_query type_annotation type_arguments
    type_alias_declaration interface_declaration type""".split()
)


def used_at_all(syntax: Syntax, item: Import) -> bool:
    """True where a file uses a name of an import as a value, or hands it on."""
    if not any(name in (syntax.source.text or "") for name in item.names) or "*" in item.names:
        return True
    if any(node.kind() == "export_statement" for node in _at(syntax, item)):
        return True
    return any(True for _ in _uses(syntax, item))


def used_at_load(syntax: Syntax, item: Import, imported: Syntax) -> Location | None:
    """Where a file needs a value of an import while it is loaded itself.

    Functions of JavaScript are there before any line of their file runs.
    """
    hoisted = set() if syntax.python else _hoisted(imported)
    exported = dict(zip(item.names, item.imported, strict=False))
    for node in _uses(syntax, item):
        if exported.get(node.text(), "") in hoisted:
            continue
        if not any(above.kind() in _LATER for above in node.ancestors()):
            return syntax.location(node)
    return None


def is_assembly(syntax: Syntax, item: Import, imported: str) -> bool:
    """True for a module that its own package loads once the names of the package exist, as Flask
    recommends: `db = SQLAlchemy()`, below it `from app import models`."""
    folder, _, name = syntax.source.path.rpartition("/")
    if name != "__init__.py" or not imported.startswith(f"{folder}/"):
        return False
    made = syntax.nodes("assignment", "function_definition", "class_definition")
    return any(syntax.location(node).line < item.location.line for node in made)


def _uses(syntax: Syntax, item: Import) -> Iterator[SgNode]:
    """Where the names of an import are used as values, in file order per name."""
    for name in item.names:
        for node in _named(syntax, name):
            parent = node.parent()
            if parent is not None and parent.kind() not in _IMPORTS:
                yield node


def _named(syntax: Syntax, name: str) -> Iterable[SgNode]:
    if syntax.python:
        return (n for n in syntax.root.find_all(kind="identifier") if n.text() == name)
    return identifiers(syntax.root).get(name, ())


def _at(syntax: Syntax, item: Import) -> Iterator[SgNode]:
    for node in syntax.nodes("export_statement"):
        if syntax.location(node).line == item.location.line:
            yield node


def _hoisted(syntax: Syntax) -> set[str]:
    """The functions that a file of JavaScript declares by name; "default" for its default export."""
    found = set()
    for node in syntax.nodes("function_declaration", "generator_function_declaration"):
        name, parent = node.field("name"), node.parent()
        if name:
            found.add(name.text())
        if parent and parent.text().startswith("export default"):
            found.add("default")
    return found
