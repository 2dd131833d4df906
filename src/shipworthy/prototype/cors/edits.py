"""Name the allowed origins of a Python service in its environment, by editing its text."""

from __future__ import annotations

import sys

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit, adding_arguments, edited, replacing
from shipworthy.prototype.code.syntax import Syntax, keyword
from shipworthy.prototype.cors.allowed import AllowedOrigin
from shipworthy.prototype.cors.middleware import rules
from shipworthy.prototype.source import SourceFile

_FROM_ENVIRONMENT = 'os.environ.get("ALLOWED_ORIGINS", "").split(",")'
_KEYWORDS = {"starlette": "allow_origins", "flask-cors": "origins"}


def with_listed_origins(file: SourceFile) -> str:
    """The text of a file whose CORS middleware allows only the origins in ALLOWED_ORIGINS.

    Only FastAPI, Starlette and Flask, and only a "*" that is written out in the file.
    """
    if file.language is None or file.text is None:
        return file.text or ""
    syntax = Syntax(file, file.language)
    bindings = bindings_of(syntax)
    edits = [edit for edit in _edits(syntax, bindings) if edit is not None]
    if not edits:
        return file.text
    if bindings.modules.get("os") != "os":
        edits.append(_import(syntax))
    return edited(file.text, edits)


def _edits(syntax: Syntax, bindings: Bindings) -> list[Edit | None]:
    found: list[Edit | None] = []
    for rule in rules(syntax, bindings):
        name = _KEYWORDS.get(rule.framework)
        if name is None or not rule.credentials or rule.origin is not AllowedOrigin.ANY:
            continue
        given = keyword(rule.node, name)
        if given is not None:
            literal = bindings.value(given)
            if literal is not None and literal.kind() in ("list", "string"):
                found.append(replacing(literal, _FROM_ENVIRONMENT))
        elif keyword(rule.node, "resources") is None:
            found.append(adding_arguments(rule.node, f"{name}={_FROM_ENVIRONMENT}"))
    return found


def _import(syntax: Syntax) -> Edit:
    """`import os` before the first import, with a blank line where that one is third-party."""
    first = _first_import(syntax)
    if first is None:
        return Edit(0, 0, "import os\n\n")
    at = first.range().start.index
    named = first.field("module_name") or first.field("name")
    module = named.text().partition(".")[0] if named is not None else ""
    gap = "" if module in sys.stdlib_module_names else "\n"
    return Edit(at, at, f"import os\n{gap}")


def _first_import(syntax: Syntax) -> SgNode | None:
    imports = syntax.nodes("import_statement", "import_from_statement")
    top = [n for n in imports if (p := n.parent()) is not None and p.kind() == "module"]
    return min(top, key=lambda n: n.range().start.index, default=None)
