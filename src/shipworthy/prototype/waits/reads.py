"""The statements that wait for one read: a query, a GET over HTTP, or a function named like a read."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    properties,
    string,
)
from shipworthy.prototype.outbound.calls import Found, calls_of
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.queries.chains import QueryCall
from shipworthy.regex import regex

BLOCKS = frozenset({"statement_block", "block", "program", "module"})
_STATEMENTS = frozenset({"lexical_declaration", "variable_declaration", "expression_statement"})
_WAITS = frozenset({"await_expression", "await"})
# These run their queries on one connection or inside one transaction, one after the other.
_ONE_AT_A_TIME = ("sqlite", "sqlalchemy", "django", "rest")
_ONE_CONNECTION = regex(r"^(client|conn|connection|tx|trx|session|cursor|transaction)$")
_TRANSACTION = regex(r"[`\"'](BEGIN|START TRANSACTION)\b")
_READS = regex(r"^(get|fetch|load|list|find|read|count|query)(_|(?=[A-Z]))\w+$")


def waiting_statements(syntax: Syntax) -> Iterator[tuple[SgNode, SgNode, str]]:
    """Each such statement with its block and the name of the function it calls; '' for a query or a
    request that stands there itself."""
    text = syntax.source.text or ""
    if "await " not in text:
        return
    if ("BEGIN" in text or "TRANSACTION" in text) and _TRANSACTION.search(text):
        return
    seen: set[int] = set()
    for node, name in _reads(syntax):
        found = _statement(node)
        if found is not None and found[0].range().start.index not in seen:
            seen.add(found[0].range().start.index)
            yield (*found, name)


def _reads(syntax: Syntax) -> Iterator[tuple[SgNode, str]]:
    for query in queries_of(syntax):
        if _is_read(query):
            yield query.top, ""
    for found in calls_of(syntax):
        if _is_get(found):
            yield found.node, ""
    for call in syntax.calls_named({*filter(_READS.match, syntax.calls_by_name)}):
        parent = call.parent()
        if parent is not None and parent.kind() in _WAITS:
            yield call, callee(call).rpartition(".")[2]


def _is_read(query: QueryCall) -> bool:
    root = callee(query.top).partition(".")[0].lower()
    known = query.operation == "select" and query.library not in _ONE_AT_A_TIME
    return known and not _ONE_CONNECTION.match(root)


def _is_get(found: Found) -> bool:
    """True for a request that only reads, as far as its call says."""
    last = found.call.callee.rpartition(".")[2]
    if last == "get":
        return True
    given = arguments(found.node)
    if last != "fetch" or not given:
        return False
    if len(given) == 1:
        return True
    method = properties(given[1]).get("method") if given[1].kind() == "object" else given[1]
    return method is None or string(method) == "GET"


def _statement(node: SgNode) -> tuple[SgNode, SgNode] | None:
    """The statement that waits for this node alone, with the block it stands in."""
    waited = False
    for above in node.ancestors():
        kind = above.kind()
        waited = waited or kind in _WAITS
        if kind in FUNCTIONS or kind in BLOCKS or kind in ("array", "object", "arguments"):
            return None
        if kind in _STATEMENTS:
            block = above.parent()
            fits = waited and block is not None and block.kind() in BLOCKS
            return (above, block) if fits and block is not None else None
    return None
