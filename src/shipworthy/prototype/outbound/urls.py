"""The URL that a call goes to, as far as the file states it."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import arguments, callee, string
from shipworthy.regex import regex

_HOLE = "{}"
_HOST = regex(r"^(?:https?|wss?)://([^/?#\s]*)")
_LOCAL = regex(r"^https?://(?:localhost|127\.|0\.0\.0\.0)")
_SECRET_PART = regex(r"[?#].*$")
_QUOTES = regex(r"""^[rRfFbB]{0,2}(\"{3}|'{3}|["'`])|(\"{3}|'{3}|["'`])$""")
_DEPTH = 8


def url_of(node: SgNode | None, bindings: Bindings, depth: int = _DEPTH) -> str:
    """The text of a URL expression: constants of the file filled in, `{}` for what is not known."""
    node = peeled(node)
    if node is None or depth == 0:
        return _HOLE
    literal = string(node)
    if literal is not None:
        return literal
    kind = node.kind()
    if kind in ("template_string", "string"):
        return _template(node, bindings, depth)
    if kind in ("binary_expression", "binary_operator", "boolean_operator"):
        return _joined(node, bindings, depth)
    if kind in ("ternary_expression", "conditional_expression"):
        return _either(node, bindings, depth)
    if kind in ("new_expression", "call_expression", "call"):
        return _called(node, bindings, depth)
    value = bindings.value(node)
    if value is None or value.range().start.index == node.range().start.index:
        return _HOLE
    return url_of(value, bindings, depth - 1)


def target_of(url: str) -> str | None:
    """The host of a URL, or its path with holes; None where nothing of it is known. The query is
    left out: it may hold a key."""
    found = _HOST.match(url)
    host = found[1].rpartition("@")[2] if found else ""
    if host.count(_HOLE) == 1 and host.endswith(_HOLE):
        host = host.removesuffix(_HOLE)  # `https://example.com${path}`
    if host and (_HOLE not in host or "." in host.rpartition(_HOLE)[2]):
        return host  # `https://{}.example.com` names its host well enough
    path = _SECRET_PART.sub("", url)
    return path if path.strip("{}/ ") and len(path) < 100 else None


def _template(node: SgNode, bindings: Bindings, depth: int) -> str:
    text, start, out, at = node.text(), node.range().start.index, "", 0
    for child in node.children():
        if child.kind() in ("template_substitution", "interpolation"):
            span = child.range()
            inner = next((c for c in child.children() if c.is_named()), None)
            out += text[at : span.start.index - start] + url_of(inner, bindings, depth - 1)
            at = span.end.index - start
    out += text[at:]
    return _QUOTES.sub("", out)


def _joined(node: SgNode, bindings: Bindings, depth: int) -> str:
    """`base + path`, or the default of `given || default`, `given ?? default`."""
    left, right = node.field("left"), node.field("right")
    operator = node.field("operator")
    if operator is not None and operator.text() == "+":
        return url_of(left, bindings, depth - 1) + url_of(right, bindings, depth - 1)
    if operator is not None and operator.text() in ("||", "??", "or"):
        known = url_of(left, bindings, depth - 1)
        return known if known != _HOLE else url_of(right, bindings, depth - 1)
    return _HOLE


def _either(node: SgNode, bindings: Bindings, depth: int) -> str:
    """The first known choice of `test ? a : b` and `a if test else b`; of two, not this machine."""
    first, second = node.field("consequence"), node.field("alternative")
    if first is None:  # Python names none of the three: a, test, b
        named = [child for child in node.children() if child.is_named()]
        first, second = (named[0], named[-1]) if named else (None, None)
    known = [url_of(one, bindings, depth - 1) for one in (first, second)]
    known = [one for one in known if one != _HOLE] or [_HOLE]
    return next((one for one in known if not _LOCAL.match(one)), known[0])


def _called(node: SgNode, bindings: Bindings, depth: int) -> str:
    """`new URL(path, base)`, `os.getenv(name, default)`, and text that a method only trims."""
    given, name = arguments(node), callee(node)
    if name in ("URL", "Request", "encodeURI") and given:
        text = url_of(given[0], bindings, depth - 1)
        if text.startswith("/") and len(given) > 1:
            return url_of(given[1], bindings, depth - 1).rstrip("/") + text
        return text
    if name in ("os.getenv", "os.environ.get", "getenv") and len(given) == 2:
        return url_of(given[1], bindings, depth - 1)
    if name.endswith((".toString", ".rstrip", ".strip", ".replace", ".trim", ".format")):
        function = node.field("function")
        return url_of(function.field("object") if function else None, bindings, depth - 1)
    return _HOLE
