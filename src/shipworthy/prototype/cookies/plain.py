"""Cookies into which a plain id or record is written: whoever visits can write another one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import arguments, callee, dotted, properties
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.cookies.cookie import Cookie

_NAMES_SOMEBODY = regex(r"^_?(id|uid|uuid|user_?id|e?mail|user_?name|role)$", re.IGNORECASE)
_HOLDS_SECRET = regex(r"sess|token|key|secret|sign|hash|nonce|random|login|jwt", re.IGNORECASE)
_OF_SESSIONS = regex(r"sessions?\b|tokens?\b", re.IGNORECASE)
# Ways of writing a value that hide nothing.
_WRITES = frozenset(
    {"String", "str", "encodeURIComponent", "btoa", "JSON.stringify", "json.dumps", "Buffer.from"}
)
_DEEPEST = 5  # wrappers around a value


def plain_names(cookies: Iterable[Cookie]) -> frozenset[str]:
    """The names of the cookies that hold nothing but a plain id or record wherever they are set."""
    found: dict[str, bool] = {}
    for cookie in cookies:
        found[cookie.name] = found.get(cookie.name, True) and cookie.plain
    return frozenset(name for name, plain in found.items() if plain)


def is_plain(value: SgNode, bindings: Bindings, depth: int = _DEEPEST) -> bool:
    """True for `user.id`, `String(user.id)` and `JSON.stringify({ userId: user.id })`: neither signed nor
    sealed nor random, as far as the expression itself shows."""
    node = peeled(bindings.value(value) or value)
    if node is None or depth == 0:
        return False
    match node.kind():
        case "member_expression" | "attribute" | "subscript" | "subscript_expression":
            return _is_id(node, bindings)
        case "template_string" | "string":
            inner = [
                part
                for child in node.children()
                if child.kind() in ("template_substitution", "interpolation")
                for part in child.named_children()[:1]
            ]
            return len(inner) == 1 and is_plain(inner[0], bindings, depth - 1)
        case "object" | "dictionary":
            return _is_record(node)
        case "call_expression" | "call":
            return _is_written(node, bindings, depth)
    return False


def _is_id(node: SgNode, bindings: Bindings) -> bool:
    owner, _, key = dotted(node).rpartition(".")
    if not owner or not _NAMES_SOMEBODY.match(key) or _HOLDS_SECRET.search(owner):
        return False
    made = (binding.value for binding in bindings.of(node, owner.partition(".")[0]))
    return not any(value is not None and _OF_SESSIONS.search(value.text()) for value in made)


def _is_record(node: SgNode) -> bool:
    names = properties(node).keys()
    return any(map(_NAMES_SOMEBODY.match, names)) and not any(map(_HOLDS_SECRET.search, names))


def _is_written(call: SgNode, bindings: Bindings, depth: int) -> bool:
    """`String(user.id)`, `user.id.toString()`, `Buffer.from(…).toString("base64")`."""
    called, given = callee(call), arguments(call)
    if called in _WRITES and given:
        return is_plain(given[0], bindings, depth - 1)
    function = call.field("function")
    receiver = function.field("object") if function is not None else None
    if called.rpartition(".")[2] != "toString" or receiver is None:
        return False
    return is_plain(receiver, bindings, depth - 1)
