"""Which origins an expression allows: any, the one that asks, or those of a list."""

from __future__ import annotations

import re
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import FUNCTIONS, arguments, callee, string
from shipworthy.regex import regex


class AllowedOrigin(StrEnum):
    """Which origins may read responses."""

    ANY = "any"  # "*"
    REFLECTED = "reflected"  # whatever Origin the request names
    LOOSE = "loose"  # checked by a piece of its text, which other sites can have in their name
    LISTED = "listed"  # a fixed or checked list
    UNKNOWN = "unknown"


_READS_ORIGIN = regex(
    r"""headers\??\.(get\(\s*|)["'\[]*[oO]rigin|headers\??\.origin|HTTP_ORIGIN"""
    r"""|\.(header|get)\(\s*["'][oO]rigin["']\s*\)"""
)
_CHECKS = regex(
    r"includes\(|\.has\(|indexOf\(|===?|!==?|\bin\b|endsWith\(|endswith\(|startsWith\(|\.test\(|\.match\("
    r"|[aA]llowed|ALLOWED|whitelist|isAllowed|some\(|find\(|valid"
)


def allowed_by(node: SgNode | None, bindings: Bindings) -> AllowedOrigin:
    """Judge the value of an Access-Control-Allow-Origin header, followed through names."""
    value = bindings.value(node)
    if value is None:
        return AllowedOrigin.UNKNOWN
    literal = string(value)
    if literal is not None:
        return AllowedOrigin.ANY if literal.strip() == "*" else AllowedOrigin.LISTED
    if not _reads_origin(value, bindings):
        return _without_request(value)
    if value.kind() in ("ternary_expression", "conditional_expression"):
        chosen = _chosen(value)
        loose = chosen is AllowedOrigin.LISTED and compares_a_piece(value)
        return AllowedOrigin.LOOSE if loose else chosen
    # The origin is checked where the list stands: in the same function, before the header.
    function = next((n for n in value.ancestors() if n.kind() in FUNCTIONS), None)
    outer = next((n for n in (node or value).ancestors() if n.kind() in FUNCTIONS), function)
    around = " ".join(n.text() for n in (function, outer) if n is not None)
    if not around:
        return AllowedOrigin.UNKNOWN
    name = (node or value).text()
    if not _is_checked(around, name):
        return AllowedOrigin.REFLECTED
    checkers = [n for n in (function, outer) if n is not None]
    return AllowedOrigin.LOOSE if any(map(compares_a_piece, checkers)) else AllowedOrigin.LISTED


_PYTHON = ("function_definition", "lambda", "conditional_expression")


def compares_a_piece(function: SgNode) -> bool:
    """True for `origin.includes(allowed)` and `origin.endsWith("shop.com")`: `evil-shop.com` passes.

    What runs in development only, asks for the own machine or for a dot before the name is right.
    """
    python = function.kind() in _PYTHON
    for call in function.find_all(kind="call" if python else "call_expression"):
        receiver, _, method = callee(call).rpartition(".")
        given = arguments(call)
        if method not in _PIECES or not _AN_ORIGIN.fullmatch(receiver) or not given:
            continue
        asked = string(given[0])
        whole = asked is not None and _is_whole(asked, method)
        if not whole and not _is_of_development(call, function):
            return True
    return False


_PIECES = ("includes", "indexOf", "endsWith")
_AN_ORIGIN = regex(r"\w*[oO]rigin(Header)?[!?]?")
_STAGES = regex(r"NODE_ENV|development|isDev|__DEV__|production", re.IGNORECASE)


def _is_whole(asked: str, method: str) -> bool:
    if "localhost" in asked or "127.0.0.1" in asked or "." not in asked:
        return True
    return method == "endsWith" and (asked.startswith(".") or "://" in asked)


def _is_of_development(call: SgNode, function: SgNode) -> bool:
    """True where the condition around a comparison, or the branch that it stands in, is that of
    development."""
    for above in call.ancestors():
        if above.range().start.index <= function.range().start.index:
            return False
        condition = above.field("condition") if above.kind() == "if_statement" else None
        if condition is not None and _STAGES.search(condition.text()):
            return not re.search(r"===?\s*[\"\']production", condition.text())
        if above.kind() == "binary_expression" and _STAGES.search(above.text()):
            return True
    return False


def _reads_origin(value: SgNode, bindings: Bindings) -> bool:
    if _READS_ORIGIN.search(value.text()):
        return True
    parts = value.find_all(kind="identifier") if value.kind() != "identifier" else [value]
    for part in parts:
        found = bindings.value(part)
        if found is not None and _READS_ORIGIN.search(found.text()) and len(found.text()) < 200:
            return True
    return False


def _chosen(value: SgNode) -> AllowedOrigin:
    """`known ? origin : "…"`: the condition is the check, unless it only asks for existence."""
    condition = value.field("condition") or value.child(0)
    if value.kind() == "conditional_expression":
        named = [c for c in value.children() if c.is_named()]
        condition = named[1] if len(named) == 3 else condition
    if condition is None:
        return AllowedOrigin.UNKNOWN
    bare = peeled(condition)
    plain = bare is not None and bare.kind() in (
        "identifier",
        "member_expression",
        "call_expression",
    )
    if plain and not _CHECKS.search(condition.text()):
        return AllowedOrigin.REFLECTED
    return AllowedOrigin.LISTED


_HEADER_NAME = regex(r"""["']Access-Control-[\w-]+["']""", re.IGNORECASE)


def _is_checked(around: str, name: str) -> bool:
    """True where the function that answers also compares the origin with something."""
    names = {"origin"} | ({name} if name.isidentifier() else set())
    mentions = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    for raw in around.split("\n"):
        line = _HEADER_NAME.sub("", raw)
        if "OPTIONS" in line or not mentions.search(line):
            continue
        if _CHECKS.search(re.sub(r"(===?|!==?)\s*(null|undefined|\"\"|'')", "", line)):
            return True
    return False


def _without_request(value: SgNode) -> AllowedOrigin:
    """A variable of the environment is a list; `SITE_URL || "*"` is a list that may be missing."""
    if value.kind() in ("binary_expression", "boolean_operator"):
        right = value.field("right")
        literal = string(right) if right is not None else None
        if literal == "*":
            return AllowedOrigin.UNKNOWN
        return AllowedOrigin.LISTED if literal is not None else AllowedOrigin.UNKNOWN
    if re.search(r"\benv\b|environ|getenv", value.text()):
        return AllowedOrigin.LISTED
    if value.kind() in ("call", "call_expression") and "llow" in callee(value):
        return AllowedOrigin.LISTED if arguments(value) else AllowedOrigin.UNKNOWN
    return AllowedOrigin.UNKNOWN
