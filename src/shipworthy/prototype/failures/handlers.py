"""What an error handler does: nothing, log, replace the result, or deal with the error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from ast_grep_py import SgNode
from msgspec import Struct, field

from shipworthy.prototype.code.syntax import FUNCTIONS, arguments, callee, properties
from shipworthy.prototype.logs.logging_calls import is_log
from shipworthy.prototype.queries.chains import CALLS, called_name, within
from shipworthy.regex import regex


class Handling(StrEnum):
    """What a handler does with the error it caught."""

    EMPTY = "empty"  # nothing at all
    LOGGED_ONLY = "logged_only"  # written to the console; the caller goes on as if all were well
    DEFAULTED = "defaulted"  # a default value replaces the result, the error is lost
    HANDLED = "handled"  # shown, returned, rethrown, retried, recorded as state


class Outcome(Struct):
    """What was seen in a handler, gathered step by step."""

    handled: bool = False
    logged: bool = False
    default: str | None = None  # the text of the value that replaces the result
    success: bool = False  # the handler itself says that all went well
    leaves: bool = False  # the function ends with the handler
    steps: list[str] = field(default_factory=list)

    @property
    def handling(self) -> Handling:
        """The one word for all of it."""
        if self.handled:
            return Handling.HANDLED
        if self.default is not None:
            return Handling.DEFAULTED
        return Handling.LOGGED_ONLY if self.logged else Handling.EMPTY


_KINDS = frozenset(
    """call_expression call return_statement throw_statement raise_statement
    assignment_expression assignment augmented_assignment_expression augmented_assignment
    update_expression new_expression yield yield_expression""".split()
)
_BUSY = regex(
    r"^set_?(is)?_?(loading|saving|submitting|busy|pending|processing|fetching|uploading|deleting|sending|working"
    r"|creating|updating|generating|refreshing)",
    re.IGNORECASE,
)
_CLEANUP = frozenset(
    """rollback close abort clearTimeout clearInterval preventDefault stopPropagation disconnect
    print_exc format_exc time String Date now toISOString flush str repr isinstance""".split()
)
_DEFAULTS = frozenset(
    """null undefined None true false True False string number integer float array list object
    dictionary tuple set template_string unary_expression unary_operator""".split()
)
_SAYS_SUCCESS = regex(r"""\b["']?(success|ok|sent|saved)["']?\s*:\s*(true|True)\b""")


def outcome_of(body: SgNode, error: str) -> Outcome:
    """Read a handler's body; `error` is the name of what was caught, '' where it has none."""
    outcome = Outcome()
    if body.kind() not in ("statement_block", "block"):
        _value(body, error, outcome)  # `.catch(() => null)`
        _read(within(body, _KINDS, FUNCTIONS), error, outcome)
        if body.kind() in _KINDS:
            _read([body], error, outcome)
        return outcome
    _read(within(body, _KINDS, FUNCTIONS), error, outcome)
    return outcome


def mentions(node: SgNode, name: str) -> bool:
    """True when a name is used in a node; never for an empty name."""
    return bool(name) and name in node.text() and _uses(node, name)


def _uses(node: SgNode, name: str) -> bool:
    if node.kind() in ("identifier", "shorthand_property_identifier"):
        return node.text() == name
    return any(_uses(child, name) for child in node.children())


def _read(nodes: Iterable[SgNode], error: str, outcome: Outcome) -> None:
    for node in nodes:
        kind = node.kind()
        if kind in ("throw_statement", "raise_statement", "yield", "yield_expression"):
            outcome.handled = True
        elif kind == "return_statement":
            outcome.leaves = True
            value = next(
                (c for c in node.children() if c.is_named() and c.kind() != "comment"), None
            )
            if value is not None:
                _value(value, error, outcome)
        elif kind in CALLS:
            _call(node, error, outcome)
        elif kind == "new_expression":
            if callee(node) in ("Response", "NextResponse") and not _succeeds(node, outcome):
                outcome.handled = True
        elif kind in ("assignment_expression", "assignment"):
            _assignment(node, error, outcome)
        else:
            outcome.handled = True  # a counter of failures


def _value(value: SgNode, error: str, outcome: Outcome) -> None:
    """A value that the handler gives back."""
    while value.kind() in ("parenthesized_expression", "as_expression", "satisfies_expression"):
        value = next((c for c in value.children() if c.is_named()), value.children()[0])
    if mentions(value, error):
        outcome.handled = outcome.handled or not is_log(value)
    elif value.kind() in _DEFAULTS:
        if _succeeds(value, outcome):
            outcome.default = value.text()[:40]
        elif value.kind() in ("object", "dictionary") and _tells(value):
            outcome.handled = True
        else:
            outcome.default = value.text()[:40]
    elif value.kind() in CALLS or value.kind() == "new_expression":
        return  # judged as a call
    elif value.kind() in ("identifier", "member_expression", "attribute", "undefined"):
        outcome.default = value.text()[:40]
    else:
        outcome.handled = True


def _tells(value: SgNode) -> bool:
    """`{ success: false }`, `{ error: "…" }`: the caller can see that it failed."""
    keys = properties(value)
    named = any(re.search(r"err|fail|reason|message|status", key, re.IGNORECASE) for key in keys)
    denied = any(
        key in ("success", "ok", "valid", "sent", "allowed") and v.text() in ("false", "False")
        for key, v in keys.items()
    )
    return named or denied


def _succeeds(node: SgNode, outcome: Outcome) -> bool:
    """True for an answer that says that all went well; noted in the outcome."""
    text = node.text()
    if node.kind() in ("true", "True") or (
        _SAYS_SUCCESS.search(text) and not re.search(r"status:\s*[45]", text)
    ):
        outcome.success = True
        return True
    return False


def _call(call: SgNode, error: str, outcome: Outcome) -> None:
    if is_log(call):
        outcome.logged = True
        return
    name, called = called_name(call), callee(call)
    if called.startswith("traceback.") or name in ("captureException", "capture_exception"):
        outcome.logged = True
        outcome.handled = outcome.handled or name.startswith("capture")
        return
    if name in _CLEANUP or called.startswith(("JSON.", "json.", "console.")) or _inside_log(call):
        return
    if _BUSY.match(name) and not mentions(call, error):
        return
    if _resets(call, name, error):
        outcome.default = call.text()[:40]
        return
    if name in ("json", "Response", "send", "jsonify", "JSONResponse") and _succeeds(call, outcome):
        outcome.default = call.text()[:40]
        return
    if name == "stringify" or (name == "get" and not mentions(call, error)):
        return
    outcome.handled = True


def _inside_log(call: SgNode) -> bool:
    """A call whose result is only part of a log message."""
    for above in call.ancestors():
        kind = above.kind()
        if kind in CALLS and is_log(above):
            return True
        if kind.endswith(("_statement", "_clause", "block")):
            return False
    return False


def _resets(call: SgNode, name: str, error: str) -> bool:
    """`setItems([])`, `setUser(null)`: an empty value takes the place of the result."""
    function = call.field("function")
    if function is None or function.kind() != "identifier" or not re.match(r"set[A-Z]", name):
        return False
    given = arguments(call)
    if len(given) != 1 or re.search(
        r"err|fail|message|status|notice|alert|offline", name, re.IGNORECASE
    ):
        return False
    value = given[0]
    if value.kind() in ("array", "object"):
        return len([c for c in value.children() if c.is_named()]) == 0
    return value.kind() in ("null", "undefined", "false", "number") and not mentions(call, error)


def _assignment(node: SgNode, error: str, outcome: Outcome) -> None:
    left, right = node.field("left"), node.field("right")
    if left is None or right is None:
        return
    named = re.search(r"err|fail|status|message|ok$|success|valid", left.text(), re.IGNORECASE)
    if (
        mentions(right, error)
        or named
        or left.kind() in ("member_expression", "attribute", "subscript")
    ):
        outcome.handled = True
    elif right.kind() not in (*CALLS, "await_expression", "await"):
        outcome.default = outcome.default or right.text()[:40]
