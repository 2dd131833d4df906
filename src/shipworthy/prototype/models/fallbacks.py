"""What the user gets when a call fails: another answer, a controlled message, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.callers import holder_of, is_within, name_in_file
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee, dotted
from shipworthy.regex import regex


class Fallback(StrEnum):
    """What the user gets when the model fails."""

    PRESENT = "present"  # another model, a cached or a fixed answer, or a controlled error message
    SWALLOWED = "swallowed"  # caught and at most logged: the request goes on without an answer
    RETHROWN = "rethrown"  # caught and passed on as an error of the function
    NONE = "none"  # nothing around the call


_CAUGHT = (Fallback.PRESENT, Fallback.SWALLOWED)


def fallback_of(node: SgNode, syntax: Syntax) -> Fallback:
    """What stands around a call: in its own function, or around every call of that function in the
    file, and so on outwards."""
    return _outwards(node, syntax, {})


def _outwards(node: SgNode, syntax: Syntax, known: dict[str, Fallback]) -> Fallback:
    found = _around(node)
    function = holder_of(node)
    name = name_in_file(function) if function is not None else ""
    if found in _CAUGHT or function is None or not name:
        return found
    if name not in known:
        known[name] = Fallback.NONE  # a recursive call adds nothing
        callers = [c for c in syntax.calls_by_name.get(name, ()) if not is_within(c, function)]
        results = {_outwards(c, syntax, known) for c in callers}
        if results and results <= set(_CAUGHT):
            known[name] = min(results, key=_CAUGHT.index)
    return known[name] if known[name] in _CAUGHT else found


_HANDLING_CALLS = regex(
    r"(^|\.)(useMutation|useQuery|useSWR\w*|useInfiniteQuery|allSettled|asyncHandler|catchAsync|tryCatch"
    r"|with_?error_?handl\w*|with_?fallback\w*|safe_?call\w*)$",
    re.IGNORECASE,
)


def _around(node: SgNode) -> Fallback:
    found = Fallback.NONE
    below = node
    for above in node.ancestors():
        kind = above.kind()
        handled: Fallback | None = None
        if kind == "try_statement":
            handled = _of_try(above, below)
        elif kind in ("call_expression", "call"):
            name = callee(above)
            if name.endswith(".catch") and above.field("function") is not None:
                handled = _of_callback(above) if _is_receiver(above, below) else None
            elif _HANDLING_CALLS.search(name):
                handled = Fallback.PRESENT
        elif kind in FUNCTIONS and name_in_file(above):
            return found
        if handled in _CAUGHT:
            return handled
        found = handled or found
        below = above
    return found


def _is_receiver(call: SgNode, below: SgNode) -> bool:
    function = call.field("function")
    return function is not None and is_within(below, function)


def _of_try(statement: SgNode, below: SgNode) -> Fallback | None:
    """What the handlers of a try do; None where the node is not in the part that they guard."""
    body = statement.field("body")
    if body is None or not is_within(below, body):
        return None
    results = [_of_block(block, statement) for block in _handlers(statement)]
    if not results:
        return None
    order = (Fallback.PRESENT, Fallback.RETHROWN, Fallback.SWALLOWED)
    return next(kind for kind in order if kind in results)


def _handlers(statement: SgNode) -> Iterator[SgNode]:
    handler = statement.field("handler")
    if handler is not None:
        block = handler.field("body")
        if block is not None:
            yield block
    for child in statement.children():
        if child.kind() in ("except_clause", "except_group_clause"):
            yield from (c for c in child.children() if c.kind() == "block")


def _of_callback(call: SgNode) -> Fallback:
    given = arguments(call)
    function = given[0] if given else None
    if function is None:
        return Fallback.RETHROWN
    body = function.field("body")
    if body is None:
        return Fallback.PRESENT  # a named handler
    if body.kind() != "statement_block":
        return Fallback.SWALLOWED if _only_logs(body) else Fallback.PRESENT
    return _of_block(body, None)


_CONTROLLED = regex(
    r"HTTPException|HttpError|HTTPError\(|TRPCError|createError|ApiError|AppError|abort\(|GraphQLError"
)


def _of_block(block: SgNode, statement: SgNode | None) -> Fallback:
    inside = [c for c in block.children() if c.is_named() and c.kind() != "comment"]
    if inside and inside[-1].kind() in ("throw_statement", "raise_statement"):
        controlled = _CONTROLLED.search(inside[-1].text()) is not None
        return Fallback.PRESENT if controlled else Fallback.RETHROWN
    silent = all(_is_silent(child) for child in inside)
    if not silent:
        return Fallback.PRESENT
    # A handler that only logs leaves what follows the try to answer.
    goes_on = statement is not None and _goes_on(statement)
    return Fallback.PRESENT if goes_on else Fallback.SWALLOWED


def _is_silent(statement: SgNode) -> bool:
    if statement.kind() == "pass_statement":
        return True
    inner = next((c for c in statement.children() if c.is_named()), None)
    return statement.kind() == "expression_statement" and inner is not None and _only_logs(inner)


_LOGS = regex(
    r"^(console|logger|logging|log|Sentry|sentry_sdk|structlog|app\.logger|self\.logger|this\.logger|winston|pino)\."
    r"|^(print|traceback\.print_exc|captureException)$|[lL]og(ger)?\.(error|warning|warn|info|exception|debug)$"
)


def _only_logs(node: SgNode) -> bool:
    call = peeled(node)
    return call is not None and _LOGS.search(callee(call) or dotted(call)) is not None


def _goes_on(statement: SgNode) -> bool:
    """True where a return or a yield follows the try in the same function."""
    for following in statement.next_all():
        if following.kind() in ("return_statement", "for_statement", "if_statement"):
            return True
        if following.has(kind="return_statement"):
            return True
    return False
