"""Make codes and tokens of numbers that nobody can foretell, by editing the calls that make them."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    enclosing,
)
from shipworthy.prototype.handlers.own_functions import spans
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_CUTS = ("slice", "substring", "substr")
_NUMBER = regex(r"\d[\d_]*")


def unguessable(file: SourceFile, around: int, whole: bool) -> str | None:
    """The text of a file whose weak random numbers come from the generator for keys.

    Only in the function around a line, or in the `whole` file; None where a number is used in a way
    that is not known.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for call in syntax.calls:
        weak = (
            callee(call).startswith("random.") if syntax.python else callee(call) == "Math.random"
        )
        if not weak or not (whole or _is_around(syntax, call, around)):
            continue
        edit = _python(call) if syntax.python else _script(syntax, call, file.text)
        if edit is None:
            return None
        edits.append(edit)
    if not edits:
        return None
    return edited(file.text, [*edits, *(importing(syntax, "secrets") if syntax.python else [])])


def _is_around(syntax: Syntax, call: SgNode, line: int) -> bool:
    function = enclosing(call, FUNCTIONS)
    while function is not None:
        place = syntax.location(function)
        if spans(place, line):
            return True
        function = enclosing(function, FUNCTIONS)
    return False


def _script(syntax: Syntax, call: SgNode, text: str) -> Edit | None:
    return _letters(syntax, call) or _whole_number(syntax, call, text)


def _letters(syntax: Syntax, call: SgNode) -> Edit | None:
    """`Math.random().toString(36).slice(2, 8)`: as many letters as before, of the same alphabet; a
    random UUID where nothing is cut."""
    top, names = call, []
    given: list[SgNode] = []
    base = ""
    while (above := _outer(top)) is not None and above[0] in ("toString", *_CUTS):
        names.append(above[0])
        top, given = above[1], arguments(above[1])
        base = base or "".join(g.text() for g in given)
    if not names or names[0] != "toString":
        return None
    length = _length(names[-1], given) if names[-1] in _CUTS else 0
    made = "crypto.randomUUID()"
    if 0 < length < 32 and base == "36":
        random = f"crypto.getRandomValues(new Uint8Array({length}))"
        made = f'Array.from({random}, (byte) => (byte % 36).toString(36)).join("")'
    elif 0 < length < 32:
        made = f'crypto.randomUUID().replace(/-/g, "").slice(0, {length})'
    elif length >= 32:
        return None
    return replacing(top, style_of(syntax).written(made)) if _has_crypto(syntax) else None


def _outer(node: SgNode) -> tuple[str, SgNode] | None:
    """The method that is called on a value, and the call."""
    member = node.parent()
    call = member.parent() if member is not None else None
    if member is None or call is None or member.kind() != "member_expression":
        return None
    name = member.field("property")
    return (name.text(), call) if name is not None and call.kind() == "call_expression" else None


def _length(cut: str, given: list[SgNode]) -> int:
    """How many characters a cut leaves at most; 0 for all."""
    numbers = [int(g.text()) for g in given if re.fullmatch(r"-?\d+", g.text())]
    if len(numbers) != len(given) or not numbers:
        return 0
    if numbers[0] < 0:
        return -numbers[0]
    if len(numbers) == 1:
        return 0
    return numbers[1] if cut == "substr" else max(numbers[1] - numbers[0], 0)


def _whole_number(syntax: Syntax, call: SgNode, text: str) -> Edit | None:
    """`Math.floor(low + Math.random() * count)`: the same range, from the generator for keys."""
    product = call.parent()
    while product is not None and product.kind() == "parenthesized_expression":
        product = product.parent()
    if product is None or product.kind() != "binary_expression":
        return None
    factors = [product.field("left"), product.field("right")]
    count = next((f for f in factors if f is not None and f != call), None)
    sign = product.field("operator")
    if count is None or sign is None or sign.text() != "*":
        return None
    rounded = next((a for a in product.ancestors() if callee(a) == "Math.floor"), None)
    if rounded is None or not _has_crypto(syntax) or "\n" in rounded.text():
        return None
    span = product.range()
    draw = f"crypto.getRandomValues(new Uint32Array(1))[0] % {_grouped(count)}"
    inner = arguments(rounded)[0]
    start = inner.range()
    before = text[start.start.index : span.start.index]
    after = text[span.end.index : start.end.index]
    if not re.fullmatch(r"[\w\s+(]*", before) or not re.fullmatch(r"[\w\s+)]*", after):
        return None
    plain = not before.strip() and not after.strip()
    return replacing(
        rounded, draw if plain and _stands_alone(rounded) else f"{before}({draw}){after}"
    )


def _grouped(node: SgNode) -> str:
    simple = node.kind() in (
        "number",
        "identifier",
        "member_expression",
        "parenthesized_expression",
    )
    return node.text() if simple else f"({node.text()})"


def _stands_alone(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() in ("arguments", "variable_declarator", "pair")


def _has_crypto(syntax: Syntax) -> bool:
    """True for the global of browsers, Deno and Node.js 20, and for Node's own module of that name."""
    return bindings_of(syntax).modules.get("crypto", "crypto") in ("crypto", "node:crypto")


def _python(call: SgNode) -> Edit | None:
    """`random.choice(x)`, `random.randint(a, b)`, and a text of `random.choices(…, k=n)`."""
    name, given = callee(call), arguments(call)
    if name == "random.choice" and len(given) == 1:
        return replacing(call, f"secrets.choice({given[0].text()})")
    if name == "random.randint" and len(given) == 2:
        low, high = given[0].text(), given[1].text()
        if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
            return replacing(call, f"{low} + secrets.randbelow({int(high) - int(low) + 1})")
    if name == "random.choices" and len(given) == 2 and given[1].text().startswith("k="):
        count = given[1].text().removeprefix("k=").strip()
        return replacing(call, f"[secrets.choice({given[0].text()}) for _ in range({count})]")
    return None
