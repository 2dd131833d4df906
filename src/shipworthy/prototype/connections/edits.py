"""Open a connection once for the module in place of once for each call, by moving the line up."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import MODULE, Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.style import after_line, style_of
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_CLOSES = regex(r"\.(end|close|\$disconnect|destroy|quit)\(")
_NAMES = frozenset({"identifier"})
_HOISTED = ("lexical_declaration", "variable_declaration")


def opened_once(file: SourceFile, places: Collection[Location]) -> str | None:
    """The text of a file whose connections at these places are opened when it is loaded.

    Only TypeScript and JavaScript, `const name = new Pool(…)` of what the module itself knows, which
    the function does not close. None for anything else.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if syntax.python:
        return None
    bindings, edits = bindings_of(syntax), []
    for node in [*syntax.nodes("new_expression"), *syntax.calls]:
        if syntax.location(node) not in places:
            continue
        made = _moved(syntax, node, bindings, file.text)
        if not made:
            return None
        edits += made
    return edited(file.text, edits) if edits else None


def _moved(syntax: Syntax, node: SgNode, bindings: Bindings, text: str) -> list[Edit]:
    declarator = node.parent()
    statement = declarator.parent() if declarator is not None else None
    if declarator is None or statement is None or statement.kind() not in _HOISTED:
        return []
    name = declarator.field("name")
    if name is None or name.kind() != "identifier" or not statement.text().startswith("const "):
        return []
    if len(statement.named_children()) != 1 or _CLOSES.search(text):
        return []
    above = [a for a in statement.ancestors() if a.kind() == "program"]
    outer = next((a for a in statement.ancestors() if _is_of(a, above)), None)
    if outer is None or not _is_known(node, bindings):
        return []
    line = text.rfind("\n", 0, statement.range().start.index) + 1
    taken = Edit(line, after_line(statement, text), "")
    known = [b for b in bindings.all if b.name == name.text() and b.scope == MODULE]
    if known:
        same = known[0].value is not None and known[0].value.text() == node.text()
        return [taken] if same else []
    others = [b for b in bindings.all if b.name == name.text()]
    if len(others) > 1 and any(b.value is None for b in others):
        return []
    at = _start(outer, text)
    newline = style_of(syntax).newline
    return [Edit(at, at, statement.text() + newline * 2), taken]


def _is_of(node: SgNode, programs: list[SgNode]) -> bool:
    parent = node.parent()
    return bool(programs) and parent is not None and parent == programs[0]


def _start(statement: SgNode, text: str) -> int:
    """Where a statement begins, with the comment right above it."""
    above = statement.prev()
    at = statement.range().start.index
    while above is not None and above.kind() == "comment":
        if text[above.range().end.index : at].count("\n") > 1:
            break
        at, above = above.range().start.index, above.prev()
    return at


def _is_known(node: SgNode, bindings: Bindings) -> bool:
    """True where all names in the call are those of the module or of the language."""
    for used in within(node, _NAMES):
        found = bindings.of(used)
        if found and any(b.scope != MODULE for b in found):
            return False
    return True
