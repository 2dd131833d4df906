"""A Python file, put into the small language."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program.nodes import Imported, Module
from shipworthy.prototype.program.python_expressions import line
from shipworthy.prototype.program.python_statements import block


def module_of(syntax: Syntax) -> Module:
    """The whole file; what the parser could not read in it is left out or Compute."""
    imports = [
        *(found for node in syntax.nodes("import_statement") for found in _modules(node)),
        *(found for node in syntax.nodes("import_from_statement") for found in _names(node)),
    ]
    imports.sort(key=lambda imported: imported.at)
    return Module(
        path=syntax.source.path,
        python=True,
        body=block(syntax.root),
        imports=tuple(imports),
        exports=(),
        forwarded=(),
        directives=(),
    )


def _modules(node: SgNode) -> list[Imported]:
    at = line(node)
    found: list[Imported] = []
    for child in node.field_children("name"):
        name, alias = _aliased(child)
        if alias:
            found.append(Imported(alias, name, "*", at))
        else:  # `import a.b` binds only `a`
            top = name.partition(".")[0]
            found.append(Imported(top, top, "*", at))
    return found


def _names(node: SgNode) -> list[Imported]:
    module, at = node.field("module_name"), line(node)
    origin = "".join(module.text().split()) if module else ""
    names = [_aliased(child) for child in node.field_children("name")]
    found = [Imported(alias or name, origin, name, at) for name, alias in names]
    if any(child.kind() == "wildcard_import" for child in node.named_children()):
        found.append(Imported("*", origin, "*", at))
    return found


def _aliased(node: SgNode) -> tuple[str, str]:
    name, alias = node.field("name"), node.field("alias")
    return (name or node).text(), alias.text() if alias else ""
