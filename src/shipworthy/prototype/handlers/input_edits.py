"""Refuse impossible inputs of an entry point in JavaScript, right behind where they are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import MODULE, Binding, bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.style import after_line, margin, style_of
from shipworthy.prototype.code.syntax import Syntax, callee, dotted
from shipworthy.prototype.handlers.entry_functions import entry_function, parameter_names
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.signature_checks import refusal
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NAMES = frozenset({"identifier"})
_TAKEN_APART = frozenset({"member_expression", "subscript_expression", "spread_element"})
_SHOWN = (".toFixed", ".toString", ".toLocaleString")  # which numbers have too
_ARITHMETIC = frozenset({"-", "*", "/", "%", "<", ">", "<=", ">=", "-=", "*="})
_TO_NUMBER = frozenset({"Number", "parseInt", "parseFloat", "Math.abs", "Math.round", "Math.floor"})
_TYPED = (Language.TYPESCRIPT, Language.TSX)
_SAYS_WHY = ("error", "message")
_BODIES = ("body", "payload", "data", "input", "json", "requestBody", "reqBody")


def with_positive(prototype: Prototype, handler: Handler, key: str) -> str | None:
    """The text in which the entry point answers 400 where a number of the body is not above zero.

    None where the number is not given a name of its own in the entry point, or where nothing there shows
    that it is one: a list or an object is none.
    """
    test = "!Number.isFinite(Number(NAME)) || Number(NAME) <= 0"
    why = f"{key} must be a number above zero"
    return _refusing(prototype, handler, key, test, why, numeric=True)


def with_positive_argument(prototype: Prototype, handler: Handler, key: str) -> str | None:
    """The text in which a server action refuses a number that is not above zero, before all else it does
    and in the way in which it refuses other calls.

    None where the argument is not declared as a number, or the action refuses nothing yet.
    """
    file = prototype.files.get(handler.location.path)
    if file is None or file.language not in _TYPED or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    function = entry_function(syntax, handler)
    body = function.field("body") if function is not None else None
    if function is None or body is None or body.kind() != "statement_block":
        return None
    declared = _declared(function, key)
    first = next((c for c in body.named_children() if c.kind() != "comment"), None)
    refused = _refused(body)
    if declared != "number" or first is None or refused is None:
        return None
    style, before = style_of(syntax), margin(first, file.text)
    answer = refused.replace("NAME", json.dumps(f"{key} must be above zero"))
    line = style.written(f"if (!Number.isFinite({key}) || {key} <= 0) {answer}")
    at = first.range().start.index
    return edited(file.text, [Edit(at, at, f"{line}{style.newline}{before}")])


def _declared(function: SgNode, key: str) -> str:
    """The type that a parameter is written with; '' for none."""
    parameters = function.field("parameters")
    for parameter in parameters.named_children() if parameters is not None else ():
        name, kind = parameter.field("pattern"), parameter.field("type")
        if name is not None and name.text() == key and kind is not None:
            return kind.text().removeprefix(":").strip()
    return ""


def _refused(body: SgNode) -> str | None:
    """How a function refuses a call, with NAME for what it says: `return { error: NAME }`, or an error;
    None where it does neither."""
    for node in body.find_all(kind="return_statement"):
        given = next((c for c in node.named_children()), None)
        pairs = list(given.named_children()) if given and given.kind() == "object" else []
        if len(pairs) == 1 and pairs[0].kind() == "pair":
            name, value = pairs[0].field("key"), pairs[0].field("value")
            if name and value and name.text() in _SAYS_WHY and value.kind() == "string":
                return f"return {{ {name.text()}: NAME }};"
    thrown = body.find(kind="throw_statement")
    return "throw new Error(NAME);" if thrown is not None else None


def with_choice(
    prototype: Prototype, handler: Handler, key: str, allowed: Sequence[str]
) -> str | None:
    """The text in which the entry point answers 400 where an input is none of the allowed values; what
    is not sent stays as it is."""
    listed = ", ".join(map(json.dumps, allowed))
    test = f"![{listed}].includes(NAME ?? {json.dumps(allowed[0])})"
    return _refusing(prototype, handler, key, test, f"Unknown {key}")


def _refusing(
    prototype: Prototype, handler: Handler, key: str, test: str, why: str, *, numeric: bool = False
) -> str | None:
    file = prototype.files.get(handler.location.path)
    if file is None or file.language in (None, Language.PYTHON) or file.text is None:
        return None
    syntax = Syntax(file, file.language or Language.TYPESCRIPT)
    function = entry_function(syntax, handler)
    found = _read(syntax, function, key) if function is not None else []
    if function is None or len(found) != 1:
        return None
    binding = found[0]
    if numeric and not _is_number(function, binding.name):
        return None
    statement = binding.node.parent()
    block = statement.parent() if statement is not None else None
    if statement is None or block is None or block.kind() != "statement_block":
        return None
    if "??" not in test and handler.route.method in ("PATCH", "PUT"):
        test = f"NAME !== undefined && ({test})"  # what is not sent stays as it is
    names = parameter_names(function)
    reply = names[1] if handler.route.framework == "express" and len(names) > 1 else ""
    lines = [
        f"if ({test.replace('NAME', binding.name)}) {{",
        *refusal(syntax, reply, why, 400),
        "}",
    ]
    style, before = style_of(syntax), margin(statement, file.text)
    code = style.written("\n".join(_with_headers(syntax, statement, lines)))
    at = after_line(statement, file.text)
    whole = "".join(f"{before}{line}{style.newline}" for line in code.split(style.newline))
    return edited(file.text, [Edit(at, at, whole)])


def _is_number(function: SgNode, name: str) -> bool:
    """True where the entry point calculates or compares with a name, and takes nothing out of it."""
    counted = False
    for node in within(function, _NAMES):
        parent = node.parent()
        if node.text() != name or parent is None:
            continue
        if _is_walked(parent, node) or (
            parent.kind() in _TAKEN_APART and not dotted(parent).endswith(_SHOWN)
        ):
            return False
        operator = parent.field("operator") if parent.kind() == "binary_expression" else None
        counted = counted or (operator is not None and operator.text() in _ARITHMETIC)
        call = parent.parent() if parent.kind() == "arguments" else None
        counted = counted or (call is not None and callee(call) in _TO_NUMBER)
    return counted


def _is_walked(parent: SgNode, node: SgNode) -> bool:
    right = parent.field("right") if parent.kind() == "for_in_statement" else None
    return right is not None and right.range() == node.range()


def _read(syntax: Syntax, function: SgNode, key: str) -> list[Binding]:
    """Where the entry point takes the input out of the body, by itself or among others."""
    start = function.range().start.index
    found = []
    for binding in bindings_of(syntax).all:
        value = peeled(binding.value)
        if binding.scope != start or value is None or binding.node.kind() != "variable_declarator":
            continue
        if binding.keys == (key,) and _is_body(value):
            found.append(binding)
        elif not binding.keys and dotted(value).rpartition(".")[2] == key:
            holder = peeled(value.field("object"))
            if holder is not None and _is_body(holder):
                found.append(binding)
    return found


def _is_body(value: SgNode) -> bool:
    """True for `await req.json()`, `req.body` and a variable that is called like one."""
    if value.kind() == "call_expression":
        return callee(value).endswith(".json")
    name = dotted(value)
    return name.rpartition(".")[2] in _BODIES and name.count(".") <= 1


def _with_headers(syntax: Syntax, statement: SgNode, lines: list[str]) -> list[str]:
    """With the CORS headers of the file, without which a page cannot read the answer."""
    bindings = bindings_of(syntax)
    known = bindings.of(statement, "corsHeaders")
    made = any(
        b.scope == MODULE or b.node.range().start.index < statement.range().start.index
        for b in known
    )
    if not made and "corsHeaders" not in bindings.modules:
        return lines
    return [
        line.replace("{ status: 400 }", "{ status: 400, headers: corsHeaders }") for line in lines
    ]
