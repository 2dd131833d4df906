"""Whether an HTTP call only reads, so that it may be made again without harm."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import (
    arguments,
    callee,
    dotted,
    has_spread,
    properties,
    string,
)
from shipworthy.prototype.outbound.http_request import METHODS

_REQUESTS = ("req", "request")
_READS = ("get", "head")  # safe methods that fetch something: RFC 9110, section 9.2.1


def is_read(call: SgNode, bindings: Bindings) -> bool:
    """True where the code shows GET or HEAD; False where it shows another, or none."""
    verb = callee(call).rpartition(".")[2].lower()
    if verb in METHODS:
        return verb in _READS
    if bindings.python:
        return False  # urlopen sends a body when it is given one
    given = arguments(call)
    options = bindings.value(given[-1]) if given else None
    if options is None or options.kind() == "new_expression":
        return False  # `fetch(new Request(…))`
    if options.kind() == "object":
        method = properties(options).get("method")
        known = method is None and not has_spread(options)
        return known or (method is not None and (string(method) or "").lower() in _READS)
    return len(given) == 1 and dotted(options).lower() not in _REQUESTS
