"""What the code does when something fails: each catch, and each result whose error is ignored."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    function_name,
)
from shipworthy.prototype.failures.handlers import Handling, Outcome, outcome_of
from shipworthy.prototype.outbound.sends import sends
from shipworthy.prototype.queries.chains import CALLS, called_name, within
from shipworthy.prototype.queries.excuses import (
    gives_reason,
    is_promised,
    is_within_excused,
    opens_excused,
)
from shipworthy.prototype.queries.success import Reports

__all__ = ["Catch", "Handling", "read"]


class Catch(Struct, frozen=True):
    """One handler. `attempts` are the callees of the code it guards; `exception` what it is
    narrowed to (Python); `commented` is True when a comment in the handler gives a reason.

    `guarded` is where the guarded code stands. `sends` says what that code changes elsewhere:
    "request", "mail", "payment", "account". `logged` is True when the error reaches a log;
    `default` is the value that takes the place of the result. `success` is what reports success though the
    handler ran; `told` is True when it is the handler itself. `method` is True
    for `.catch(…)`, `detached` where nobody waits for what is tried. `throws` is True where the guarded code
    throws by itself, `effect` inside an effect or a timer, `second` in another error's handler,
    `calls_back` where the guarded code calls what its function was given.
    """

    handling: Handling
    attempts: tuple[str, ...]
    exception: str | None
    commented: bool
    location: Location
    function: str
    guarded: Location
    sends: tuple[str, ...] = ()
    logged: bool = False
    default: str | None = None
    success: Location | None = None
    told: bool = False
    main: bool = False
    method: bool = False
    detached: bool = False
    throws: bool = False
    effect: bool = False
    second: bool = False
    calls_back: bool = False
    leaves: bool = False  # the function ends with the handler


def read(syntax: Syntax) -> list[Catch]:
    """Every catch clause, except clause and `.catch(…)` of a file."""
    calls = _Calls(syntax)
    found: list[Catch] = []
    for statement in syntax.nodes("try_statement"):
        found += _clauses(statement, syntax, calls)
    if not syntax.python:
        methods = (c for c in syntax.calls_named(("catch",)) if called_name(c) == "catch")
        found += (c for c in (_method(call, syntax, calls) for call in methods) if c)
    return found


_Inside = tuple[tuple[str, ...], tuple[str, ...]]


class _Calls:
    """What each call of a file is called and sends, asked once though tries contain each other."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._known: dict[int, tuple[str, str | None]] = {}
        self.reports = Reports(syntax)

    @cached_property
    def has_effects(self) -> bool:
        """True where an effect or a timer may run some of the code."""
        return any(name in self._syntax.calls_by_name for name in _EFFECTS)

    @cached_property
    def _places(self) -> list[tuple[int, int, int]]:
        """Where each call starts and ends, and its number."""
        spans = (call.range() for call in self._syntax.calls)
        return sorted((s.start.index, s.end.index, n) for n, s in enumerate(spans))

    def _asked(self, number: int) -> tuple[str, str | None]:
        """What a call is called and sends."""
        known = self._known.get(number)
        if known is None:
            call = self._syntax.calls[number]
            kind = sends(call)
            if kind is not None and _is_left_alone(call):
                kind = None  # what it does when it fails, it says itself
            known = self._known[number] = (callee(call), kind)
        return known

    def inside(self, node: SgNode) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The callees in a node and what they send, each once and in order."""
        span = node.range()
        first = bisect_left(self._places, (span.start.index,))
        names: dict[str, None] = {}
        kinds: dict[str, None] = {}
        for start, end, number in islice(self._places, first, None):
            if start >= span.end.index:
                break
            if end <= span.end.index:
                name, kind = self._asked(number)
                names[name] = None
                if kind:
                    kinds[kind] = None
        names.pop("", None)
        return tuple(names), tuple(kinds)

    def throws_in(self, body: SgNode) -> bool:
        """True where the code throws by itself, not in a function inside of it."""
        span = body.range()
        first = bisect_left(self._throws, span.start.index)
        inside = first < len(self._throws) and self._throws[first] < span.end.index
        return inside and next(iter(within(body, _THROWS, FUNCTIONS)), None) is not None

    @cached_property
    def _throws(self) -> list[int]:
        """Where each statement that throws starts."""
        kind = "raise_statement" if self._syntax.python else "throw_statement"
        return sorted(node.range().start.index for node in self._syntax.nodes(kind))

    def success(self, statement: SgNode, outcome: Outcome, handler: SgNode) -> Location | None:
        """What tells the user or the caller that all went well although the handler ran."""
        if outcome.success:
            return self._syntax.location(handler)
        if outcome.handled or outcome.leaves:
            return None
        found = self.reports.after(statement)
        return self._syntax.location(found) if found is not None else None


def _clauses(statement: SgNode, syntax: Syntax, calls: _Calls) -> Iterator[Catch]:
    body = statement.field("body")
    if body is None:
        return
    for clause in statement.children():
        if clause.kind() in ("catch_clause", "except_clause"):
            handler, error, exception = _parts(clause)
            if handler is not None:
                yield _catch(syntax, clause, calls, body, handler, error, exception, statement)


def _parts(clause: SgNode) -> tuple[SgNode | None, str, str | None]:
    """The body of a clause, the name of the error and what it is narrowed to."""
    if clause.kind() == "catch_clause":
        parameter = clause.field("parameter")
        return clause.field("body"), parameter.text() if parameter else "", None
    named = [c for c in clause.children() if c.is_named() and c.kind() != "comment"]
    body = named[-1] if named and named[-1].kind() == "block" else None
    types = [c for c in named if c.kind() != "block"]
    if not types:
        return body, "", None
    if types[0].kind() == "as_pattern":
        parts = [c for c in types[0].children() if c.is_named()]
        return body, parts[-1].text() if len(parts) > 1 else "", parts[0].text()
    return body, types[1].text() if len(types) > 1 else "", types[0].text()


def _method(call: SgNode, syntax: Syntax, calls: _Calls) -> Catch | None:
    """`promise.catch((error) => …)`."""
    given = arguments(call)
    function = call.field("function")
    receiver = function.field("object") if function else None
    if len(given) != 1 or receiver is None:
        return None
    handler = given[0]
    if handler.kind() not in FUNCTIONS:
        return _named_handler(call, calls.inside(receiver), receiver, handler, syntax)
    body = handler.field("body")
    parameters = handler.field("parameters") or handler.field("parameter")
    error = parameters.text().strip("()").partition(":")[0].strip() if parameters else ""
    if body is None:
        return None
    return _catch(syntax, call, calls, receiver, body, error, None, _statement_of(call), handler)


def _named_handler(
    call: SgNode, inside: _Inside, receiver: SgNode, handler: SgNode, syntax: Syntax
) -> Catch | None:
    """`.catch(console.error)` logs; any other function is trusted to deal with it."""
    logs = handler.text().startswith("console.")
    return Catch(
        handling=Handling.LOGGED_ONLY if logs else Handling.HANDLED,
        attempts=inside[0],
        exception=None,
        commented=False,
        location=syntax.location(call),
        function=function_name(call),
        guarded=syntax.location(receiver),
        sends=inside[1],
        logged=logs,
        method=True,
        detached=_is_detached(call),
    )


def _catch(
    syntax: Syntax,
    clause: SgNode,
    calls: _Calls,
    body: SgNode,
    handler: SgNode,
    error: str,
    exception: str | None,
    statement: SgNode,
    place: SgNode | None = None,
) -> Catch:
    outcome = outcome_of(handler, error)
    inside = calls.inside(body)
    around = statement.ancestors()
    return Catch(
        handling=outcome.handling,
        attempts=inside[0],
        exception=exception,
        commented=gives_reason(handler)
        or is_within_excused(statement)
        or opens_excused(body)
        or (syntax.python and is_promised(statement)),
        location=syntax.location(place or clause),
        function=function_name(clause),
        guarded=syntax.location(body),
        sends=inside[1],
        logged=outcome.logged,
        default=outcome.default,
        success=calls.success(statement, outcome, handler),
        told=outcome.success,
        main=_is_main(statement),
        method=place is not None,
        detached=_is_detached(clause) if place is not None else _is_in_side_job(around),
        throws=calls.throws_in(body),
        effect=calls.has_effects and _is_in_effect(around),
        calls_back=_calls_back(around, inside[0]),
        leaves=outcome.leaves,
        second=any(a.kind() in _HANDLERS for a in around),
    )


def _is_left_alone(call: SgNode) -> bool:
    """True for `fetch(…).then(…).catch(…)` as a statement of its own."""
    top, parent, caught = call, call.parent(), False
    while parent is not None and parent.kind() in ("member_expression", "call_expression"):
        if parent.kind() == "call_expression" and parent.field("function") != top:
            return False
        caught = caught or called_name(parent) == "catch" if parent.kind() in CALLS else caught
        top, parent = parent, parent.parent()
    return caught and _is_detached(top)


def _is_in_effect(around: Sequence[SgNode]) -> bool:
    """True inside `useEffect(…)` and `setTimeout(…)`, not in what a click in the markup runs."""
    for above in around:
        if above.kind() == "jsx_attribute":
            return False
        if above.kind() in CALLS and called_name(above) in _EFFECTS:
            return True
    return False


def _calls_back(around: Sequence[SgNode], attempts: tuple[str, ...]) -> bool:
    """True where a call of the guarded code is one of a parameter of the function around it."""
    plain = {name for name in attempts if name.isidentifier()}
    function = next((a for a in around if a.kind() in FUNCTIONS), None) if plain else None
    parameters = function.field("parameters") if function is not None else None
    if parameters is None:
        return False
    given = within(parameters, frozenset({"identifier"}), FUNCTIONS)
    return any(name.text() in plain for name in given)


_HANDLERS = ("catch_clause", "except_clause")
_EFFECTS = ("useEffect", "useLayoutEffect", "setTimeout", "setInterval")
_THROWS = frozenset({"throw_statement", "raise_statement"})


def _is_detached(call: SgNode) -> bool:
    """True for `void x.catch(…)` and for `x.catch(…)` as a statement of its own."""
    parent = call.parent()
    while parent is not None and parent.kind() in ("call_expression", "member_expression"):
        parent = parent.parent()  # `.finally(…)` after it
    if parent is not None and parent.kind() == "unary_expression":
        return parent.text().startswith("void ")
    return parent is not None and parent.kind() == "expression_statement"


def _is_asynchronous(function: SgNode) -> bool:
    first = function.child(0)
    return first is not None and first.text().startswith("async")


def _is_in_side_job(around: Sequence[SgNode]) -> bool:
    """True in `(async () => { … })()`, started beside the matter by a function that waits for others."""
    functions = list(islice((a for a in around if a.kind() in FUNCTIONS), 2))
    if len(functions) < 2 or not all(map(_is_asynchronous, functions)):
        return False
    above = functions[0].parent()
    while above is not None and above.kind() in ("parenthesized_expression", "unary_expression"):
        above = above.parent()
    if above is None or above.kind() not in CALLS or arguments(above):
        return False
    started = above.parent()
    if started is not None and started.kind() == "unary_expression":
        started = started.parent()
    return started is not None and started.kind() == "expression_statement"


def _statement_of(call: SgNode) -> SgNode:
    for above in call.ancestors():
        if above.kind().endswith(("_statement", "_declaration")):
            return above
    return call


def _calls(body: SgNode) -> Iterator[SgNode]:
    if body.kind() in CALLS:
        yield body
    yield from within(body, frozenset(CALLS))


def _is_main(statement: SgNode) -> bool:
    """True for a try that is a statement of its function, not of a branch or a loop."""
    block = statement.parent()
    owner = block.parent() if block is not None else None
    return owner is not None and owner.kind() in FUNCTIONS
