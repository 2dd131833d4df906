"""Which fields of a request's body a file reads, so that a body about no person can be told."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, dotted, identifiers, string
from shipworthy.prototype.logs.logging_calls import is_log
from shipworthy.prototype.queries.chains import CALLS, MEMBERS, called_name, within

_DECLARATIONS = ("variable_declarator", "assignment")
_QUESTIONS = ("unary_expression", "not_operator", "comparison_operator", "if_statement")
_KEYS = frozenset({"shorthand_property_identifier_pattern", "property_identifier"})


def fields_read(name: str, syntax: Syntax) -> frozenset[str] | None:
    """The fields that code takes out of a body of this dotted name; None where the whole of it is
    handed on, so that the file does not show what it holds. Logging it does not count."""
    uses = syntax.nodes(*MEMBERS) if "." in name else identifiers(syntax.root).get(name, ())
    found: set[str] = set()
    for use in uses:
        if dotted(use) != name or any(a.kind() in CALLS and is_log(a) for a in use.ancestors()):
            continue
        fields = _fields(use)
        if fields is None:
            return None
        found |= fields
    return frozenset(found)


def _fields(use: SgNode) -> set[str] | None:
    parent = use.parent()
    kind = parent.kind() if parent is not None else ""
    if parent is None or kind in _QUESTIONS:
        return set()
    if kind == "parenthesized_expression":
        above = parent.parent()
        return set() if above is not None and above.kind() == "if_statement" else None
    if kind in MEMBERS:
        return _member(parent)
    if kind in ("subscript_expression", "subscript"):
        index = parent.field("index") or parent.field("subscript")
        key = string(index) if index is not None else None
        return {key} if key else None
    if kind in _DECLARATIONS:
        return _taken(parent, use)
    return None


def _member(member: SgNode) -> set[str] | None:
    """`body.amount` and `body.get("amount")`; None for another method of it."""
    call = member.parent()
    if call is not None and call.kind() in CALLS and call.field("function") == member:
        given = arguments(call)
        key = string(given[0]) if given and called_name(call) == "get" else None
        return {key} if key else None
    name = member.field("property") or member.field("attribute")
    return {name.text()} if name is not None else None


def _taken(declaration: SgNode, use: SgNode) -> set[str] | None:
    """`const { kind, percent } = body`; the declaration of the name itself takes nothing."""
    target = declaration.field("name") or declaration.field("left")
    if target == use:
        return set()
    if target is None or target.kind() != "object_pattern":
        return None
    if any(child.kind() == "rest_pattern" for child in target.children()):
        return None
    return {key.text() for key in within(target, _KEYS)}
