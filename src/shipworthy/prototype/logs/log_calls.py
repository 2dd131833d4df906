"""What the code writes to its logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee, function_name
from shipworthy.prototype.logs.logged import Value, literal_text, values_of
from shipworthy.prototype.logs.logging_calls import NAMES, log_level
from shipworthy.prototype.logs.origins import Origins
from shipworthy.regex import regex


class LoggedValue(Struct, frozen=True):
    """One value that is logged whole: a dotted name such as "session.access_token".

    Only values that reach the log as they are: `!!token`, `token.length`, `typeof x`, `mask(x)`,
    `x ? "yes" : "no"` and comparisons are not values of this kind and are left out.
    `embedded` is True inside a string, where JavaScript shows an object as [object Object].
    `origin` says where the value comes from when the file shows it: "request body" (with the
    fields that the file reads from it, where it does nothing else with it), "session",
    "request headers", "environment", "columns id, role" for a row of a query,
    "copy" for `employee.to_dict()` under another name, "count" for a member that the file counts
    up, "text" for one that it compares with another value.
    """

    name: str
    location: Location
    embedded: bool = False
    origin: str = ""


class LogCall(Struct, frozen=True):
    """One call that logs: console.*, print, logging/loguru/structlog, pino/winston.

    `guarded` is True when it runs only in development. `streamed` is True for `print(x, end="")`.
    `of_guests` is True below `if (user.isGuest)`: the addresses of guests are made up.
    """

    callee: str
    level: str
    text: str  # the literal parts of the message
    values: tuple[LoggedValue, ...]
    location: Location
    function: str
    guarded: bool = False
    streamed: bool = False
    of_guests: bool = False


def read(syntax: Syntax) -> list[LogCall]:
    """Every logging call of a file."""
    return [call for call, _, _ in logged_in(syntax)]


def logged_in(
    syntax: Syntax,
) -> Iterator[tuple[LogCall, SgNode, list[tuple[LoggedValue, SgNode]]]]:
    """Every logging call of a file with its node and those of its values."""
    origins: Origins | None = None
    may_guard = may_be_of_guests = False
    for call in syntax.calls_named(NAMES):
        level = log_level(call)
        if level is None:
            continue
        if origins is None:
            origins = Origins(syntax)
            may_guard = syntax.says_any(_DEVELOPMENT)
            may_be_of_guests = syntax.says_any(_GUESTS)
        given = arguments(call)
        shown = [value for argument in given for value in values_of(argument)]
        values = [(_value(value, origins, syntax), value.node) for value in shown]
        logged = LogCall(
            callee=callee(call),
            level="info" if level in ("log", "print") else level,
            text=" ".join(filter(None, map(literal_text, given))),
            values=tuple(value for value, _ in values),
            location=syntax.location(call),
            function=function_name(call),
            guarded=may_guard and bool(values) and _is_guarded(call),
            streamed=level == "print" and any(_is_end(a) for a in given),
            of_guests=may_be_of_guests and bool(values) and _is_of_guests(call),
        )
        yield logged, call, values


def _value(value: Value, origins: Origins, syntax: Syntax) -> LoggedValue:
    return LoggedValue(
        name=origins.name(value.name),
        location=syntax.location(value.node),
        embedded=value.embedded,
        origin=origins.of(value.name),
    )


def _is_end(argument: SgNode) -> bool:
    return argument.kind() == "keyword_argument" and argument.text().startswith(("end=", "end ="))


_DEVELOPMENT = (
    "import.meta.env.DEV",
    "NODE_ENV",
    "__DEV__",
    "DEBUG",
    "debug",
    "isDev",
    "isDevelopment",
    "IS_DEV",
    "verbose",
    "import.meta.env.MODE",
)


def _is_guarded(call: SgNode) -> bool:
    """True below a condition on the development mode."""
    for above in call.ancestors():
        kind = above.kind()
        if kind in ("if_statement", "ternary_expression", "conditional_expression"):
            condition = above.field("condition")
            if condition is not None and any(word in condition.text() for word in _DEVELOPMENT):
                return True
        elif kind == "binary_expression":
            left = above.field("left")
            if left is not None and any(word in left.text() for word in _DEVELOPMENT):
                return True
        elif kind in FUNCTIONS and _leaves_early(above):
            return True
    return False


_GUESTS = ("isGuest", "is_guest", "isDemo", "is_demo", "isAnonymous", "is_anonymous")
# `user?.isGuest`, yet neither `!user.isGuest` nor `not user.is_guest` nor `isGuest === false`.
_FOR_GUESTS = regex(
    r"(?<![\w.?!$])(?<!not )(?:[\w$]{1,40}\??\.){0,4}is_?(?:guest|demo|anonymous)(?:_?user)?\b"
    r"(?!\s*(?:[!=]==?\s*false|!==?|==\s*False|is\s+(?:not|False)))",
    re.IGNORECASE,
)


def _is_of_guests(call: SgNode) -> bool:
    """True in the branch of a condition that only a guest meets."""
    for above in call.ancestors():
        if above.kind() in FUNCTIONS:
            return False
        if above.kind() != "if_statement":
            continue
        condition, then = above.field("condition"), above.field("consequence")
        if condition is None or then is None or not _lies_in(call, then):
            continue
        said = condition.text()
        if _FOR_GUESTS.search(said) and "||" not in said and " or " not in said:
            return True
    return False


def _lies_in(node: SgNode, outer: SgNode) -> bool:
    inside, around = node.range(), outer.range()
    return around.start.index <= inside.start.index and inside.end.index <= around.end.index


def _leaves_early(function: SgNode) -> bool:
    """`if (!DEBUG) return;` as the first statement of a function."""
    body = function.field("body")
    first = next((c for c in body.children() if c.is_named()), None) if body is not None else None
    if first is None or first.kind() != "if_statement":
        return False
    condition, then = first.field("condition"), first.field("consequence")
    if condition is None or then is None or "return" not in then.text():
        return False
    return any(word in condition.text() for word in _DEVELOPMENT)
