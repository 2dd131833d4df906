"""What is said to a model in which role, and which of the words come with a request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Binding, Bindings
from shipworthy.prototype.code.patterns import parameters, peeled, targets
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    enclosing,
    properties,
    string,
)
from shipworthy.regex import regex

_DEEPEST = 8


class Said(Struct, frozen=True):
    """One value among the words of a message.

    `role` is "system", "user", … or "prompt" for a text without roles; `name` the value as the code
    writes it; `origin` is "request" for what the caller of the entry point sends, "" for all else;
    `whole` is True where the value is the message and not only in it.
    """

    role: str
    name: str
    origin: str
    whole: bool
    location: Location


_SYSTEM_KEYS = frozenset(
    {"system", "systemInstruction", "system_instruction", "instructions", "systemPrompt"}
)
_PROMPT_KEYS = frozenset({"prompt", "contents", "input"})
_LITERALS = ("object", "dictionary")


def said_in(call: SgNode, client: SgNode | None, syntax: Syntax) -> tuple[Said, ...]:
    """All values in the messages of a model call, as far as the file shows them."""
    from shipworthy.prototype.code.bindings import bindings_of

    reader = _Reader(syntax, bindings_of(syntax))
    found: dict[tuple[str, str], Said] = {}
    for node in (call, client):
        for role, content in reader.messages(node) if node is not None else ():
            for name, origin, whole, place in reader.values(content):
                said = Said(role, name, origin, whole, syntax.location(place))
                found.setdefault((role, name), said)
    return tuple(found.values())


class _Reader:
    """Follows the messages of one file's calls to the values in them."""

    def __init__(self, syntax: Syntax, bindings: Bindings) -> None:
        self.syntax = syntax
        self.bindings = bindings

    def messages(self, call: SgNode) -> Iterator[tuple[str, SgNode]]:
        """Each message with its role: those written in the call, and in the names that it is given."""
        seen: set[int] = set()
        pending = [call]
        while pending and len(seen) < 200:
            node = pending.pop()
            start = node.range().start.index
            if start in seen:
                continue
            seen.add(start)
            yield from self._in(node)
            if len(seen) < 20:
                pending += self._named_parts(node)

    def _in(self, node: SgNode) -> Iterator[tuple[str, SgNode]]:
        for kind in _LITERALS if not self.syntax.python else ("dictionary",):
            if kind == "dictionary" and not self.syntax.python:
                continue
            for literal in [*([node] if node.kind() == kind else []), *node.find_all(kind=kind)]:
                yield from self._of_literal(literal)
        if self.syntax.python:
            for argument in node.find_all(kind="keyword_argument"):
                key, value = argument.field("name"), argument.field("value")
                if key is not None and value is not None:
                    yield from self._of_key(key.text(), value)

    def _of_literal(self, literal: SgNode) -> Iterator[tuple[str, SgNode]]:
        given = properties(literal)
        role = string(given["role"]) if "role" in given else None
        if role and "content" in given:
            yield ("system" if role == "developer" else role), given["content"]
        for key, value in given.items():
            if key != "role":
                yield from self._of_key(key, value)

    def _of_key(self, key: str, value: SgNode) -> Iterator[tuple[str, SgNode]]:
        plain = value.kind() not in ("array", "list", *_LITERALS)
        if key in _SYSTEM_KEYS and plain:
            yield "system", value
        elif key in _PROMPT_KEYS and plain:
            yield "prompt", value

    def _named_parts(self, node: SgNode) -> Iterator[SgNode]:
        """The arrays and records behind names that a call is given: `messages`, `body`."""
        names = ("messages", "contents", "history", "body", "payload", "json", "data", "params")
        for name in node.find_all(any=[{"kind": "identifier"}]):
            if name.text() in names or name.text().lower().endswith(("messages", "body")):
                for binding in self.bindings.of(name):
                    value = peeled(binding.value)
                    if value is not None and not binding.keys:
                        yield value
        if not self.syntax.python:
            for name in node.find_all(kind="shorthand_property_identifier"):
                for binding in self.bindings.of(name, name.text()):
                    value = peeled(binding.value)
                    if value is not None and value.kind() in ("array", "object"):
                        yield value

    def values(self, node: SgNode) -> Iterator[tuple[str, str, bool, SgNode]]:
        """The names in a text with where they come from; literals left out."""
        yield from self._walk(node, True, _DEEPEST)

    def _walk(
        self, node: SgNode | None, whole: bool, depth: int
    ) -> Iterator[tuple[str, str, bool, SgNode]]:
        node = peeled(node)
        if node is None or depth == 0:
            return
        kind = node.kind()
        if kind in ("identifier", "shorthand_property_identifier"):
            yield from self._name(node, whole, depth)
        elif kind in ("member_expression", "attribute", "subscript_expression", "subscript"):
            yield node.text()[:80], self._origin(node, depth), whole, node
        elif kind in ("call_expression", "call"):
            yield from self._call(node, whole, depth)
        elif kind in ("template_string", "string", "concatenated_string"):
            for hole in _holes(node):
                yield from self._walk(hole, False, depth - 1)
        elif kind in ("binary_expression", "binary_operator"):
            yield from self._sides(node, whole, depth)
        elif kind in ("ternary_expression", "conditional_expression", "boolean_operator"):
            for child in _choices(node):
                yield from self._walk(child, whole, depth - 1)
        elif kind in ("array", "list", "object", "dictionary", "pair"):
            for child in node.named_children():
                yield from self._walk(child.field("value") or child, whole, depth - 1)

    def _sides(
        self, node: SgNode, whole: bool, depth: int
    ) -> Iterator[tuple[str, str, bool, SgNode]]:
        operator = node.field("operator")
        either = operator is not None and operator.text() in ("||", "??")
        for side in (node.field("left"), node.field("right")):
            yield from self._walk(side, whole and either, depth - 1)

    def _name(
        self, node: SgNode, whole: bool, depth: int
    ) -> Iterator[tuple[str, str, bool, SgNode]]:
        known = self.bindings.of(node, node.text())[:4]
        built = any(_is_built(b) for b in known)  # of several values: each is looked at
        origin = "" if built else self._origin(node, depth)
        if origin:
            yield node.text(), origin, whole, node
            return
        for binding in known:
            if binding.value is not None and not binding.keys:
                yield from self._walk(binding.value, whole, depth - 1)
                continue
            yield node.text(), "", whole, node

    def _call(
        self, node: SgNode, whole: bool, depth: int
    ) -> Iterator[tuple[str, str, bool, SgNode]]:
        name = callee(node)
        last = name.rpartition(".")[2]
        function = node.field("function")
        if self._is_request(node):
            yield name, "request", whole, node
            return
        receiver = function.field("object") if function is not None else None
        if last in _KEEPS and receiver is not None and name not in _MAKERS:
            yield from self._walk(receiver, whole, depth - 1)
            return
        if last in _PASSES or name in _MAKERS:
            for argument in arguments(node):
                yield from self._walk(argument.field("value") or argument, whole, depth - 1)
            return
        if last == "get" and receiver is not None and self._origin(receiver, depth):
            yield node.text()[:80], "request", whole, node
            return
        body = self._returned(last)
        if body is not None:
            yield from self._walk(body, whole, depth - 2 if depth > 2 else 0)
        elif _BUILDS.search(last) and self.bindings.modules.get(name.partition(".")[0]):
            # A function of another file puts what it is given into the prompt that it makes.
            for argument in arguments(node):
                yield from self._walk(argument.field("value") or argument, False, depth - 1)

    def _returned(self, name: str) -> SgNode | None:
        """The text that a function of the file returns, where it returns one thing."""
        for function in self.bindings.functions.values():
            own = function.field("name")
            parent = function.parent()
            if own is None and parent is not None and parent.kind() == "variable_declarator":
                own = parent.field("name")
            if own is None or own.text() != name:
                continue
            found = function.find_all(kind="return_statement")
            if len(found) == 1:
                return next((c for c in found[0].children() if c.is_named()), None)
            body = function.field("body")
            return body if body is not None and body.kind() == "template_string" else None
        return None

    def _origin(self, node: SgNode, depth: int) -> str:
        """ "request" for what the caller of the entry point sends, as far as the file shows."""
        if depth <= 0:
            return ""
        if self._is_request(node):
            return "request"
        base = node
        while base.kind() in (
            "member_expression",
            "attribute",
            "subscript",
            "subscript_expression",
        ):
            inner = peeled(base.field("object") or base.field("value"))
            if inner is None:
                return ""
            if self._is_request(inner):
                return "request"
            base = inner
        for binding in self.bindings.of(base, base.text()) if base.kind() in _NAMES else ():
            if self._bound_to_request(binding, base, depth):
                return "request"
        return ""

    def _bound_to_request(self, binding: Binding, node: SgNode, depth: int) -> bool:
        value = peeled(binding.value)
        if value is None:
            return self._is_parameter_of_request(binding, node, depth)
        if self._is_request(value):
            return True
        if value.kind() in ("member_expression", "attribute", "subscript", *_NAMES):
            return value.text() != node.text() and self._origin(value, depth - 2) != ""
        if value.kind() in ("call", "call_expression"):
            name = callee(value)
            last = name.rpartition(".")[2]
            function = value.field("function")
            receiver = function.field("object") if function is not None else None
            if (
                last in ("get", "trim", "strip", "slice", "parse", "safeParse")
                and receiver is not None
            ):
                given = [receiver, *arguments(value)[:1]]
                return any(self._origin(g, depth - 2) for g in given if g.kind() != "string")
        if value.kind() in ("binary_expression", "boolean_operator"):
            left = peeled(value.field("left"))
            return left is not None and self._origin(left, depth - 2) != ""
        return False

    def _is_parameter_of_request(self, binding: Binding, node: SgNode, depth: int) -> bool:
        """True for a body that a framework hands to a route, and for a parameter that the file's own
        calls fill with what a request brings."""
        function = self.bindings.functions.get(binding.scope)
        if function is None:
            return False
        if self.syntax.python and _is_route(function):
            return _is_body(function, node.text())
        name = function.field("name")
        parent = function.parent()
        if name is None and parent is not None and parent.kind() == "variable_declarator":
            name = parent.field("name")
        if name is None:
            return False
        listed = [p for p in parameters(function) if p.text() not in ("self", "cls")]
        position = next(
            (n for n, p in enumerate(listed) if any(x == node.text() for x, _ in targets(p))), None
        )
        if position is None:
            return False
        for call in self.syntax.calls_by_name.get(name.text(), ())[:4]:
            given = arguments(call)
            by_name = [a for a in given if _key_of(a) == node.text()]
            chosen = by_name[0] if by_name else given[position] if position < len(given) else None
            if chosen is not None and self._origin(
                peeled(chosen.field("value") or chosen) or chosen, depth - 3
            ):
                return True
        return False

    def _is_request(self, node: SgNode) -> bool:
        text = node.text()
        return (
            len(text) < 90 and _REQUEST.match(text.removeprefix("await ").strip("()")) is not None
        )


_NAMES = ("identifier", "shorthand_property_identifier")
_REQUEST = regex(
    r"(await )?\(?(await )?((c|ctx)\.)?(req|request|_req)\b!?\.(json|body|formData|text|query|get_json|form"
    r"|args|nextUrl\.searchParams|valid)\b|JSON\.parse\((event|req|request)\.body|(event|req)\.body\b"
    r"|readBody\(|st\.(chat_input|text_input|text_area)\("
)
_KEEPS = frozenset(
    """trim strip slice substring substr toString toLowerCase toUpperCase lower upper replace
    replaceAll normalize concat join map filter format""".split()
)
_BUILDS = regex(r"prompt|instruction", re.IGNORECASE)
_PASSES = frozenset({"stringify", "dumps", "String", "str", "concat", "join", "dedent", "clean"})
_MAKERS = frozenset({"JSON.stringify", "json.dumps", "String", "str", "textwrap.dedent", "dedent"})


def _is_built(binding: Binding) -> bool:
    value = peeled(binding.value)
    kinds = ("binary_expression", "boolean_operator", "ternary_expression", "template_string")
    return value is not None and not binding.keys and value.kind() in kinds


def _choices(node: SgNode) -> list[SgNode]:
    """What a choice may come to, without what it hangs on."""
    parts = [c for c in node.named_children() if c.kind() != "comment"]
    if node.kind() == "ternary_expression":
        return parts[1:]
    return parts[::2] if node.kind() == "conditional_expression" else parts


def _holes(text: SgNode) -> Iterator[SgNode]:
    """What is put into a template or an f-string."""
    for child in text.children():
        if child.kind() in ("template_substitution", "interpolation"):
            inner = next((c for c in child.children() if c.is_named()), None)
            if inner is not None:
                yield inner
        elif child.kind() == "string":
            yield from _holes(child)


def _key_of(argument: SgNode) -> str:
    key = argument.field("name") if argument.kind() == "keyword_argument" else None
    return key.text() if key is not None else ""


_ROUTE = regex(r"@\w+\.(post|get|put|patch|websocket|route|api_route)\(")


def _is_route(function: SgNode) -> bool:
    above = enclosing(function, frozenset({"decorated_definition"}))
    definition = above.field("definition") if above is not None else None
    if above is None or definition is None:
        return False
    same = definition.range().start.index == function.range().start.index
    return same and _ROUTE.search(above.text()[:400]) is not None


def _is_body(function: SgNode, name: str) -> bool:
    """True for a typed parameter of a route that no dependency fills."""
    listed = function.field("parameters")
    for parameter in listed.children() if listed is not None else ():
        if re.match(rf"{re.escape(name)}\s*:", parameter.text()):
            return "Depends" not in parameter.text()
    return False


def last_name(value: str) -> str:
    """The last part of a name as the code writes it: `req.body.message` is message."""
    return re.split(r"[.\[\]\"'()?!]+", dotted_text(value).rstrip(".)]\"'"))[-1]


def dotted_text(value: str) -> str:
    """The value without what follows a call: `data.get("topic", "x")` is `data.get("topic`."""
    return value.partition(",")[0]
