"""Add an import to a file, where its others stand."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit
from shipworthy.prototype.code.style import after_line, style_of
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.source import Language


def importing(syntax: Syntax, module: str) -> list[Edit]:
    """`import module` of Python's own library among those of a file that lacks it, in their order; or
    before its first import, with a blank line where that one is third-party."""
    if bindings_of(syntax).modules.get(module) == module:
        return []
    first = _first_import(syntax)
    if first is None:
        return [Edit(0, 0, f"import {module}\n\n")]
    named = first.field("module_name") or first.field("name")
    top = named.text().partition(".")[0] if named is not None else ""
    if top == "__future__":
        at = first.range().end.index
        return [Edit(at, at, f"\n\nimport {module}")]
    for other in _own_library(first):
        name = other.field("name")
        if name is not None and name.text() > module:
            at = other.range().start.index
            return [Edit(at, at, f"import {module}\n")]
        first = other
    if top not in sys.stdlib_module_names:
        at = first.range().start.index
        return [Edit(at, at, f"import {module}\n\n")]
    if first.kind() != "import_statement":
        at = first.range().start.index
        return [Edit(at, at, f"import {module}\n")]
    at = first.range().end.index
    return [Edit(at, at, f"\nimport {module}")]


def adding_imports(syntax: Syntax, statements: Sequence[str]) -> list[Edit]:
    """These imports of a script, written without semicolons, below its own and ended as they are; in a
    file without imports at its top, behind directives such as "use server"."""
    text = syntax.source.text or ""
    own = [n for n in syntax.root.children() if n.kind() == "import_statement"]
    ended = own[-1].text().endswith(";") if own else bool(style_of(syntax).end)
    code = "".join(f"{statement}{';' if ended else ''}\n" for statement in statements)
    if not code:
        return []
    if own:
        at = after_line(own[-1], text)
        return [Edit(at, at, code)]
    top = list(_directives(syntax))
    at = after_line(top[-1], text) if top else 0
    return [Edit(at, at, f"\n{code}" if top else f"{code}\n")]


def _directives(syntax: Syntax) -> Iterator[SgNode]:
    for node in syntax.root.children():
        inner = node.child(0) if node.kind() == "expression_statement" else None
        if node.kind() == "hash_bang_line" or (inner is not None and inner.kind() == "string"):
            yield node
        elif node.kind() != "comment":
            return


def specifier(syntax: Syntax, module: str, ending: str = "") -> str:
    """How a script names a module of the prototype, given by its path without an ending: relative, and
    with this ending, or with the one that the script's own imports have."""
    relative = posixpath.relpath(module, syntax.source.folder or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    sources = [
        string(source) or ""
        for statement in syntax.nodes("import_statement")
        if (source := statement.field("source")) is not None
    ]
    own = [source for source in sources if source.startswith(".")]
    ended = any(s.endswith(".js") for s in own) or syntax.language is Language.JAVASCRIPT
    return relative + (ending or (".js" if ended else ""))


def _own_library(first: SgNode) -> Iterator[SgNode]:
    """The `import x` of Python's own library with which a file begins, in their order."""
    at: SgNode | None = first
    while at is not None and at.kind() == "import_statement":
        name = at.field("name")
        if name is None or name.text().partition(".")[0] not in sys.stdlib_module_names:
            return
        yield at
        at = at.next()


def _first_import(syntax: Syntax) -> SgNode | None:
    """The first import of the module itself; of two, one from the future is passed by."""
    kinds = ("import_statement", "import_from_statement", "future_import_statement")
    found = [n for n in syntax.root.children() if n.kind() in kinds]
    later = [n for n in found if n.kind() != "future_import_statement"]
    return next(iter(later or found), None)
