"""Ask for the dated name of a model in place of one that moves, by editing where it is named."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.source import SourceFile

_ASKED = ("pair", "keyword_argument", "arguments", "argument_list")
_NAMED = ("variable_declarator", "assignment", "assignment_pattern", "default_parameter")


def with_dated_name(
    file: SourceFile, model: str, dated: str, places: Collection[Location]
) -> str | None:
    """The text of a file whose calls at these places ask for the dated model; None where the name
    stands elsewhere, or is compared with as well."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    named = [n for n in syntax.nodes("string", "template_string") if string(n) == model]
    if any(_kind_above(n) in ("comparison_operator", "binary_expression") for n in named):
        return None
    edits: list[Edit] = []
    for place in places:
        inside = [n for n in named if _kind_above(n) in _ASKED and _is_in(syntax, n, place)]
        found = inside or [n for n in named if _kind_above(n) in _NAMED]
        if not found:
            return None
        edits += (_renamed(n, file.text, model, dated) for n in found)
    return edited(file.text, edits)


def _is_in(syntax: Syntax, node: SgNode, place: Location) -> bool:
    line = syntax.location(node).line
    return place.line <= line <= max(place.line, place.end_line)


def _kind_above(node: SgNode) -> str:
    parent = node.parent()
    return parent.kind() if parent is not None else ""


def _renamed(node: SgNode, text: str, model: str, dated: str) -> Edit:
    span = node.range()
    start = text.index(model, span.start.index)
    return Edit(start, start + len(model), dated)
