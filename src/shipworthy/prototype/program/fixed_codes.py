"""One-time codes that are the same for everybody as long as a setting is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Choice,
    Compare,
    Either,
    Expression,
    Function,
    If,
    Lambda,
    Let,
    Literal,
    Member,
    Module,
    Name,
    Return,
    Statement,
    Throw,
    Try,
)
from shipworthy.prototype.program.when_unset import CannotTell, Unset, names_given
from shipworthy.regex import regex

SAYS_CODE = regex(r"""otp|one_?time|code|\bpin""", re.IGNORECASE)
"""What the text of a file says that makes or asks for such a code."""

_CODE = regex(
    r"otp(?!ion)|one_?time_?(code|password|pin)|(verif\w*|sms|login|auth|reset|mfa|confirmation|security|phone|email)_?(code|pin)"
    r"|passcode",
    re.IGNORECASE,
)
_PLAIN = regex(r"^((generate|make|create|new|random|get)_?\w*)?(code|pin)$", re.IGNORECASE)
_DIGITS = regex(r"\d{4,8}")


class FixedCode(NamedTuple):
    """A code that the code writes out. `settings` are the variables that decide; `function` is where."""

    function: str
    line: int
    settings: tuple[str, ...]


def fixed_codes(module: Module, others: Callable[[], Mapping[str, Module]]) -> Iterator[FixedCode]:
    """The functions of a module that make, or let pass, one code for all where nothing is set."""
    nodes = list(nodes_in(module.body, Let, Function))
    lets = [node for node in nodes if isinstance(node, Let)]
    given = names_given(lets)
    names = {
        id(let.value.function): let.target.id
        for let in lets
        if isinstance(let.value, Lambda) and isinstance(let.target, Name)
    }
    functions = [node for node in nodes if isinstance(node, Function)]
    exported = nodes_in(tuple(value for _, value in module.exports), Function)
    seen: set[int] = set()
    for function in (*functions, *exported):
        name = function.name or names.get(id(function), "")
        found = _Reading(module.path, given, others, name).of(function.body)
        if found is not None and found.line not in seen:
            seen.add(found.line)
            yield found


class _Reading:
    """Goes through a function as it would run with nothing set, up to where the code is decided."""

    def __init__(
        self,
        path: str,
        given: Mapping[str, Sequence[Expression]],
        others: Callable[[], Mapping[str, Module]],
        name: str,
    ) -> None:
        self._given, self._others, self._name = given, others, name
        self._settings: tuple[str, ...] = ()
        where = f"{path} {name}"
        self._about_codes = bool(re.search(r"otp(?!ion)|verif|sms|2fa|mfa", where, re.IGNORECASE))

    def of(self, body: tuple[Statement, ...]) -> FixedCode | None:
        """The first code that is decided to be the one that is written out."""
        return next(self._block(body), None)

    def _block(self, body: tuple[Statement, ...]) -> Iterator[FixedCode]:
        for statement in body:
            if isinstance(statement, If):
                yield from self._passes(statement)
                way = self._taken(statement.test)
                before = self._settings
                if way is None:
                    # Something else decides: what stands there hangs on no setting so far.
                    for branch in (statement.then, statement.other):
                        self._settings = ()
                        yield from self._block(branch)
                    self._settings = before
                    continue
                chosen, left = statement.then, statement.other
                if not way[0]:
                    chosen, left = left, chosen
                self._settings = (*before, *way[1])
                yield from self._block(chosen)
                if _ends(chosen):
                    return
                if not _ends(left):
                    self._settings = before
            elif isinstance(statement, Try):
                yield from self._block(statement.body)
            elif isinstance(statement, Return):
                if statement.value is not None and self._is_code(self._name):
                    yield from self._written(statement.value)
                return
            elif isinstance(statement, Throw):
                return
            elif isinstance(statement, Let) and self._is_code(_name(statement.target)):
                yield from self._written(statement.value)

    def _written(self, value: Expression) -> Iterator[FixedCode]:
        """`TEST ? "123456" : random()`, or the code itself where a setting has led here."""
        if isinstance(value, Choice):
            way = self._taken(value.test)
            if way is not None:
                before, self._settings = self._settings, (*self._settings, *way[1])
                yield from self._written(value.then if way[0] else value.other)
                self._settings = before
        elif isinstance(value, Literal) and _is_code_text(value.value) and self._settings:
            yield FixedCode(self._name, value.at, tuple(dict.fromkeys(self._settings)))

    def _passes(self, statement: If) -> Iterator[FixedCode]:
        """`if (DEV && code === "000000") return true`: one code that is right for every account."""
        parts = list(_conjuncts(statement.test))
        magic = [p for p in parts if self._asks_for_one(p)]
        if not magic or len(parts) < 2:
            return
        asked: list[str] = []
        for part in parts:
            if part in magic:
                continue
            unset = Unset(self._given, self._others)
            try:
                if not unset.value(part):
                    return
            except CannotTell:
                return
            asked += unset.settings
        if asked:
            yield FixedCode(self._name, statement.at, tuple(dict.fromkeys(asked)))

    def _asks_for_one(self, test: Expression) -> bool:
        if not isinstance(test, Compare) or test.operator != "==":
            return False
        for one, other in ((test.left, test.right), (test.right, test.left)):
            if (
                self._is_code(_name(one))
                and isinstance(other, Literal)
                and _is_code_text(other.value)
            ):
                return True
        return False

    def _taken(self, test: Expression) -> tuple[bool, list[str]] | None:
        """Whether a test holds where nothing is set, and what it asks for; None where something else
        decides."""
        unset = Unset(self._given, self._others)
        try:
            holds = bool(unset.value(test))
        except CannotTell:
            return None
        if not unset.settings:
            return None
        return holds, unset.settings

    def _is_code(self, name: str) -> bool:
        return bool(_CODE.search(name)) or (self._about_codes and bool(_PLAIN.match(name)))


def _name(node: Expression) -> str:
    """What a name or a property is called."""
    if isinstance(node, Member):
        return node.key
    return node.id if isinstance(node, Name) else ""


def _ends(branch: tuple[Statement, ...]) -> bool:
    return any(isinstance(s, (Return, Throw)) for s in branch)


def _is_code_text(value: object) -> bool:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return bool(_DIGITS.fullmatch(text))


def _conjuncts(test: Expression) -> Iterator[Expression]:
    if isinstance(test, Either) and test.operator == "and":
        yield from _conjuncts(test.left)
        yield from _conjuncts(test.right)
    else:
        yield test
