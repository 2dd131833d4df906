"""Variables of a module that functions fill: what a server keeps in its own memory between requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import MODULE, bindings_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    has_spread,
    properties,
)
from shipworthy.regex import regex


class Use(StrEnum):
    """What it is kept for, by its name."""

    LIMIT = "limit"  # how often somebody came
    SESSION = "session"  # who is signed in, codes that were sent
    JOB = "job"  # work that is waiting or under way
    CACHE = "cache"  # copies, and connections of this very process
    OTHER = "other"


class Held(Struct, frozen=True):
    """One variable of a module that is filled by key, and where the first of that happens."""

    name: str
    use: Use
    location: Location
    filled: Location
    beside: bool = False  # the file speaks of a store that processes share, as Redis


_LIMIT = regex(
    r"rate|limit|attempt|throttl|bucket|failed_?logins?|requests?_?(count|log|map|by)",
    re.IGNORECASE,
)
_SESSION = regex(
    r"session|otp|(verif|reset|login|auth|two_?factor|2fa|magic)\w*(code|token|link)s?|nonce|challenge|(access|refresh)_?tokens|blacklist|revoked|pkce|oauth_?state",
    re.IGNORECASE,
)
_JOB = regex(
    r"(^|_)(jobs?|tasks?|queue|pending)|(Jobs?|Tasks?|Queue|Progress)($|[A-Z])|_(jobs?|tasks?|queue|progress|status)(_|$)",
    re.IGNORECASE,
)
_CACHE = regex(
    r"cache|memo|client|socket|connection|subscri|listener|emitter|instance|registr|handler|timer|interval|timeouts|controller|inflight|in_flight|promise|lock|metric|stat(s|istics)|breaker|stream|loaded|component|icon|config|agents?$|models?$",
    re.IGNORECASE,
)
_SHARED = regex(
    r"from [\"'](@upstash|@vercel/kv|ioredis|redis)|import redis|from redis|[rR]edis\w*\.|Redis\("
    r"|\bkv\.|UPSTASH|REDIS_URL"
)
_FILLS = frozenset({"set", "push", "add", "unshift", "append", "setdefault", "update"})
_MAKERS = frozenset({"Map", "WeakMap", "Set", "dict", "defaultdict", "OrderedDict", "deque", "set"})


def read(syntax: Syntax) -> list[Held]:
    """Every variable at the top of a file that starts empty and that a function fills."""
    starting = dict(_empty(syntax))
    found = [*_of_sessions(syntax)] if not syntax.python else []
    if not starting:
        return found
    filled: dict[str, SgNode] = {}
    for name, node in _filling(syntax, frozenset(starting)):
        filled.setdefault(name, node)
    beside = _SHARED.search(syntax.source.text or "") is not None
    for name, node in filled.items():
        at, first = syntax.location(starting[name]), syntax.location(node)
        found.append(Held(name, _use(name), at, first, beside))
    return found


def _use(name: str) -> Use:
    if _LIMIT.search(name):
        return Use.LIMIT
    if _CACHE.search(name):
        return Use.CACHE
    if _SESSION.search(name):
        return Use.SESSION
    return Use.JOB if _JOB.search(name) else Use.OTHER


def _empty(syntax: Syntax) -> Iterator[tuple[str, SgNode]]:
    """The names at the top of a module that stand for something empty."""
    for declared, name, value in syntax.assignments:
        if name is None or value is None or name.kind() != "identifier" or not _is_empty(value):
            continue
        if all(
            above.kind() not in (*FUNCTIONS, "class_body", "class_definition")
            for above in declared.ancestors()
        ):
            yield name.text(), declared


def _is_empty(value: SgNode) -> bool:
    kind = value.kind()
    if kind in ("object", "dictionary", "array", "list"):
        return not value.named_children()
    if kind in ("new_expression", "call"):
        made = callee(value).rpartition(".")[2]
        return made in _MAKERS and (made == "defaultdict" or not arguments(value))
    if kind in ("as_expression", "satisfies_expression"):
        inner = next((c for c in value.children() if c.is_named()), None)
        return inner is not None and _is_empty(inner)
    return False


def _filling(syntax: Syntax, names: frozenset[str]) -> Iterator[tuple[str, SgNode]]:
    """Where a function puts something into one of these variables."""
    bindings = bindings_of(syntax)

    def is_of_module(node: SgNode) -> bool:
        found = bindings.of(node)
        return bool(found) and all(b.scope == MODULE for b in found)

    for call in syntax.calls_named(_FILLS):
        function = call.field("function")
        owner = function.field("object") if function else None
        if (
            owner is not None
            and owner.text() in names
            and _in_function(call)
            and is_of_module(owner)
        ):
            yield owner.text(), call
    kinds = (
        ("assignment", "augmented_assignment")
        if syntax.python
        else ("assignment_expression", "augmented_assignment_expression")
    )
    for assignment in syntax.nodes(*kinds):
        left = assignment.field("left")
        if left is None or left.kind() not in ("subscript", "subscript_expression"):
            continue
        owner = left.field("object") or left.field("value")
        if (
            owner is not None
            and owner.text() in names
            and _in_function(left)
            and is_of_module(owner)
        ):
            yield owner.text(), assignment


def _in_function(node: SgNode) -> bool:
    return any(above.kind() in FUNCTIONS for above in node.ancestors())


def _of_sessions(syntax: Syntax) -> Iterator[Held]:
    """`session({ … })` of express-session without a store: its default keeps all in memory."""
    bindings = bindings_of(syntax) if "express-session" in (syntax.source.text or "") else None
    if bindings is None:
        return
    for call in syntax.calls_named(
        {n for n, m in bindings.modules.items() if m == "express-session"}
    ):
        given = arguments(call)
        options = bindings.value(given[0]) if given else None
        if options is None or options.kind() != "object" or has_spread(options):
            continue
        written = properties(options)
        if "secret" in written and "store" not in written:
            at = syntax.location(call)
            yield Held("express-session", Use.SESSION, at, at)
