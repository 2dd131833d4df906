"""What a query has to do with the code around it: rows of a loop, failures, excuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, ITERATORS, LOOPS, arguments, enclosing
from shipworthy.prototype.outbound.sends import sends
from shipworthy.prototype.queries.chains import CALLS, QueryCall, called_name, within
from shipworthy.prototype.queries.loops import element_of, iterable_of, root_name
from shipworthy.prototype.queries.results import ErrorUse

_CONDITIONS = frozenset(
    """if_statement elif_clause else_clause switch_statement ternary_expression
    conditional_expression try_statement match_statement""".split()
)
_WRITES = ("insert", "update", "upsert", "delete")
_RESULT = frozenset({"select", "single", "maybeSingle", "returning", "then", "fetchone", "scalar"})
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_BINDINGS = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_DECLARATIONS = frozenset({"variable_declarator", "assignment"})
_WAITS = frozenset({"await_expression", "await"})
_LISTS = ("array", "list", "tuple")
_TAKES_MANY = re.compile(
    r"\b(?:in|notIn):\s*[^\[\s]|\binArray\(\s*[\w.]+,\s*[^\[\s]|\bANY\s*\(|\.in_\(\s*\w"
)
_THROWS = frozenset({"throw_statement", "raise_statement"})


class Bulk(StrEnum):
    """Whether one statement for all elements could replace a query per element."""

    SAME = "same"  # the same change for each: one statement with a list of ids
    LIST = "list"  # each its own values: one statement with a list of rows
    NO = "no"  # conditions, results or errors of each element are needed
    UNKNOWN = "unknown"


def walks_rows(loop: SgNode, calls: list[QueryCall]) -> bool:
    """True when a loop walks over what another query of the same function gave."""
    name = root_name(iterable_of(loop))
    home = enclosing(loop, FUNCTIONS)
    if not name:
        return False
    for call in calls:
        holder = enclosing(call.top, _DECLARATIONS, FUNCTIONS)
        if holder is None or call.top.range().start.index > loop.range().start.index:
            continue
        target = holder.field("name") or holder.field("left")
        owner = enclosing(call.top, FUNCTIONS)
        inside = home is None or (owner is not None and owner == home)
        if target is not None and inside and name in _bound(target):
            return True
    return False


def bulk_of(call: QueryCall, loop: SgNode, error: ErrorUse) -> Bulk:
    """Judge a write in a loop; reads are asked for their place in the loop only."""
    if call.operation not in _WRITES:
        return Bulk.UNKNOWN
    if any(link.name in _RESULT for link in call.links):
        return Bulk.NO
    if error is ErrorUse.CHECKED and not _throws(loop):
        return Bulk.NO
    if _is_conditional(call.top, loop) or _waits_for_more(call.top, loop):
        return Bulk.NO
    if call.operation in ("update", "delete") and not _values_differ(call, loop):
        return Bulk.SAME
    return Bulk.LIST


def takes_many(call: QueryCall) -> bool:
    """True for a query that itself asks for a list: `.in("id", ids)`, `in: ids`, `= ANY($1)`."""
    for link in call.links:
        given = link.arguments or ()
        if link.name in ("in", "in_") and len(given) > 1 and given[1].kind() not in _LISTS:
            return True
    return _TAKES_MANY.search(call.top.text()) is not None


def waits_for_others(loop: SgNode, calls: list[QueryCall]) -> bool:
    """True when a loop, or one around it, also waits for something that is no query of the file."""
    own = [call.top.range() for call in calls]
    for around in (loop, *(a for a in loop.ancestors() if _repeats(a))):
        for wait in within(around, _WAITS):
            span, awaited = wait.range(), next((c for c in wait.children() if c.is_named()), None)
            if awaited is None or awaited.kind() not in (*CALLS, "new_expression"):
                continue
            if not any(
                span.start.index <= q.start.index and q.end.index <= span.end.index for q in own
            ):
                return True
        if any(sends(call) for call in within(around, frozenset({"call"}))):
            return True
    return False


def changes_what_it_read(call: QueryCall, loop: SgNode, calls: list[QueryCall]) -> bool:
    """True for a read whose row the same loop updates afterwards and does not insert."""
    span = loop.range()
    own = {
        c.operation
        for c in calls
        if c.table == call.table
        and span.start.index <= c.top.range().start.index
        and c.top.range().end.index <= span.end.index
    }
    return call.operation == "select" and bool(own & {"update", "delete"}) and "insert" not in own


def _repeats(node: SgNode) -> bool:
    if node.kind() == "call_expression":
        return called_name(node) in ITERATORS and any(
            a.kind() in FUNCTIONS for a in arguments(node)
        )
    return node.kind() in LOOPS


def _bound(target: SgNode) -> set[str]:
    if target.kind() == "identifier":
        return {target.text()}
    return {node.text() for node in within(target, _BINDINGS)}


def _throws(loop: SgNode) -> bool:
    return any(True for _ in within(loop, _THROWS))


def _is_conditional(node: SgNode, loop: SgNode) -> bool:
    """True when some elements are left out, or a failure of one is dealt with on its own."""
    for above in node.ancestors():
        if above == loop:
            return False
        if above.kind() in _CONDITIONS:
            return True
    return False


def _waits_for_more(node: SgNode, loop: SgNode) -> bool:
    """True when the loop also waits for something else than this statement for each element."""
    span = node.range()
    for wait in within(loop, _WAITS):
        inner = wait.range()
        if inner.start.index > span.start.index or inner.end.index < span.end.index:
            return True
    return False


def _values_differ(call: QueryCall, loop: SgNode) -> bool:
    """True when what is written depends on the element, or on something made from it."""
    written = next((link for link in call.links if link.name in ("update", "set", "values")), None)
    if written is None or written.arguments is None:
        return call.operation != "delete"
    own = _own_names(loop)
    return any(name.text() in own for value in written.arguments for name in _names(value))


def _own_names(loop: SgNode) -> set[str]:
    """The names that exist only inside the loop."""
    element = element_of(loop)
    own = _bound(element) if element is not None else set()
    for declared in within(loop, _DECLARATIONS):
        name = declared.field("name") or declared.field("left")
        own |= _bound(name) if name is not None else set()
    return own


def _names(node: SgNode) -> Iterator[SgNode]:
    if node.kind() == "identifier":
        yield node
    yield from within(node, _NAMES)
