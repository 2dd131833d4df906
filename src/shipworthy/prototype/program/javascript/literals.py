"""Literals: strings, templates, numbers, truth values and nothing."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import expression, inner, line, lowers
from shipworthy.prototype.program.nodes import Expression, Literal, Member, Name, Text
from shipworthy.regex import regex

_ESCAPE = regex(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_ESCAPED = dict(zip("nrtbfv0", "\n\r\t\b\f\v\0", strict=True))
_HIGHEST = 0x10FFFF


@lowers(
    "identifier",
    "this",
    "super",
    "import",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
    "property_identifier",
    "private_property_identifier",
    "statement_identifier",
    "type_identifier",
)
def _name(node: SgNode) -> Expression:
    return Name(node.text(), line(node))


@lowers("undefined", "null", "true", "false")
def _constant(node: SgNode) -> Expression:
    kind = node.kind()
    return Literal(kind == "true" if kind in ("true", "false") else None, line(node))


@lowers("string")
def _string(node: SgNode) -> Expression:
    return Literal(unescaped(node.text()[1:-1]), line(node))


@lowers("template_string")
def template(node: SgNode) -> Expression:
    """A template; one without substitutions is a string."""
    at = line(node)
    if node.child(1) is None:
        return Literal("", at)
    parts: list[Expression] = []
    for child in inner(node):
        if child.kind() == "template_substitution":
            inside = inner(child)
            parts.append(expression(inside[0] if len(inside) == 1 else child))
        else:
            text = unescaped(child.text())
            last = parts[-1] if parts else None
            if isinstance(last, Literal) and isinstance(last.value, str):
                parts[-1] = Literal(last.value + text, last.at)
            else:
                parts.append(Literal(text, line(child)))
    if not parts:
        return Literal("", at)
    if len(parts) == 1 and isinstance(parts[0], Literal) and isinstance(parts[0].value, str):
        return Literal(parts[0].value, at)
    return Text(tuple(parts), at)


@lowers("regex")
def _pattern(node: SgNode) -> Expression:
    return Literal(node.text(), line(node))


@lowers("number")
def _number(node: SgNode) -> Expression:
    return Literal(number(node.text()), line(node))


@lowers("meta_property")
def _meta(node: SgNode) -> Expression:
    at = line(node)
    object, _, key = node.text().partition(".")
    return Member(Name(object.strip(), at), key.strip(), False, at)


def number(text: str) -> int | float | None:
    """The value of a number as written: 1_000, 0xff, 10n, .5, 1e3, 0755."""
    plain = text.replace("_", "").rstrip("n")
    for read in (lambda digits: int(digits, 0), lambda digits: int(digits, 8), float):
        try:
            return read(plain)
        except ValueError:
            continue
    return None


def unescaped(text: str) -> str:
    """The text of a string as the program sees it."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code:
        return chr(min(int(code, 16), _HIGHEST))
    if escape[4] in ("\n", "\r\n", "\r"):
        return ""
    return _ESCAPED.get(escape[4], escape[4])
