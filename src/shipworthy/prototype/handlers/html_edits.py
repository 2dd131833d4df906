"""Escape what others wrote where it goes into HTML, by editing the texts that hold it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import after_line, style_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, dotted, identifiers
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

_MARKUP = regex(r"<\s*/?\s*[a-zA-Z!]")
_ESCAPES = regex(r"(^|\.)(escape_?html|html_?escape|sanitize\w*|encodeURIComponent|escape)$", re.I)
_VALUES = frozenset({"identifier", "member_expression", "attribute"})
_HOLES = frozenset({"template_substitution", "interpolation"})
_TEXTS = frozenset({"template_string", "string"})
_FUNCTION = """function escapeHtml(text: unknown): string {
  return String(text ?? "").replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
"""


def with_escaped(file: SourceFile, keys: Collection[str], line: int) -> str | None:
    """The text of a file in which values of these names are escaped in the markup that the function
    around a line writes; None where there are none."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    name = _escaping(syntax)
    if not name:
        return None
    edits: list[Edit] = []
    for value in _values(syntax, keys, line):
        span = value.range()
        start, end = span.start.index, span.end.index
        inner = f"str({file.text[start:end]})" if syntax.python else file.text[start:end]
        edits.append(Edit(start, end, f"{name}({inner})"))
    if not edits:
        return None
    if syntax.python:
        return edited(file.text, [*edits, *importing(syntax, "html")])
    if name not in identifiers(syntax.root):
        edits.append(_function(syntax, file.text))
    return edited(file.text, edits)


def _escaping(syntax: Syntax) -> str:
    """What escapes: a function that the file knows, or the name of a new one; '' where it is taken."""
    known = identifiers(syntax.root)
    if syntax.python:
        return (
            ""
            if "html" in known and "import html" not in (syntax.source.text or "")
            else "html.escape"
        )
    own = next((name for name in known if re.fullmatch(r"escape_?html", name, re.I)), "")
    return own or "escapeHtml"


def _values(syntax: Syntax, keys: Collection[str], line: int) -> Iterator[SgNode]:
    for text in syntax.nodes("string" if syntax.python else "template_string"):
        if not _MARKUP.search(text.text()) or not _is_around(syntax, text, line):
            continue
        for hole in text.children():
            if hole.kind() in _HOLES:
                yield from _of_hole(hole, keys)


def _of_hole(hole: SgNode, keys: Collection[str]) -> Iterator[SgNode]:
    """The values that a hole shows; a text in it is looked at by itself."""
    for value in within(hole, _VALUES, FUNCTIONS | _VALUES | _TEXTS):
        parent = value.parent()
        if parent is None or dotted(value).rpartition(".")[2] not in keys:
            inner = within(value, _VALUES, FUNCTIONS) if _is_called(value) else ()
            owner = next((v for v in inner if dotted(v).rpartition(".")[2] in keys), None)
            if owner is not None and not _is_test(owner) and not _is_escaped(owner):
                yield owner
            continue
        if not _is_test(value) and not _is_escaped(value):
            yield value


def _is_called(value: SgNode) -> bool:
    """`message.replace` of `message.replace(…)`: what is called is a method of the value."""
    parent = value.parent()
    function = parent.field("function") if parent is not None else None
    return function is not None and function == value


def _is_test(value: SgNode) -> bool:
    """True in the condition of `name ? … : …` and on the left of `name && …`."""
    below = value
    for above in value.ancestors():
        if above.kind() in _HOLES:
            return False
        if above.kind() == "ternary_expression" and above.field("condition") == below:
            return True
        held = above.field("operator") if above.kind() == "binary_expression" else None
        sign = held.text() if held is not None else "+"
        shows = sign in ("||", "??", "+") or (sign == "&&" and above.field("left") != below)
        if not shows:
            return True
        below = above
    return False


def _is_escaped(value: SgNode) -> bool:
    for above in value.ancestors():
        if above.kind() in _HOLES:
            return False
        if above.kind() in ("call_expression", "call") and _ESCAPES.search(callee(above)):
            return True
    return False


def _is_around(syntax: Syntax, node: SgNode, line: int) -> bool:
    for above in node.ancestors():
        if above.kind() in FUNCTIONS:
            place = syntax.location(above)
            if place.line <= line <= max(place.line, place.end_line):
                return True
    return False


def _function(syntax: Syntax, text: str) -> Edit:
    style = style_of(syntax)
    code = _FUNCTION
    if syntax.language is Language.JAVASCRIPT:
        code = code.replace(": unknown", "").replace(": string", "")
    lines = code.split("\n")
    lines[1] = style.indent + (
        lines[1].strip() if style.end else lines[1].strip().removesuffix(";")
    )
    code = style.newline.join(lines)
    imports = [n for n in syntax.root.children() if n.kind() == "import_statement"]
    if not imports:
        first = next((n for n in syntax.root.children() if n.kind() != "comment"), None)
        at = first.range().start.index if first is not None else 0
        return Edit(at, at, code + style.newline)
    at = after_line(imports[-1], text)
    return Edit(at, at, style.newline + code)
