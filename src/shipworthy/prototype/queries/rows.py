"""What a query has to do with the code around it: rows of a loop, failures, excuses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from math import inf

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, ITERATORS, LOOPS, arguments
from shipworthy.prototype.outbound.sends import sends
from shipworthy.prototype.queries.chains import CALLS, QueryCall, called_name, within
from shipworthy.prototype.queries.loops import element_of
from shipworthy.prototype.queries.results import ErrorUse
from shipworthy.regex import regex

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
_TAKES_MANY = regex(
    r"\b(?:in|notIn):\s*[^\[\s]|\binArray\(\s*[\w.]+,\s*[^\[\s]|\bANY\s*\(|\.in_\(\s*\w"
)
_THROWS = frozenset({"throw_statement", "raise_statement"})


class Bulk(StrEnum):
    """Whether one statement for all elements could replace a query per element."""

    SAME = "same"  # the same change for each: one statement with a list of ids
    LIST = "list"  # each its own values: one statement with a list of rows
    NO = "no"  # conditions, results or errors of each element are needed
    UNKNOWN = "unknown"


class Company:
    """The queries of one file, looked up by the loops that they stand in."""

    def __init__(self, calls: Sequence[QueryCall]) -> None:
        spans = ((_span(call.top), call.table, call.operation) for call in calls)
        self._spans = sorted(spans, key=lambda item: item[0])
        self._starts = [span[0] for span, _, _ in self._spans]
        self._waits: dict[tuple[int, int], bool] = {}
        self._deeds: dict[tuple[int, int], dict[str | None, set[str]]] = {}

    def waits_for_others(self, loop: SgNode) -> bool:
        """True when a loop, or one around it, also waits for something that is no query here."""
        loops = (loop, *(a for a in loop.ancestors() if _repeats(a)))
        return any(self._waits_in(around) for around in loops)

    def changes_what_it_read(self, call: QueryCall, loop: SgNode) -> bool:
        """True for a read whose row the same loop updates afterwards and does not insert."""
        deeds = self._deeds.get(_span(loop))
        if deeds is None:
            deeds = self._deeds[_span(loop)] = {}
            for table, operation in self._inside(loop):
                deeds.setdefault(table, set()).add(operation)
        own = deeds.get(call.table, set())
        changed = bool(own & {"update", "delete"}) and "insert" not in own
        return call.operation == "select" and changed

    def _waits_in(self, loop: SgNode) -> bool:
        known = self._waits.get(_span(loop))
        if known is None:
            waits = (w for w in within(loop, _WAITS) if _awaits_call(w))
            known = any(next(self._inside(wait), None) is None for wait in waits)
            known = known or any(sends(call) for call in within(loop, frozenset({"call"})))
            self._waits[_span(loop)] = known
        return known

    def _inside(self, node: SgNode) -> Iterator[tuple[str | None, str]]:
        """Table and operation of each query in a node."""
        start, end = _span(node)
        for at in range(bisect_left(self._starts, start), len(self._starts)):
            (first, last), table, operation = self._spans[at]
            if first >= end:
                return
            if last <= end:
                yield table, operation


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


def _span(node: SgNode) -> tuple[int, int]:
    span = node.range()
    return span.start.index, span.end.index


def _awaits_call(wait: SgNode) -> bool:
    awaited = next((c for c in wait.children() if c.is_named()), None)
    return awaited is not None and awaited.kind() in (*CALLS, "new_expression")


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


@lru_cache(maxsize=8)
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
    start, end = _span(node)
    latest, earliest = _waits_of(loop)
    return latest > start or earliest < end


@lru_cache(maxsize=8)
def _waits_of(loop: SgNode) -> tuple[int, float]:
    """Where the last of a loop's waits starts, and where the first of them ends."""
    spans = [_span(wait) for wait in within(loop, _WAITS)]
    return max((s for s, _ in spans), default=-1), min((e for _, e in spans), default=inf)


def _values_differ(call: QueryCall, loop: SgNode) -> bool:
    """True when what is written depends on the element, or on something made from it."""
    by_name = {link.name: link for link in call.links}
    # Drizzle's `update(table).set(values)` names the table where others name the values.
    written = next((by_name[n] for n in ("set", "values", "update") if n in by_name), None)
    if written is None or written.arguments is None:
        return call.operation != "delete"
    own = _own_names(loop)
    return any(name.text() in own for value in written.arguments for name in _names(value))


@lru_cache(maxsize=8)
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
