"""How a file hands the words of a model to its callers: by which keys and which functions."""

from __future__ import annotations

from functools import lru_cache

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, string
from shipworthy.prototype.executions.dataflow import Flow
from shipworthy.prototype.executions.traces import MODEL, Trace, span
from shipworthy.prototype.models.calls import model_calls_of

_SENDS = ("json", "send", "Response", "jsonify", "JSON.stringify", "JSONResponse", "stringify")


class Answers(Struct, frozen=True):
    """The keys of returned or sent objects, and the functions that return model text."""

    keys: tuple[str, ...]
    functions: tuple[str, ...]


def answers_of(syntax: Syntax) -> Answers:
    """What of the model calls of a file leaves it."""
    flow = words_of_models(syntax)
    keys: set[str] = set()
    kinds = ("pair",) if syntax.python else ("pair", "shorthand_property_identifier")
    for node in syntax.root.find_all({"rule": {"any": [{"kind": k} for k in kinds]}}):
        value = node.field("value") or node
        key = node.field("key") or node
        if _is_sent(node) and flow.trace(value) is not None:
            keys.add(string(key) or key.text())
    return Answers(tuple(sorted(keys)), tuple(sorted(flow.returning())))


@lru_cache(maxsize=1)
def words_of_models(syntax: Syntax) -> Flow:
    """Where what models answer goes inside a file; kept while its facts are read."""
    sources = {
        span(m.node): Trace(frozenset({MODEL}), (m.call.location,)) for m in model_calls_of(syntax)
    }
    return Flow(syntax, bindings_of(syntax), sources)


def _is_sent(node: SgNode) -> bool:
    for above in node.ancestors():
        kind = above.kind()
        if kind == "return_statement":
            return True
        if kind in ("call_expression", "call", "new_expression"):
            if callee(above).endswith(_SENDS):
                return True
        elif kind in FUNCTIONS:
            return False
    return False
