"""What bounds the time of a call: an option, an abort signal, or a timer around it."""

from __future__ import annotations

import re
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    dotted,
    keyword,
    properties,
)
from shipworthy.regex import regex


class Timeout(StrEnum):
    """What bounds the time of a call."""

    SET = "set"  # the call, its client or what surrounds it sets a limit
    DEFAULT = "default"  # the library has a finite default that suits the call
    NONE = "none"  # nothing: it can hang as long as the other side likes
    UNKNOWN = "unknown"  # options come from elsewhere


_TIMED = regex(r"time_?out|deadline|wait_for|fail_after|move_on_after|timebox|timelimit", re.I)
_TIMERS = ("setTimeout", "clearTimeout")
_LIMITS = ("timeout", "timeoutMs", "timeout_ms", "request_timeout", "requestTimeout", "signal")


def option_limit(options: SgNode | None, bindings: Bindings) -> Timeout:
    """The limit in an options object: `timeout`, `signal`, or UNKNOWN for what cannot be seen."""
    node = bindings.value(options)
    if node is None:
        return Timeout.NONE
    if node.kind() not in ("object", "dictionary"):
        return Timeout.UNKNOWN
    given = properties(node)
    for name in (*_LIMITS, "abortSignal", "cancelToken"):
        if name in given:
            return value_limit(name, given[name], bindings)
    for child in node.children():
        if child.kind() in ("spread_element", "dictionary_splat"):
            inner = next((c for c in child.children() if c.is_named()), None)
            limit = option_limit(inner, bindings)
            if limit is not Timeout.NONE:
                return limit
    return Timeout.NONE


def value_limit(name: str, value: SgNode | None, bindings: Bindings) -> Timeout:
    """What the value of one such option means; None, 0 and false switch the limit off."""
    node = peeled(value)
    if node is None:
        return Timeout.UNKNOWN
    if "ignal" in name or name == "cancelToken":
        return _signal(node, bindings)
    if node.kind() in ("none", "null", "undefined", "false") or node.text() in ("0", "Infinity"):
        return Timeout.NONE
    if node.kind() in ("call", "new_expression") and callee(node).endswith("Timeout"):
        given = arguments(node)
        total = keyword(node, "total") or (given[0] if given else None)
        return Timeout.NONE if total is not None and total.kind() == "none" else Timeout.SET
    return Timeout.SET


def keyword_limit(call: SgNode, bindings: Bindings) -> Timeout:
    """The limit among the keyword arguments of a Python call; UNKNOWN for an unseen `**options`."""
    for name in _LIMITS[:-1]:
        value = keyword(call, name)
        if value is not None:
            return value_limit(name, bindings.value(value), bindings)
    for argument in arguments(call):
        if argument.kind() == "dictionary_splat":
            inner = next((c for c in argument.children() if c.is_named()), None)
            limit = _splat(inner, bindings)
            if limit is not Timeout.NONE:
                return limit
    return Timeout.NONE


def surrounding_limit(node: SgNode, syntax: Syntax) -> Timeout | None:
    """SET where a timer races the call: Promise.race, wait_for, `with timeout(…)`, a wrapper whose
    name says so, or the same around every call of the function that holds it."""
    if _is_timed(node):
        return Timeout.SET
    binding = _held_in(node)
    if binding and any(binding in _names(race) for race in _races(syntax)):
        return Timeout.SET
    name = _function_of(node)
    if name and (_is_awaited_by_executor(name, syntax) or _is_timed_in_thread(name, syntax)):
        return Timeout.SET
    calls = syntax.calls_by_name.get(name, ()) if name else ()
    return Timeout.SET if calls and all(_is_timed(c) for c in calls) else None


def _is_awaited_by_executor(name: str, syntax: Syntax) -> bool:
    """True for `executor.submit(self.ask, prompt).result(timeout=30)`, in one step or in two."""
    if ".submit(" not in (syntax.source.text or ""):
        return False
    handed = any(
        arguments(c)[:1] and dotted(arguments(c)[0]).rpartition(".")[2] == name
        for c in syntax.calls_by_name.get("submit", ())
    )
    waits = syntax.calls_by_name.get("result", ())
    return handed and any(keyword(c, "timeout") or arguments(c) for c in waits)


def _is_timed_in_thread(name: str, syntax: Syntax) -> bool:
    """True for `asyncio.wait_for(asyncio.to_thread(ask, prompt), timeout=30)`."""
    handed = [
        call
        for thread in _THREADS
        for call in syntax.calls_by_name.get(thread, ())
        if any(dotted(given).rpartition(".")[2] == name for given in arguments(call)[:2])
    ]
    return bool(handed) and all(map(_is_timed, handed))


_THREADS = ("to_thread", "run_in_executor", "run_in_threadpool", "run_sync")


def _is_timed(node: SgNode) -> bool:
    for above in node.ancestors():
        kind = above.kind()
        if kind in ("call_expression", "call"):
            name = callee(above)
            if name == "Promise.race":
                return True
            if _TIMED.search(name.rpartition(".")[2]) and name not in _TIMERS:
                return True
        elif kind == "with_statement":
            heads = [c for c in above.children() if c.kind() == "with_clause"]
            opened = [c for head in heads for c in head.find_all(kind="call")]
            if any(_TIMED.search(callee(c).rpartition(".")[2]) for c in opened):
                return True
        elif kind in ("function_definition", "function_declaration", "method_definition"):
            return _has_timed_decorator(above)
    return False


def _has_timed_decorator(function: SgNode) -> bool:
    parent = function.parent()
    if parent is None or parent.kind() != "decorated_definition":
        return False
    return any(
        _TIMED.search(c.text()) is not None for c in parent.children() if c.kind() == "decorator"
    )


def _races(syntax: Syntax) -> list[SgNode]:
    if "race" not in (syntax.source.text or "") and "wait_for" not in (syntax.source.text or ""):
        return []
    return [c for c in syntax.calls if callee(c) in ("Promise.race", "asyncio.wait_for")]


def _names(call: SgNode) -> set[str]:
    return {
        n.text() for a in arguments(call) for n in (a, *a.children()) if n.kind() == "identifier"
    }


def _held_in(node: SgNode) -> str:
    """The variable that holds the promise of this call."""
    parent = node.parent()
    if parent is not None and parent.kind() in ("variable_declarator", "assignment"):
        name = parent.field("name") or parent.field("left")
        return name.text() if name else ""
    return ""


def _function_of(node: SgNode) -> str:
    """The plain name of the function that holds this call."""
    for above in node.ancestors():
        if above.kind() in FUNCTIONS:
            own = above.field("name")
            parent = above.parent()
            if own is None and parent is not None and parent.kind() == "variable_declarator":
                own = parent.field("name")
            if own is not None:
                return own.text()
    return ""


def _signal(node: SgNode, bindings: Bindings) -> Timeout:
    """SET for AbortSignal.timeout and for a controller that a timer aborts."""
    if re.search(r"AbortSignal\.(timeout|any)|[tT]imeout", node.text()):
        return Timeout.SET
    value = bindings.value(node)
    if value is None:
        return Timeout.UNKNOWN
    if value.text() != node.text() and re.search(r"AbortSignal\.(timeout|any)", value.text()):
        return Timeout.SET
    name = dotted(value)
    controller = name.removesuffix(".signal")
    root = value.get_root().root()
    if name.endswith(".signal") and controller and not bindings.python:
        timers = root.find_all(
            kind="call_expression", has={"field": "function", "regex": "setTimeout$"}
        )
        if any(f"{controller}.abort" in timer.text() for timer in timers):
            return Timeout.SET
    return Timeout.UNKNOWN


def _splat(node: SgNode | None, bindings: Bindings) -> Timeout:
    value = bindings.value(node)
    if value is None:
        return Timeout.UNKNOWN
    if value.kind() == "dictionary":
        return option_limit(value, bindings)
    if value.kind() == "call" and callee(value) == "dict":
        return keyword_limit(value, bindings)
    return Timeout.UNKNOWN
