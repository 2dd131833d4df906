"""Answers of models that the code reads as JSON, and what it makes sure of before it uses them."""

from __future__ import annotations

import re

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, enclosing, function_name
from shipworthy.prototype.executions.traces import MODEL
from shipworthy.prototype.models.answers import words_of_models
from shipworthy.prototype.models.calls import model_calls_of
from shipworthy.prototype.models.text import bound_names, schema_of
from shipworthy.regex import regex


class ParsedAnswer(Struct, frozen=True):
    """One place where a model's answer is parsed.

    `checked` says what looks at the fields afterwards, "schema" where the model was given one, '' for
    nothing; `stored` is the call that writes them, '' where none was seen; `tried` is True where a
    failure to parse is caught.
    """

    function: str
    checked: str
    stored: str
    tried: bool
    location: Location


def read(syntax: Syntax) -> list[ParsedAnswer]:
    """Every parsed answer of a file."""
    names = ("loads",) if syntax.python else ("parse",)
    calls = [c for c in syntax.calls_named(names) if callee(c) in ("JSON.parse", "json.loads")]
    if not calls or not model_calls_of(syntax):
        return []
    found = model_calls_of(syntax)
    flow = words_of_models(syntax)
    schema = any(schema_of(m.node, m.client) for m in found)
    kept = []
    for call in calls:
        trace = flow.trace(call.field("arguments") and _first(call))
        if trace is not None and MODEL in trace.sources:
            kept.append(_judged(call, syntax, schema))
    return kept


def _first(call: SgNode) -> SgNode | None:
    given = call.field("arguments")
    return next((c for c in given.children() if c.is_named()), None) if given else None


_LOOKS = (
    r"(parse\w*|safeParse\w*|[vV]alidate\w*|is[A-Z]\w*|assert\w*|check\w*|normali[sz]e\w*|saniti[sz]e\w*|coerce\w*"
    r"|model_validate|parse_obj|from_dict|cast\w*|ensure\w*|clean\w*|verify\w*|filter\w*|to[A-Z]\w+|[A-Z]\w+)"
)


def _judged(call: SgNode, syntax: Syntax, schema: bool) -> ParsedAnswer:
    function = enclosing(call, FUNCTIONS)
    while function is not None and not function_name_of(function):
        function = enclosing(function, FUNCTIONS)
    text = function.text() if function is not None else syntax.source.text or ""
    names = bound_names(call)
    checked = "schema" if schema else _check(call, names, text)
    return ParsedAnswer(
        function=function_name(call),
        checked=checked,
        stored=_store(names, _after(call, function, text)),
        tried=enclosing(call, frozenset({"try_statement"}), FUNCTIONS) is not None,
        location=syntax.location(call),
    )


def function_name_of(function: SgNode) -> str:
    """The name of a function, or of the variable it is put into."""
    own = function.field("name")
    parent = function.parent()
    if own is None and parent is not None and parent.kind() == "variable_declarator":
        own = parent.field("name")
    return own.text() if own is not None else ""


def _check(call: SgNode, names: tuple[str, ...], text: str) -> str:
    above = call.parent()
    for _ in range(4):
        if above is None:
            break
        if above.kind() in ("call", "call_expression", "new_expression"):
            name = callee(above).rpartition(".")[2]
            if re.fullmatch(_LOOKS, name) and callee(above) not in ("JSON.parse", "json.loads"):
                return name
        above = above.parent()
    for name in names:
        found = re.search(_looks_at(re.escape(name)), text)
        if found:
            return found[0][:40]
    return ""


def _looks_at(name: str) -> str:
    """Whatever asks about a value, or gives its fields a default, before they are used."""
    return (
        rf"\b{_LOOKS}\(\s*\**{name}\b|Array\.isArray\(\s*{name}|typeof\s+{name}|isinstance\(\s*{name}"
        rf"|!\s*{name}\b|\bif\s*\(\s*{name}\b|\bif\s+(not\s+)?{name}\b|{name}[\w.?\[\]'\"]*\s*(\?\?|\|\|)\s"
        rf"|{name}\??\.\w+\s*\?(?!\.)|in\s+{name}\b|{name}\.get\(|{name}[\w.\[\]'\"]*\s*[!=]==?\s"
        rf"|len\(\s*{name}|{name}\w*\?\.\w+|Number\(\s*{name}|String\(\s*{name}|Math\.\w+\([^)]*{name}"
        rf"|parse(Int|Float)\(\s*{name}|\.includes\(\s*{name}|(int|float|str|bool)\(\s*{name}"
    )


_WRITES = regex(
    r"(?<!completions)(?<!messages)(?<!responses)(?<!threads)(?<!chats)"  # they ask a model again
    r"\.(insert|update|upsert|create|createMany|values|set|add|save|execute|insertOne|updateOne)\("
)


def _after(call: SgNode, function: SgNode | None, text: str) -> str:
    """The part of a function's text that comes after a call in it."""
    start = function.range().start.index if function is not None else 0
    return text[call.range().end.index - start :]


def _store(names: tuple[str, ...], text: str) -> str:
    """The call that writes a field of the answer."""
    for found in _WRITES.finditer(text):
        given = _given(text[found.end() : found.end() + 600])
        if any(re.search(rf"\b{re.escape(name)}(\.|\[|\b\s*[,)}}\]])", given) for name in names):
            return found[1]
    return ""


def _given(text: str) -> str:
    """What stands up to the bracket that closes the one before the text."""
    depth = 1
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return text[:at] + ")"
    return text.partition(";")[0]
