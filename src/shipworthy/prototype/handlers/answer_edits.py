"""Keep the inside of the code out of answers, by editing where they are written."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.json_edits import without_item
from shipworthy.prototype.code.style import margin, style_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, enclosing
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

_STACK = regex(r"(?<![\w.])(\w+)(?:\s+as\s+\w+\))?\??\.stack\b")
_LOGS = regex(r"\bconsole\.\w+\(|\blog(ger)?\.\w+\(|captureException")
_CLAUSES = frozenset({"catch_clause"})
_STAGED = regex(r"NODE_ENV|DEBUG|development|isDev", re.IGNORECASE)


def without_stacks(file: SourceFile, line: int) -> str | None:
    """The text of a file in which the function around a line answers without the stack trace, which
    is logged instead; None where the answer is not written out there."""
    if file.language is None or file.language is Language.PYTHON or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for pair in syntax.root.find_all(kind="pair"):
        value, holder = pair.field("value"), pair.parent()
        if value is None or holder is None or holder.kind() != "object":
            continue
        if not _STACK.search(value.text()) or _STAGED.search(value.text()):
            continue
        if _is_logged(pair) or not _is_around(syntax, pair, line):
            continue
        if len(holder.named_children()) == 1:
            return None
        edits.append(without_item(holder, pair, file.text))
        edits += _logged(syntax, pair, file.text)
    return edited(file.text, edits) if edits else None


def _is_logged(pair: SgNode) -> bool:
    """True for what goes to a log, not to the caller."""
    call = enclosing(pair, frozenset({"call_expression"}), FUNCTIONS)
    return call is not None and _LOGS.match(call.text()) is not None


def _is_around(syntax: Syntax, node: SgNode, line: int) -> bool:
    function = enclosing(node, FUNCTIONS)
    while function is not None:
        place = syntax.location(function)
        if place.line <= line <= max(place.line, place.end_line):
            return True
        function = enclosing(function, FUNCTIONS)
    return False


def _logged(syntax: Syntax, pair: SgNode, text: str) -> list[Edit]:
    """A line that logs the error at the start of the handler, unless it does so already."""
    clause = enclosing(pair, _CLAUSES, FUNCTIONS)
    body = clause.field("body") if clause is not None else None
    if clause is None or body is None or _LOGS.search(body.text()):
        return []
    first = next((c for c in body.named_children() if c.kind() != "comment"), None)
    if first is None or first.range().start.line == clause.range().start.line:
        return []
    style, at = style_of(syntax), first.range().start.index
    parameter = clause.field("parameter")
    if parameter is None:
        return []
    line = style.written(f"console.error({parameter.text()});")
    return [Edit(at, at, f"{line}{style.newline}{margin(first, text)}")]
