"""The language of Firebase's rules: its words, and the expressions that are made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.errors import ShipworthyError
from shipworthy.regex import regex


class Unreadable(ShipworthyError):
    """Rules that are not written as the language has it."""


class Token(NamedTuple):
    """One word or sign, with the line where it stands; `text` of a string is with its quotes."""

    text: str
    line: int


class Node(Struct, frozen=True):
    """An expression: `kind` is word, literal, path, call or an operator; `text` what it is named."""

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()

    @property
    def words(self) -> Iterator[str]:
        """The names in it and those it calls, dotted; a path is one of them."""
        if self.kind in ("word", "call", "path"):
            yield self.text
        for part in self.parts:
            yield from part.words

    def mentions(self, name: str) -> bool:
        """True where this name, or a part of it, is asked; also in the texts of a list of fields."""
        at = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        return any(at.search(text) for text in self._texts)

    @property
    def _texts(self) -> Iterator[str]:
        yield self.text
        for part in self.parts:
            yield from part._texts


TRUE, FALSE, NULL = (Node("literal", text) for text in ("true", "false", "null"))

_TOKEN = regex(
    r"""//[^\n]*|/\*.*?\*/|(?P<space>\s+)
    |(?P<token>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[A-Za-z_$][\w$]*|\d+(?:\.\d+)?
    |===|!==|==|!=|<=|>=|&&|\|\||.)""",
    re.VERBOSE | re.DOTALL,
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "is"),
    ("+", "-"),
    ("*", "/", "%"),
)
_SAME = {"===": "==", "!==": "!="}
_DEEPEST = 150


def tokens(text: str) -> list[Token]:
    """The words and signs of a text, without spaces and comments."""
    line, found = 1, []
    for match in _TOKEN.finditer(text):
        if match["token"]:
            found.append(Token(match["token"], line))
        line += match[0].count("\n")
    return found


class Reader:
    """Goes through tokens one by one."""

    def __init__(self, found: list[Token]) -> None:
        self._found, self._at, self._depth = found, 0, 0

    @property
    def next(self) -> str:
        """The coming token; "" at the end."""
        return self._found[self._at].text if self._at < len(self._found) else ""

    @property
    def line(self) -> int:
        """Where it stands."""
        return self._found[min(self._at, len(self._found) - 1)].line if self._found else 1

    def take(self) -> str:
        """The coming token, gone past."""
        if self._at >= len(self._found):
            raise Unreadable("the rules end in the middle")
        self._at += 1
        return self._found[self._at - 1].text

    def expect(self, text: str) -> None:
        """Go past this token, or fail."""
        line, found = self.line, self.take()
        if found != text:
            raise Unreadable(f'line {line}: "{text}" is missing before "{found}"')

    def expression(self, level: int = 0) -> Node:
        """The expression that comes next."""
        self._depth += 1
        if self._depth > _DEEPEST * len(_LEVELS):
            raise Unreadable("the rules are nested too deep")
        node = self._unary() if level == len(_LEVELS) else self.expression(level + 1)
        while level < len(_LEVELS) and self.next in _LEVELS[level]:
            operator = self.take()
            node = Node(_SAME.get(operator, operator), "", (node, self.expression(level + 1)))
        if level == 0 and self.next == "?":
            self.take()
            chosen = self.expression()
            self.expect(":")
            node = Node("?", "", (node, chosen, self.expression()))
        self._depth -= 1
        return node

    def _unary(self) -> Node:
        if self.next in ("!", "-"):
            return Node(self.take(), "", (self._unary(),))
        return self._members(self._primary())

    def _members(self, node: Node) -> Node:
        while self.next in (".", "[", "("):
            sign = self.take()
            if sign == ".":
                node = _member(node, self.take())
            elif sign == "[":
                node = Node("index", "", (node, *self._listed("]")))
            else:
                node = Node("call", node.text, (*node.parts, *self._listed(")")))
        return node

    def _primary(self) -> Node:
        line, sign = self.line, self.take()
        if sign == "(":
            node = self.expression()
            self.expect(")")
            return node
        if sign == "[":
            return Node("list", "", self._listed("]"))
        if sign == "{":
            return Node("map", "", self._listed("}"))
        if sign == "/":
            return Node("path", f"/{self._path()}")
        if sign in ("true", "false", "null") or sign[0] in "'\"" or sign[0].isdigit():
            return Node("literal", sign)
        if re.match(r"[\w$]", sign):
            return Node("word", sign)
        raise Unreadable(f'line {line}: "{sign}" is not understood')

    def _listed(self, end: str) -> tuple[Node, ...]:
        found = []
        while self.next != end:
            found.append(self.expression())
            if self.next in (",", ":"):
                self.take()
            elif self.next != end:
                raise Unreadable(f'line {self.line}: "{end}" is missing')
        self.take()
        return tuple(found)

    def _path(self) -> str:
        """A path as an argument: /databases/$(database)/documents/users/$(request.auth.uid)."""
        depth, text = 0, ""
        while self.next and (depth or self.next not in (")", ",")):
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token, 0)
            text += token
        return text


def _member(node: Node, name: str) -> Node:
    if node.kind == "word":
        return replace(node, text=f"{node.text}.{name}")
    return Node("word", f"{node.text or node.kind}.{name}", (node,))


def inlined(node: Node, functions: Mapping[str, Function], depth: int = 0) -> Node:
    """The expression with its own functions written out."""
    parts = tuple(inlined(part, functions, depth) for part in node.parts)
    function = functions.get(node.text) if node.kind == "call" else None
    if function is None or depth > _MOST_CALLS or len(function.parameters) != len(parts):
        return replace(node, text=_renamed(node, parts), parts=parts)
    given = dict(zip(function.parameters, parts, strict=True))
    for name, value in function.variables:
        given[name] = inlined(_with(value, given), functions, depth + 1)
    return inlined(_with(function.body, given), functions, depth + 1)


def _renamed(node: Node, parts: tuple[Node, ...]) -> str:
    """What a member is called once the function that it hangs on is written out: profile().role."""
    before = f"{node.parts[0].text}." if node.parts else "."
    return (
        node.text.replace(before, f"{parts[0].text}.", 1)
        if node.text.startswith(before)
        else node.text
    )


class Function(Struct, frozen=True):
    """A function of the rules: its `let` variables in order, and what it returns."""

    parameters: tuple[str, ...]
    variables: tuple[tuple[str, Node], ...]
    body: Node


_MOST_CALLS = 10


def _with(node: Node, given: Mapping[str, Node]) -> Node:
    """The expression with values for names: userId, and what hangs on it as in data.role."""
    parts = tuple(_with(part, given) for part in node.parts)
    if node.kind == "path":
        return replace(node, text=_PLACE.sub(lambda m: _placed(m, given), node.text))
    head, dot, rest = node.text.partition(".")
    value = given.get(head) if node.kind in ("word", "call") else None
    if value is None or (node.kind == "call" and not dot):
        return replace(node, parts=parts)
    if node.kind == "word" and not dot:
        return value
    if value.kind == "word":
        return replace(node, text=f"{value.text}.{rest}", parts=(*value.parts, *parts))
    return replace(node, text=f"{value.text or value.kind}.{rest}", parts=(value, *parts))


_PLACE = regex(r"\$\((\w+)\)")


def _placed(found: re.Match[str], given: Mapping[str, Node]) -> str:
    value = given.get(found[1])
    return f"$({value.text})" if value and value.kind in ("word", "literal") else found[0]
