"""Take values out of one log call: what is left of each argument, and what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit
from shipworthy.prototype.code.style import after_line, style_of
from shipworthy.prototype.code.syntax import Syntax, arguments
from shipworthy.prototype.logs.logged import WRAPPERS
from shipworthy.regex import regex

_HIDDEN = "***"
_NAMES = ("identifier", "member_expression", "attribute")
_LISTS = ("object", "dictionary", "array", "list", "tuple")
_TEXTS = ("template_string", "string", "concatenated_string")
_HOLES = ("template_substitution", "interpolation")
_PLACES = regex(r"%[sdifjoOr]|%\(\w+\)s|(?<!\{)\{\}")
_TAIL = regex(r"\s*[:=>-]+\s*$|\s+$")
# A sentence that waits for a name.
_GOES_ON = regex(r"\w\s+(for|to|from|of|with|by):?\s*[\"'`]$")
# What a text says before a value of which the id would be a lie.
_LABEL = regex(r"(mail|phone|name|address|token|password|secret|key|code)\W*$", re.IGNORECASE)


class Instead(StrEnum):
    """What a log may still say in place of a value."""

    NOTHING = "nothing"
    PRESENCE = "presence"  # whether there is one
    ID = "id"  # whom it is about, where the file reads that as well; else whether there is one


class _Drop(Exception):
    """What holds the value goes as a whole."""


class CallEdits:
    """One call of which the values that start at some places are to go."""

    def __init__(
        self, syntax: Syntax, call: SgNode, starts: Mapping[int, Instead], text: str
    ) -> None:
        self.syntax, self.call, self.starts, self.text = syntax, call, starts, text
        self.given = arguments(call)
        quote = style_of(syntax).quote
        self._hidden = f"{quote}{_HIDDEN}{quote}"
        self.found: list[Edit] = []

    def edits(self) -> list[Edit] | None:
        """The edits; None where the call stands where none can be missing."""
        formatted = bool(self.given) and _PLACES.search(self.given[0].text()) is not None
        gone: set[int] = set()
        for number, argument in enumerate(self.given):
            if not self._holds(argument):
                continue
            if "await " in argument.text():
                return None  # what is read there is read no second time
            try:
                self._argument(argument)
            except _Drop:
                other = self._instead(argument, number, formatted)
                if other:
                    self._put(argument, other)
                else:
                    gone |= {number, *self._label(number)}
        if gone and len(gone) == len(self.given):
            return self._whole()
        self.found += _without(self.given, gone)
        self._end_texts(gone)
        return self.found

    def _instead(self, argument: SgNode, number: int, formatted: bool) -> str:
        """What is logged in place of an argument; '' where it just goes."""
        if argument.kind() == "keyword_argument":
            return ""
        instead = self.starts.get(argument.range().start.index, Instead.NOTHING)
        name = argument.text()
        if instead is not Instead.NOTHING and argument.kind() in _NAMES:
            if instead is Instead.ID and self._reads_id(name):
                return f"{name}.id" if self.syntax.python else f"{name}?.id"
            if len(self.given) > 1:
                return f"bool({name})" if self.syntax.python else f"!!{name}"
        before = self.given[number - 1].text() if number else ""
        other = self._id_of(argument)
        if other and not _LABEL.search(before[-20:]):
            return other
        labelled = number + 1 < len(self.given) and before[-2:-1] in (":", "=")
        goes_on = _GOES_ON.search(before) is not None
        return self._hidden if (formatted and number) or labelled or goes_on else ""

    def _label(self, number: int) -> Iterator[int]:
        """The text that only names the last argument: `"id:", id, "mail:", mail`."""
        if number == len(self.given) - 1 and number > 1:
            before = self.given[number - 1]
            if before.kind() == "string" and _TAIL.search(before.text()[:-1]):
                yield number - 1

    def _reads_id(self, name: str) -> bool:
        return re.search(rf"(?<![\w.]){re.escape(name)}\??\.id\b", self.text) is not None

    def _holds(self, node: SgNode) -> bool:
        span = node.range()
        return any(span.start.index <= at < span.end.index for at in self.starts)

    def _put(self, node: SgNode, text: str) -> None:
        span = node.range()
        self.found.append(Edit(span.start.index, span.end.index, text))

    def _argument(self, node: SgNode) -> None:
        """Edit inside of an argument; raises _Drop where all of it has to go."""
        kind = node.kind()
        if kind in _LISTS:
            self._items(node)
        elif kind in _TEXTS:
            for hole in _holes(node):
                if self._holds(hole):
                    self._hole(hole)
            self._plain(node)
        elif kind in ("pair", "keyword_argument"):
            value = node.field("value")
            if value is None or not _is_open(value):
                raise _Drop
            self._argument(value)
        elif kind in ("binary_expression", "binary_operator"):
            self._sides(node)
        elif kind == "ternary_expression":
            self._branches(node)
        elif kind in ("call_expression", "call") and self._inner(node) is not None:
            self._argument(self._inner(node) or node)
        elif kind in WRAPPERS:
            inner = next((c for c in node.children() if c.is_named()), None)
            if inner is None or inner.kind() not in (*_TEXTS, *_LISTS):
                raise _Drop
            self._argument(inner)
        else:
            raise _Drop

    def _inner(self, call: SgNode) -> SgNode | None:
        """The object that is written out in `JSON.stringify({ … }, null, 2)`."""
        given = arguments(call)
        return given[0] if given and given[0].kind() in ("object", "dictionary") else None

    def _items(self, holder: SgNode) -> None:
        items = [c for c in holder.named_children() if c.kind() != "comment"]
        gone: set[int] = set()
        for number, item in enumerate(items):
            if self._holds(item):
                try:
                    self._argument(item)
                except _Drop:
                    gone.add(number)
        if len(gone) == len(items):
            raise _Drop
        self.found += _without(items, gone)

    def _sides(self, node: SgNode) -> None:
        """`"text" + value`: the value becomes a text as well."""
        operator = node.field("operator")
        if operator is None or operator.text() != "+":
            raise _Drop
        for side in (node.field("left"), node.field("right")):
            if side is not None and self._holds(side):
                if side.kind() in (*_TEXTS, "binary_expression", "binary_operator"):
                    self._argument(side)
                else:
                    self._put(side, self._hidden)

    def _branches(self, node: SgNode) -> None:
        """`user ? user.email : "nobody"`: which of the two it was can still be told."""
        for branch in (node.field("consequence"), node.field("alternative")):
            if branch is not None and self._holds(branch):
                if branch.kind() in _TEXTS:
                    self._argument(branch)
                else:
                    self._put(branch, self._id_of(branch) or self._hidden)

    def _hole(self, hole: SgNode) -> None:
        inner = next((c for c in hole.children() if c.is_named()), None)
        if hole.kind() == "string" or inner is None:
            self._argument(hole)
            return
        before = self.text[: hole.range().start.index]
        other = self._id_of(inner)
        text = hole.parent()
        told = text is not None and f"{{{other}}}" in text.text()  # the id stands there already
        if other and not told and not _LABEL.search(before[-20:]):
            self._put(inner, other)
        else:
            self._put(hole, _HIDDEN)

    def _id_of(self, node: SgNode) -> str:
        """`user.id` for `user.email`, where the file reads it as well."""
        if node.kind() not in ("member_expression", "attribute"):
            return ""
        owner = node.field("object")
        if owner is None or owner.kind() not in ("identifier", "member_expression", "attribute"):
            return ""
        plain, optional = f"{owner.text()}.id", f"{owner.text()}?.id"
        if not self._reads_id(owner.text()):
            return ""
        return optional if "?." in node.text()[len(owner.text()) :] else plain

    def _plain(self, node: SgNode) -> None:
        """An f-string in which no value is left needs no `f`."""
        if not self.syntax.python or node.kind() != "string":
            return
        start = node.text()[:3]
        if any(not self._holds(hole) for hole in _holes(node)) or "{{" in node.text():
            return
        shown = [e for e in self.found if e.text == _HIDDEN]
        at = node.range().start.index
        inside = [e for e in shown if at <= e.start < node.range().end.index]
        if start[:1] in "fF" and len(inside) == len(list(_holes(node))):
            self.found.append(Edit(at, at + 1, ""))

    def _whole(self) -> list[Edit] | None:
        """Take the statement away, unless something must stand there."""
        statement = self.call.parent()
        if statement is None or statement.kind() != "expression_statement":
            return None
        block = statement.parent()
        if block is None or block.kind() not in ("program", "module", "statement_block", "block"):
            return None
        others = [c for c in block.named_children() if c.kind() != "comment"]
        if self.syntax.python and len(others) < 2:
            return None
        start = statement.range().start.index
        line = self.text.rfind("\n", 0, start) + 1
        end = after_line(statement, self.text)
        rest = self.text[statement.range().end.index : end]
        if self.text[line:start].strip() or rest.strip(" \t\r\n;"):
            return None
        return [Edit(line, end, "")]

    def _end_texts(self, gone: Collection[int]) -> None:
        """`"User:"` in front of a value that went becomes `"User"`."""
        for number in gone:
            before = self.given[number - 1] if number and number - 1 not in gone else None
            if before is None or before.kind() not in ("string", "template_string"):
                continue
            if number + 1 < len(self.given) and number + 1 not in gone:
                continue
            text = before.text()
            body = text[:-1]
            tail = _TAIL.search(body)
            if tail is not None and tail.start() > 1 and len(text) > 2:
                end = before.range().end.index - 1
                self.found.append(Edit(end - (len(body) - tail.start()), end, ""))


def _holes(node: SgNode) -> Iterator[SgNode]:
    kinds = (*_HOLES, "string") if node.kind() == "concatenated_string" else _HOLES
    return (c for c in node.children() if c.kind() in kinds)


def _is_open(node: SgNode) -> bool:
    """True for what can lose a part and keep the rest."""
    return node.kind() in (*_LISTS, *_TEXTS, "binary_expression", "binary_operator") or (
        node.kind() in ("call_expression", "call")
        and bool(arguments(node))
        and arguments(node)[0].kind() in ("object", "dictionary")
    )


def _without(items: Sequence[SgNode], gone: Collection[int]) -> Iterator[Edit]:
    """Take items out of a list with what separates them from their neighbours."""
    first = next((n for n in range(len(items)) if n not in gone), None)
    if first is None:
        return
    if first:
        yield Edit(items[0].range().start.index, items[first].range().start.index, "")
    for number in gone:
        if number > first:
            before, item = items[number - 1].range(), items[number].range()
            yield Edit(before.end.index, item.end.index, "")
