"""What becomes of the error in the result of a supabase-js query, which never throws on its own."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, callee, enclosing
from shipworthy.prototype.queries.chains import QueryCall, chain_top
from shipworthy.prototype.queries.gathered import WRAPPERS, is_unread_later
from shipworthy.prototype.queries.uses import BLOCKS, is_logged, named, uses


class ErrorUse(StrEnum):
    """What becomes of the error that a result object carries (supabase-js never throws)."""

    CHECKED = "checked"
    LOGGED = "logged"  # written to the console, and the code goes on
    IGNORED = "ignored"
    THROWS = "throws"  # the library raises, or `.throwOnError()` is called
    UNKNOWN = "unknown"  # the result is returned or passed on


# Made by supabase-js's PostgrestBuilder, which is only a PromiseLike: it has `then`, and to call its
# `catch` is a TypeError (postgrest-js, PostgrestBuilder.ts). Functions and storage give real promises.
_BUILT = frozenset({"select", "insert", "update", "upsert", "delete", "rpc"})


def error_use(query: QueryCall) -> ErrorUse:
    """Follow the result of a query to the place where its error is read, if there is one."""
    for link in query.links:
        if link.name == "throwOnError":
            return ErrorUse.THROWS
        if link.name == "then" and link.arguments is not None:
            return _in_callback(link.arguments)
        if link.name in ("catch", "finally") and query.operation in _BUILT:
            return ErrorUse.THROWS
    return _of_value(query.top)


def is_dropped(node: SgNode) -> bool:
    """True for `await …;` as a statement of its own: nobody takes the result."""
    parent = node.parent()
    above = parent.parent() if parent is not None and parent.kind() == "await_expression" else None
    return above is not None and above.kind() == "expression_statement"


def _in_callback(callbacks: tuple[SgNode, ...]) -> ErrorUse:
    """The error in `.then(({ data, error }) => …)`."""
    if not callbacks:
        return ErrorUse.IGNORED
    callback = callbacks[0]
    if callback.kind() not in FUNCTIONS:
        return ErrorUse.UNKNOWN
    body = callback.field("body")
    parameters = callback.field("parameters") or callback.field("parameter")
    if parameters is None or body is None:
        return ErrorUse.UNKNOWN
    given = [parameters] if parameters.kind() == "identifier" else list(named(parameters))
    if not given:
        return ErrorUse.IGNORED
    pattern = given[0].field("pattern") or given[0]
    return _of_pattern(pattern, body, body.range().start.index)


def _of_value(node: SgNode) -> ErrorUse:
    """The error of the result that this expression stands for."""
    parent = node.parent()
    while parent is not None and parent.kind() in WRAPPERS:
        node, parent = parent, parent.parent()
    if parent is None:
        return ErrorUse.UNKNOWN
    kind = parent.kind()
    if kind in ("expression_statement", "unary_expression"):
        return ErrorUse.IGNORED
    if kind == "member_expression":
        return _of_member(parent)
    if kind == "variable_declarator":
        return _of_declaration(parent, node)
    if kind == "assignment_expression":
        return _of_assignment(parent)
    if kind == "array":
        return _in_array(parent, node)
    if is_unread_later(node, parent):
        return ErrorUse.IGNORED
    return ErrorUse.UNKNOWN


def _of_member(member: SgNode) -> ErrorUse:
    name = member.field("property")
    if name is not None and name.text() in ("data", "count", "status"):
        return ErrorUse.IGNORED
    return ErrorUse.CHECKED if name is not None and name.text() == "error" else ErrorUse.UNKNOWN


def _of_declaration(declaration: SgNode, value: SgNode) -> ErrorUse:
    pattern = declaration.field("name")
    scope = _scope(declaration)
    if pattern is None or scope is None:
        return ErrorUse.UNKNOWN
    after = declaration.range().end.index
    if pattern.kind() == "identifier" and value.kind() != "await_expression":
        return _of_builder(pattern.text(), scope, after)
    return _of_pattern(pattern, scope, after)


def _of_assignment(assignment: SgNode) -> ErrorUse:
    pattern = assignment.field("left")
    scope = enclosing(assignment, FUNCTIONS)
    body = scope.field("body") if scope else None
    if pattern is None or body is None:
        return ErrorUse.UNKNOWN
    return _of_pattern(pattern, body, assignment.range().end.index)


def _of_pattern(pattern: SgNode, scope: SgNode, after: int) -> ErrorUse:
    """The error that a destructuring pattern or a plain name binds, as it is used further on."""
    if pattern.kind() == "identifier":
        return _of_name(pattern.text(), scope, after)
    if pattern.kind() != "object_pattern":
        return ErrorUse.UNKNOWN
    for child in named(pattern):
        if child.kind() == "rest_pattern":
            return ErrorUse.UNKNOWN
        name = child.field("key") or child.field("left") or child
        if name.text() == "error":
            bound = child.field("value") or name
            if bound.kind() not in ("identifier", "shorthand_property_identifier_pattern"):
                return ErrorUse.CHECKED
            use = _use_of(list(uses(bound.text(), scope, after)))
            if use is ErrorUse.IGNORED and _misses_data(pattern, scope, after):
                return ErrorUse.CHECKED
            return use
    return ErrorUse.CHECKED if _misses_data(pattern, scope, after) else ErrorUse.IGNORED


def _misses_data(pattern: SgNode, scope: SgNode, after: int) -> bool:
    """`if (!data) …` notices a failure as well as a look at the error does."""
    for child in named(pattern):
        key = child.field("key") or child
        if key.text() != "data":
            continue
        bound = child.field("value") or key
        for use in uses(bound.text(), scope, after):
            parent = use.parent()
            test = enclosing(use, frozenset({"if_statement"}), BLOCKS)
            if test is not None and parent is not None and parent.kind() == "unary_expression":
                return True
    return False


def _of_name(name: str, scope: SgNode, after: int) -> ErrorUse:
    """The error of a result held by a name: `result.error`, or the result handed on."""
    errors: list[SgNode] = []
    for use in uses(name, scope, after):
        parent = use.parent()
        if parent is None:
            continue
        if parent.kind() == "member_expression":
            if _of_member(parent) is ErrorUse.CHECKED:
                errors.append(parent)
        elif parent.kind() == "variable_declarator":
            return _of_declaration(parent, parent)
        elif parent.kind() == "assignment_expression" or not is_logged(use):
            return ErrorUse.UNKNOWN
    return _use_of(errors)


def _of_builder(name: str, scope: SgNode, after: int) -> ErrorUse:
    """`let query = client.from("t").select(); … await query`: the result where it is awaited."""
    for use in uses(name, scope, after):
        top = chain_top(use)
        parent = top.parent()
        if parent is not None and parent.kind() == "await_expression":
            return _of_value(top)
        if parent is not None and parent.kind() == "array":
            return _of_value(top)
    return ErrorUse.UNKNOWN


def _in_array(array: SgNode, element: SgNode) -> ErrorUse:
    """`const [a, b] = await Promise.all([…])`: the pattern at the same place."""
    given = array.parent()
    call = given.parent() if given is not None else None
    if call is None or not callee(call).startswith("Promise.all"):
        return ErrorUse.UNKNOWN
    elements = list(named(array))
    at = next((n for n, e in enumerate(elements) if e == element), -1)
    node: SgNode = call
    parent = node.parent()
    while parent is not None and parent.kind() in WRAPPERS:
        node, parent = parent, parent.parent()
    if parent is None:
        return ErrorUse.UNKNOWN
    if parent.kind() == "expression_statement":
        return ErrorUse.IGNORED
    pattern = parent.field("name") if parent.kind() == "variable_declarator" else None
    scope = _scope(parent)
    if pattern is None or pattern.kind() != "array_pattern" or scope is None:
        return ErrorUse.UNKNOWN
    patterns = list(named(pattern))
    if not 0 <= at < len(patterns) or any(p.kind() == "rest_pattern" for p in patterns):
        return ErrorUse.UNKNOWN
    return _of_pattern(patterns[at], scope, parent.range().end.index)


def _use_of(uses: Iterable[SgNode]) -> ErrorUse:
    found = list(uses)
    if not found:
        return ErrorUse.IGNORED
    return ErrorUse.LOGGED if all(map(is_logged, found)) else ErrorUse.CHECKED


def _scope(node: SgNode) -> SgNode | None:
    return enclosing(node, BLOCKS)
