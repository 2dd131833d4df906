"""Who is asked by a model call, and what the arguments of a client say of its time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import Syntax, arguments, keyword, properties
from shipworthy.prototype.outbound.limits import (
    Timeout,
    keyword_limit,
    option_limit,
    surrounding_limit,
)

_OPTIONS = tuple(
    "request_options http_options httpOptions requestOptions config http_client".split()
)


@dataclass(frozen=True)
class Asked:
    """Who is asked, by which library, within which time; `client` is the constructor call."""

    provider: str
    library: str
    timeout: Timeout
    client: SgNode | None = None


def bounded(call: SgNode, limit: Timeout, syntax: Syntax) -> Timeout:
    """The limit of a call, or that of what surrounds it."""
    if limit in (Timeout.NONE, Timeout.UNKNOWN):
        return surrounding_limit(call, syntax) or limit
    return limit


def own_limit(call: SgNode, bindings: Bindings) -> Timeout:
    """The limit among the arguments of the call or constructor itself."""
    if bindings.python:
        limit = keyword_limit(call, bindings)
        named = ((n, keyword(call, n)) for n in (*_OPTIONS, "timeout_ms"))
        inner = [_nested(n, bindings.value(v) or v) for n, v in named if v is not None]
    else:
        given = [bindings.value(a) for a in arguments(call)]
        literals = [g for g in given if g is not None and g.kind() == "object"]
        limits = [option_limit(literal, bindings) for literal in literals]
        # What is not written out as the first argument is the request, as the second the options.
        limits += [Timeout.UNKNOWN for g in given[1:] if g is not None and g.kind() == "identifier"]
        limit = next((x for x in (Timeout.SET, Timeout.UNKNOWN) if x in limits), Timeout.NONE)
        inner = [
            _nested(name, value)
            for literal in literals
            for name, value in properties(literal).items()
            if name in (*_OPTIONS, "timeoutInSeconds")
        ]
    return Timeout.SET if Timeout.SET in inner else limit


def _nested(name: str, value: SgNode) -> Timeout:
    if name in ("timeout_ms", "timeoutInSeconds"):
        return Timeout.SET
    return Timeout.SET if re.search(r"timeout|abortSignal", value.text(), re.I) else Timeout.NONE
