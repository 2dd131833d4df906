"""Strings of Python: what a literal stands for, and strings that are put together from others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeGuard

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Compute,
    Expression,
    Items,
    Literal,
    Record,
    Spread,
    Text,
)
from shipworthy.regex import regex

_ESCAPE = regex(r"\\(\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIGNS = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
# The conversions of `"…" % values`; https://docs.python.org/3/library/stdtypes.html#old-string-formatting
_HOLE = regex(
    r"%(?:\((?P<key>[^)]*)\))?[#0\- +]*(?P<width>\d+|\*)?(?:\.(?P<precision>\d+|\*))?[hlL]?"
    r"(?P<kind>[diouxXeEfFgGcrsa%])"
)
_LARGEST = 0x10FFFF
_HALVES = range(0xD800, 0xE000)  # halves of a sign, which cannot be written to a file


def content(node: SgNode, prefix: str) -> str:
    """What a piece of a string stands for; `prefix` is what opens it, such as `rf"`."""
    text, opening = node.text(), prefix.lower()
    if ("f" in opening or "t" in opening) and ("{{" in text or "}}" in text):
        text = text.replace("{{", "{").replace("}}", "}")
    if "\\" in text and "r" not in opening:
        return _ESCAPE.sub(_unescaped, text)
    return text


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign[0] in "01234567":
        return chr(int(sign, 8))
    if len(sign) > 1:
        code = int(sign[1:], 16)
        return chr(code) if code not in _HALVES and code <= _LARGEST else found[0]
    return found[0]  # `\d` is no escape, Python leaves it as it is


def text_of(parts: Sequence[Expression], at: int) -> Text | Literal:
    """Strings one after the other: neighbouring literals are one, nothing but literals is a literal."""
    merged: list[Expression] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            last = merged[-1] if merged else None
            if is_string(piece) and is_string(last):
                merged[-1] = Literal(f"{last.value}{piece.value}", last.at)
            else:
                merged.append(piece)
    if not merged:
        return Literal("", at)
    if len(merged) == 1 and isinstance(only := merged[0], Literal) and is_string(only):
        return only
    return Text(tuple(merged), at)


def is_string(value: Expression | None) -> TypeGuard[Literal]:
    """True for a literal that is a string."""
    return isinstance(value, Literal) and isinstance(value.value, str)


def added(left: Expression, right: Expression, at: int) -> Expression:
    """`left + right`: text where one of them is, and then all that was added before is text, too."""
    if isinstance(left, Text) or isinstance(right, Text) or is_string(left) or is_string(right):
        return text_of([*_terms(left), *_terms(right)], at)
    return Compute("+", (left, right), at)


def _terms(value: Expression) -> list[Expression]:
    terms: list[Expression] = []
    while isinstance(value, Compute) and value.operator == "+" and len(value.parts) == 2:
        value, last = value.parts
        terms.append(last)
    return [value, *reversed(terms)]


def filled(form: Text | Literal, values: Expression, at: int) -> Expression:
    """`form % values`: each value where it goes; after the form where that cannot be told."""
    holes = [] if isinstance(form, Text) else list(_HOLE.finditer(str(form.value)))
    taken = _values([hole for hole in holes if hole["kind"] != "%"], values)
    if taken is None or isinstance(form, Text):
        return text_of([form, values], at)
    parts: list[Expression] = []
    text, start, pending = str(form.value), 0, iter(taken)
    for hole in holes:
        parts.append(Literal(text[start : hole.start()], form.at))
        parts.append(Literal("%", form.at) if hole["kind"] == "%" else next(pending))
        start = hole.end()
    parts.append(Literal(text[start:], form.at))
    kept = [part for part in parts if not (isinstance(part, Literal) and part.value == "")]
    return text_of(kept, at)


def _values(holes: list[re.Match[str]], values: Expression) -> Sequence[Expression] | None:
    keys = [hole["key"] for hole in holes]
    if any("*" in (hole["width"], hole["precision"]) for hole in holes):
        return None
    if not any(keys):
        elements = values.elements if isinstance(values, Items) else (values,)
        plain = not any(isinstance(element, Spread) for element in elements)
        return elements if plain and len(elements) == len(keys) else None
    if not isinstance(values, Record):
        return None
    named = dict(values.pairs)
    return [named[key] for key in keys] if set(named) == set(keys) else None
