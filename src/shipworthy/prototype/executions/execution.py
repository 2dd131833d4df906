"""Places where text becomes code, SQL, a command or markup, and where that text comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    function_name,
    string,
)
from shipworthy.prototype.executions.dataflow import Flow
from shipworthy.prototype.executions.own_endpoints import endpoint_sources, imported_calls
from shipworthy.prototype.executions.passing import checks
from shipworthy.prototype.executions.sink import Place, Sink
from shipworthy.prototype.executions.sinks import WORDS, places
from shipworthy.prototype.executions.tools import written_parameters
from shipworthy.prototype.executions.traces import MODEL, Span, Trace, span
from shipworthy.prototype.models.calls import model_calls_of
from shipworthy.regex import regex

__all__ = ["Execution", "Origin", "Sink", "read"]


class Origin(StrEnum):
    """Where the text comes from, as far as the code around shows."""

    MODEL = "model"  # what a model returned, followed through assignments of the same file
    CONSTANT = "constant"
    OTHER = "other"


class Execution(Struct, frozen=True):
    """One such place. `steps` leads from the model call to the sink, for the reader.

    `sources` are the prototype's own endpoints ("/api/chat") and imported functions ("write_sql()")
    that the text may come from, and `fields` the properties of it that were read: whether a model
    wrote them is known to the file over there.
    """

    sink: Sink
    callee: str
    origin: Origin
    sanitised: bool  # passed through an allow-list, a parser or a sanitiser before
    steps: tuple[Location, ...]
    location: Location
    function: str
    sources: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def read(syntax: Syntax) -> list[Execution]:
    """Every eval, exec, raw SQL, shell call and raw-HTML assignment of a file."""
    if not syntax.says_any(WORDS):
        return []
    bindings = bindings_of(syntax)
    found = list(places(syntax, bindings))
    if not found:
        return []
    sources = _sources(syntax, bindings, found)
    written = list(written_parameters(syntax, bindings))
    flow = Flow(syntax, bindings, sources, written) if sources or written else None
    return [_execution(place, flow, syntax, bindings) for place in found]


def _sources(syntax: Syntax, bindings: Bindings, found: list[Place]) -> dict[Span, Trace]:
    sources: dict[Span, Trace] = {}
    if any(place.sink is Sink.HTML for place in found) and not syntax.python:
        for node, endpoint in endpoint_sources(syntax):
            sources[span(node)] = Trace(frozenset({endpoint}), (syntax.location(node),))
    if any(place.sink in (Sink.SQL, Sink.CODE, Sink.SHELL) for place in found):
        for node, name in imported_calls(syntax, bindings):
            sources[span(node)] = Trace(frozenset({name}), (syntax.location(node),))
    for model in model_calls_of(syntax):
        sources[span(model.node)] = Trace(frozenset({MODEL}), (model.call.location,))
    return sources


def _execution(place: Place, flow: Flow | None, syntax: Syntax, bindings: Bindings) -> Execution:
    here = syntax.location(place.node)
    if place.value is None:
        trace: Trace | None = Trace(frozenset({MODEL}), (here,))
    else:
        trace = flow.trace(place.value) if flow is not None else None
    steps = () if trace is None else tuple(dict.fromkeys((*trace.steps, here)))
    from_model = trace is not None and MODEL in trace.sources
    origin = Origin.MODEL if from_model else _plain_origin(place.value, bindings)
    return Execution(
        sink=place.sink,
        callee=place.callee,
        origin=origin,
        sanitised=trace is not None and _is_sanitised(place, trace, python=syntax.python),
        steps=steps,
        location=here,
        function=function_name(place.node),
        sources=tuple(sorted(trace.sources - {MODEL})) if trace is not None else (),
        fields=tuple(sorted(trace.fields)) if trace is not None else (),
    )


def _plain_origin(value: SgNode | None, bindings: Bindings) -> Origin:
    resolved = bindings.value(value)
    constant = resolved is not None and string(resolved) is not None
    return Origin.CONSTANT if constant else Origin.OTHER


_READ_ONLY = regex(r"read[ _-]?only|readonly|mode=ro\b|_ro\b|READ ONLY", re.IGNORECASE)


def _is_sanitised(place: Place, trace: Trace, *, python: bool) -> bool:
    """HTML: through a sanitiser. SQL and code: through a function that checks it, or over a
    connection that can only read. `startswith("select")` and lists of bad words do not count."""
    if place.sink is Sink.HTML:
        return "html" in trace.cleaned
    if place.value is None:
        return False
    if "sql" in trace.cleaned:
        return True
    function = next((n for n in place.node.ancestors() if n.kind() in FUNCTIONS), None)
    if place.sink is Sink.SQL and _READ_ONLY.search((function or place.node).text()):
        return True
    return any(_is_checked(place.value, call) for call in _calls_in(function, python=python))


def _calls_in(function: SgNode | None, *, python: bool) -> Iterator[SgNode]:
    if function is None:
        return
    yield from function.find_all(kind="call" if python else "call_expression")


def _is_checked(value: SgNode, call: SgNode) -> bool:
    if not checks(callee(call)):
        return False
    return any(argument.text() == value.text() for argument in arguments(call))
