"""Whether a loop runs a query once for each row, or walks over pages, chunks or a fixed list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    LOOPS,
    Syntax,
    arguments,
    callee,
    enclosing_loop,
)
from shipworthy.prototype.queries.assigned import assigned_in
from shipworthy.prototype.queries.chains import CALLS, called_name, within
from shipworthy.regex import regex

# Loops over these do not grow with the rows of a table, or answer each element on its own.
_NO_ROWS = frozenset(
    """chunk batch page attempt retry retries batches range offset slice window file image photo
    attachment anexo adjunto fichier anhang arquivo archivo foto imagem imagen
    upload month year week day hour date tool action command queue job step module
    migration""".split()
)
_WORDS = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ITERATIONS = frozenset({"for_in_statement", "for_statement"})
_NAMES = frozenset({"identifier", "property_identifier", "shorthand_property_identifier_pattern"})
_LITERALS = ("array", "list", "tuple", "set", "dictionary", "object")
_DEEPEST = 5  # names and calls between a loop and the list that it walks over
_WALKS = frozenset(
    """filter slice concat reverse sort flat values keys entries items map enumerate sorted list
    zip reversed set from""".split()
)


def loop_of(node: SgNode, syntax: Syntax) -> tuple[SgNode | None, bool]:
    """The loop that repeats a node, and whether it repeats for something else than rows."""
    loop = enclosing_loop(node)
    return loop, loop is not None and not _walks_rows(loop, syntax)


def iterable_of(loop: SgNode) -> SgNode | None:
    """What a loop walks over: `rows` in `for (const row of rows)` and in `rows.map(…)`."""
    if loop.kind() == "call_expression":
        function = loop.field("function")
        return function.field("object") if function else None
    if loop.kind() in LOOPS and loop.kind() not in _ITERATIONS:
        clause = next((c for c in loop.children() if c.kind() == "for_in_clause"), None)
        return clause.field("right") if clause else None
    return loop.field("right")


def element_of(loop: SgNode) -> SgNode | None:
    """What stands for one element: the loop variable or the callback's parameters."""
    if loop.kind() == "call_expression":
        callback = next((a for a in arguments(loop) if a.kind() in FUNCTIONS), None)
        return (callback.field("parameters") or callback.field("parameter")) if callback else None
    if loop.kind() in _ITERATIONS:
        return loop.field("left")
    clause = next((c for c in loop.children() if c.kind() == "for_in_clause"), None)
    return clause.field("left") if clause else None


def root_name(node: SgNode | None) -> str:
    """The name that an iterable starts from: `rows` of `(rows ?? []).filter(Boolean)`."""
    while node is not None:
        kind = node.kind()
        if kind == "identifier":
            return node.text()
        if kind in CALLS:
            given = arguments(node)
            function = node.field("function")
            is_wrapper = function is not None and function.kind() == "identifier"
            takes_first = called_name(node) == "from" or is_wrapper
            node = next(iter(given), None) if takes_first else function
        elif kind in ("binary_expression", "boolean_operator"):
            node = node.field("left")
        elif kind in ("member_expression", "attribute"):
            node = node.field("object")
        else:
            node = next((c for c in node.children() if c.is_named()), None)
    return ""


@lru_cache(maxsize=8)
def _walks_rows(loop: SgNode, syntax: Syntax) -> bool:
    kind = loop.kind()
    if kind in ("while_statement", "do_statement"):
        return False  # paging, retries, searching for a free name
    if kind == "for_statement" and not syntax.python:
        return _counts_elements(loop)
    iterable, element = iterable_of(loop), element_of(loop)
    if iterable is None:
        return False
    head = _names(iterable) + (_names(element) if element is not None else "")
    if _is_element_count(iterable):
        return not _stops(loop)
    if _is_no_row(head) or is_fixed(iterable, syntax):
        return False
    return not _stops(loop)


def _names(node: SgNode) -> str:
    """The names in an iterable or loop variable, without what its callbacks do."""
    if node.kind() == "identifier":
        return f"{node.text()} "
    found = within(node, _NAMES, FUNCTIONS)
    return "".join(f"{name.text()} " for name in found)


def _is_no_row(text: str) -> bool:
    """True when a word of these names says chunk, page, file, tool call, …"""
    words = (word.lower() for word in _WORDS.findall(text))
    return any(word in _NO_ROWS or word.removesuffix("s") in _NO_ROWS for word in words)


def _counts_elements(loop: SgNode) -> bool:
    """`for (let i = 0; i < rows.length; i++)`, not `i += SIZE` and not a fixed number of rounds."""
    condition, step = loop.field("condition"), loop.field("increment")
    if condition is None or step is None or ".length" not in condition.text():
        return False
    return (
        step.kind() == "update_expression" and not _is_no_row(condition.text()) and not _stops(loop)
    )


def _is_element_count(iterable: SgNode) -> bool:
    """Python's `range(len(rows))`."""
    if iterable.kind() != "call" or callee(iterable) != "range":
        return False
    given = arguments(iterable)
    return len(given) == 1 and given[0].kind() == "call" and callee(given[0]) == "len"


def is_fixed(iterable: SgNode, syntax: Syntax, depth: int = 0) -> bool:
    """True for a list that the code itself spells out: it does not grow with the data."""
    if depth > _DEEPEST:
        return False
    kind = iterable.kind()
    if kind in _LITERALS:
        parts = [c.kind() for c in iterable.children() if c.is_named()]
        return bool(parts) and "spread_element" not in parts and "list_splat" not in parts
    if kind in ("as_expression", "parenthesized_expression", "satisfies_expression"):
        first = next((c for c in iterable.children() if c.is_named()), None)
        return first is not None and is_fixed(first, syntax, depth + 1)
    if kind in CALLS and called_name(iterable) in _WALKS:
        inner = _walked(iterable)
        return inner is not None and is_fixed(inner, syntax, depth + 1)
    name = root_name(iterable)
    if name.isupper() and len(name) > 1:
        return True
    value = assigned_in(syntax).first(name) if kind == "identifier" else None
    return value is not None and is_fixed(value, syntax, depth + 1)


def _walked(call: SgNode) -> SgNode | None:
    """X in `Object.entries(X)`, `X.items()`, `enumerate(X)` and `X.filter(…)`."""
    given = arguments(call)
    function = call.field("function")
    receiver = function.field("object") if function else None
    if receiver is not None and receiver.text() not in ("Object", "Array"):
        return receiver
    return given[0] if given and given[0].kind() not in FUNCTIONS else None


def _stops(loop: SgNode) -> bool:
    """True for a loop that looks for one element: it breaks, or returns what it found."""
    if loop.kind() not in _ITERATIONS:
        return False
    body = loop.field("body")
    return body is not None and any(_is_found(node) for node in _exits(body))


def _exits(body: SgNode) -> Iterator[SgNode]:
    for node in within(body, frozenset({"break_statement", "return_statement"}), FUNCTIONS):
        for above in node.ancestors():
            if above == body:
                yield node
                break
            if above.kind() in FUNCTIONS or above.kind() in (*LOOPS, "switch_statement"):
                break


def _is_found(node: SgNode) -> bool:
    """False for leaving the loop because of an error."""
    for above in node.ancestors():
        if above.kind() == "if_statement":
            condition = above.field("condition")
            text = condition.text().lower() if condition else ""
            return not any(word in text for word in ("err", "fail", "abort", "cancel", "ok"))
        if above.kind() in LOOPS or above.kind() in ("catch_clause", "except_clause"):
            break
    return node.kind() == "break_statement"
