"""Calls that leave the prototype over HTTP, and whether they can hang for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

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
    properties,
    string,
)
from shipworthy.prototype.outbound import clients
from shipworthy.prototype.outbound.limits import Timeout, surrounding_limit
from shipworthy.prototype.outbound.methods import is_read
from shipworthy.prototype.outbound.urls import target_of, url_of

__all__ = ["Found", "OutboundCall", "Timeout", "Waiting", "calls_of", "read"]


class Waiting(StrEnum):
    """Who waits for the answer."""

    CALLER = "caller"
    NOBODY = "nobody"  # started and left alone: `void fetch(…)`, `fetch(…).catch(…)`


class OutboundCall(Struct, frozen=True):
    """One HTTP call. `target` is the host, or the URL as far as the code states it ("{}" for
    holes); one that starts with "/" is the prototype's own server. `reads` is True where the code
    shows that nothing is changed there (GET, HEAD), so that the call may be made twice.

    `library` is "fetch", "axios", "requests", "httpx", "urllib", "aiohttp", … `client` is where the
    client is made that switches the time limit off, if that is not the call itself. `from_page` is
    True for what only a browser can do: `fetch("/api/x")`, and `fetch` with the visitor's cookies.
    """

    library: str
    callee: str
    target: str | None
    timeout: Timeout
    location: Location
    function: str
    waiting: Waiting = Waiting.CALLER
    client: Location | None = None
    from_page: bool = False
    reads: bool = False


@dataclass(frozen=True)
class Found:
    """An outbound call with its node and its whole URL, for the readers that judge it further."""

    call: OutboundCall
    node: SgNode
    url: str


def read(syntax: Syntax) -> list[OutboundCall]:
    """Every outbound HTTP call of a file."""
    return [found.call for found in calls_of(syntax)]


@lru_cache(maxsize=4)
def calls_of(syntax: Syntax) -> tuple[Found, ...]:
    """Every outbound HTTP call of a file with its node; kept while the file's facts are read."""
    text = syntax.source.text or ""
    words = clients.WORDS[syntax.python]
    if not syntax.says_any(words) or not any(clients.is_named(word, text) for word in words):
        return ()
    return tuple(_calls(syntax))


def _calls(syntax: Syntax) -> Iterator[Found]:
    bindings = bindings_of(syntax)
    for node in syntax.calls:
        request = clients.request_of(node, bindings)
        if request is None:
            continue
        limit = request.timeout
        if limit in (Timeout.NONE, Timeout.UNKNOWN):
            limit = surrounding_limit(node, syntax) or limit
        url = url_of(request.url, bindings)
        if request.base is not None and not url.startswith("http"):
            url = f"{url_of(request.base, bindings).rstrip('/')}/{url.lstrip('/')}"
        call = OutboundCall(
            library=request.library,
            callee=callee(node),
            target=target_of(url),
            timeout=limit,
            location=syntax.location(node),
            function=function_name(node),
            waiting=_waiting(node),
            client=syntax.location(request.client) if request.client else None,
            from_page=_is_from_page(request.library, url, node, bindings),
            reads=is_read(node, bindings),
        )
        yield Found(call, node, url)


def _is_from_page(library: str, url: str, call: SgNode, bindings: Bindings) -> bool:
    """`fetch("/api/x")`, `fetch(url, { credentials: "same-origin" })`: a server has no address of
    its own to complete, and no cookies to send."""
    if library != "fetch" or url.startswith("http"):
        return False
    if url.startswith("/") and not url.startswith("//"):
        return True
    given = arguments(call)
    options = bindings.value(given[1]) if len(given) > 1 else None
    if options is None or options.kind() != "object":
        return False
    sent = properties(options).get("credentials")
    return sent is not None and string(sent) in ("same-origin", "include")


def _waiting(call: SgNode) -> Waiting:
    """NOBODY where the promise is dropped, or only its failure is looked at."""
    if call.kind() != "call_expression":
        return Waiting.CALLER
    if _in_background(call):
        return Waiting.NOBODY
    for above in call.ancestors():
        kind = above.kind()
        if kind == "expression_statement":
            return Waiting.NOBODY
        if kind == "unary_expression":
            return Waiting.NOBODY if above.text().startswith("void ") else Waiting.CALLER
        if kind == "call_expression" and not callee(above).endswith((".catch", ".finally")):
            return Waiting.NOBODY if callee(above).endswith("waitUntil") else Waiting.CALLER
        if kind not in ("call_expression", "member_expression", "arguments"):
            return Waiting.CALLER
    return Waiting.CALLER


_LATER = ("setTimeout", "setImmediate", "process.nextTick", "queueMicrotask", "after")


def _in_background(call: SgNode) -> bool:
    """True inside `(async () => { … })()` that nobody awaits, and in what a timer runs later."""
    function = next((n for n in call.ancestors() if n.kind() in FUNCTIONS), None)
    holder = function.parent() if function is not None else None
    if holder is not None and holder.kind() == "parenthesized_expression":
        run = holder.parent()
        outer = run.parent() if run is not None and run.kind() == "call_expression" else None
        return outer is not None and outer.kind() == "expression_statement"
    if holder is not None and holder.kind() == "arguments":
        run = holder.parent()
        name = callee(run) if run is not None else ""
        return name in _LATER or name.endswith("waitUntil")
    return False
