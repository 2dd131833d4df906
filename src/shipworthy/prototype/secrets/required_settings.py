"""Python settings that are read without a literal to fall back on: the edit of a file's text."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, keyword, string
from shipworthy.prototype.source import Language, SourceFile

_READS = {"os.getenv": "os.environ", "os.environ.get": "os.environ", "environ.get": "environ"}


def without_fallbacks(file: SourceFile, name: str) -> str | None:
    """The file's text with each literal default of the variable `name` taken away, so that a missing
    setting stops the start; None where the file is not Python or has no such read."""
    if file.language is not Language.PYTHON or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits = list(_edits(syntax, name))
    return edited(file.text, edits) if edits else None


def _edits(syntax: Syntax, name: str) -> Iterator[Edit]:
    for call in syntax.calls:
        mapping = _READS.get(callee(call))
        given = arguments(call)
        if mapping is None or not given or string(given[0]) != name:
            continue
        default = keyword(call, "default") or (given[1] if len(given) > 1 else None)
        whole = _alternative(call)
        if whole is None and (default is None or string(default) is None):
            continue
        yield replacing(whole or call, f"{mapping}[{given[0].text()}]")


def _alternative(call: SgNode) -> SgNode | None:
    """The whole `os.getenv("X") or "literal"` around a read."""
    parent = call.parent()
    if parent is None or parent.kind() != "boolean_operator":
        return None
    right = parent.field("right")
    return parent if right and string(right) is not None else None
