"""Keep uploaded files in their folder: of the name that comes with one, the last part alone counts."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee
from shipworthy.prototype.handlers.own_functions import spans
from shipworthy.prototype.source import Language, SourceFile

_JOINS = frozenset({"os.path.join", "path.join"})
_NAMES = frozenset({"identifier", "attribute"})


def with_base_names(file: SourceFile, line: int) -> str | None:
    """The text of a Python file in whose function around a line paths end in the last part of a name.

    None where no path is put together there from a name that the function is given.
    """
    if file.language is not Language.PYTHON or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    around = [
        f for kind in FUNCTIONS for f in syntax.nodes(kind) if spans(syntax.location(f), line)
    ]
    function = max(around, key=lambda f: f.range().start.index, default=None)
    if function is None:
        return None
    given = _parameters(function)
    names = [
        name
        for name in _ends(function)
        if name.text().partition(".")[0] in given and name.text().lower().endswith("name")
    ]
    edits = [replacing(name, f"os.path.basename({name.text()})") for name in names]
    return edited(file.text, [*edits, *importing(syntax, "os")]) if edits else None


def _parameters(function: SgNode) -> set[str]:
    parameters = function.field("parameters")
    named = parameters.named_children() if parameters is not None else []
    return {p.text().partition(":")[0].partition("=")[0].strip() for p in named}


def _ends(function: SgNode) -> Iterator[SgNode]:
    """The names at the end of paths: `os.path.join(folder, name)`, `folder / name`, `f"{folder}/{name}"`."""
    for call in function.find_all(kind="call"):
        given = arguments(call)
        if callee(call) in _JOINS and len(given) > 1 and given[-1].kind() in _NAMES:
            yield given[-1]
    for divided in function.find_all(kind="binary_operator"):
        right, sign = divided.field("right"), divided.field("operator")
        if right is not None and sign is not None and sign.text() == "/" and right.kind() in _NAMES:
            yield right
    for text in function.find_all(kind="string"):
        holes = [c for c in text.children() if c.kind() == "interpolation"]
        inner = holes[-1].named_children()[0] if len(holes) > 1 else None
        if inner is not None and inner.kind() in _NAMES and f"/{{{inner.text()}}}" in text.text():
            yield inner
