"""Puts a file of TypeScript, TSX or JavaScript into the small language."""

from __future__ import annotations

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program.javascript import (
    classes,
    decisions,
    elements,
    expressions,
    loops,
    operators,
    statements,
)
from shipworthy.prototype.program.javascript.asserted import begin
from shipworthy.prototype.program.javascript.exports import Exports
from shipworthy.prototype.program.javascript.functions import without_directives
from shipworthy.prototype.program.javascript.imports import imported, required
from shipworthy.prototype.program.javascript.tree import inner, statement
from shipworthy.prototype.program.nodes import Imported, Let, Module, Statement

# Each lowers its own kinds of nodes once it is imported.
LOWERING = (classes, decisions, elements, expressions, loops, operators, statements)


def module_of(syntax: Syntax) -> Module:
    """The whole file; an empty module where it was left unread."""
    begin(syntax.source.text or "")
    imports: list[Imported] = []
    exports = Exports()
    found: list[Statement] = []
    for node in inner(syntax.root):
        kind = node.kind()
        if kind == "import_statement":
            imports += imported(node)
        elif kind == "export_statement":
            exports.add(node, found)
        elif not exports.given_class(node, found):
            statement(node, found)
    directives, whole = without_directives(tuple(found))
    body: list[Statement] = []
    for each in whole:
        names = required(each) if isinstance(each, Let) else []
        imports += names
        if not names and not (isinstance(each, Let) and exports.assigned(each)):
            body.append(each)
    return Module(
        syntax.source.path,
        python=False,
        body=tuple(body),
        imports=tuple(imports),
        exports=tuple(exports.named),
        forwarded=tuple(exports.forwarded),
        directives=directives,
    )
