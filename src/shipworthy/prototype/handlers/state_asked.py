"""Whether code asks how far a row has come before it moves the row on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.handlers.columns import is_state
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.queries.chains import within
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MEMBERS = frozenset({"member_expression", "attribute", "subscript_expression", "subscript"})
_LEAVES = regex(r"\b(return|throw|raise)\b")
_WORD = regex(r"\w+")


def asks_for_the_state(prototype: Prototype, handler: Handler, moved: Effect) -> bool:
    """True where the row that is moved on is read in the same file before, and between the two a condition
    on its state leads away: `if (sale.status === "paid") return …`."""
    file = prototype.files.get(moved.path)
    if file is None or file.language is None:
        return False
    read = {
        e.line
        for e in handler.effects_of(EffectKind.QUERY)
        if e.operation == "select" and e.target == moved.target and e.path == moved.path
    }
    rows = {
        name: line for line in read if line < moved.line for name in _WORD.findall(file.line(line))
    }
    if not rows:
        return False
    syntax = Syntax(file, file.language)
    return any(
        rows.get(row, moved.line) < syntax.location(node).line < moved.line
        for node in syntax.nodes("if_statement")
        for row in _rows_asked(node)
    )


def _rows_asked(node: SgNode) -> Iterator[str]:
    """What is asked for its state by a condition that leads away."""
    condition, consequence = node.field("condition"), node.field("consequence")
    if condition is None or consequence is None or not _LEAVES.search(consequence.text()):
        return
    for member in [condition, *within(condition, _MEMBERS)]:
        words = _WORD.findall(member.text())
        if member.kind() in _MEMBERS and is_state(words[-1]):
            yield words[0]
