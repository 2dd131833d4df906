"""What an expression gives where no variable of the environment is set: `process.env.MODE || "dev"`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from shipworthy.prototype.program.fallbacks import setting_of
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Class,
    Compare,
    Either,
    Expression,
    Items,
    Let,
    Literal,
    Member,
    Module,
    Name,
    Not,
    Record,
)
from shipworthy.regex import regex

# Hosts and frameworks set these themselves where the code runs for real.
_SET_BY_HOSTS = frozenset({"NODE_ENV", "VERCEL_ENV", "FLASK_ENV", "RAILS_ENV", "NETLIFY", "CI"})
_SAME_TEXT = frozenset({"toLowerCase", "lower", "trim", "strip", "toString", "casefold"})
_CASTS: Mapping[str, Callable[[object], object]] = {"Boolean": bool, "bool": bool, "String": str}
_CONFIGURES = regex(r"config|settings?|constants?|(^|/)env(ironment)?\b", re.IGNORECASE)
_DEEPEST = 6


class CannotTell(Exception):
    """The code does not say what an expression gives."""


class Unset:
    """Evaluates expressions of one module with nothing in the environment. `names` are what the names of
    the module are given, see `names_given`; `settings` are the variables that were asked for so far, in
    the order of the code."""

    def __init__(
        self,
        names: Mapping[str, Sequence[Expression]],
        others: Callable[[], Mapping[str, Module]],
    ) -> None:
        self._names, self._others = names, others
        self.settings: list[str] = []

    def value(self, node: Expression, depth: int = 0) -> object:
        """What an expression gives. Raises CannotTell."""
        if depth > _DEEPEST:
            raise CannotTell
        match node:
            case Literal():
                return node.value
            case Items():
                return tuple(self.value(inner, depth + 1) for inner in node.elements)
            case Not():
                return not self.value(node.operand, depth + 1)
            case Either():
                return self._either(node, depth)
            case Choice():
                test = self.value(node.test, depth + 1)
                return self.value(node.then if test else node.other, depth + 1)
            case Compare():
                return self._compared(node, depth)
            case Name():
                if node.id in ("undefined", "None", "null"):
                    return None
                return self._named(self._names.get(node.id, []), depth)
            case Call():
                return self._called(node, depth)
            case Member():
                name = setting_of(node)
                if not name:
                    return self._configured(node, depth)
                self._read(name)
                return None
        raise CannotTell

    def _read(self, name: str) -> None:
        if name in _SET_BY_HOSTS:
            raise CannotTell
        self.settings.append(name)

    def _either(self, node: Either, depth: int) -> object:
        left = self.value(node.left, depth + 1)
        goes_on = {"or": not left, "and": bool(left), "??": left is None}
        if node.operator not in goes_on:
            raise CannotTell
        return self.value(node.right, depth + 1) if goes_on[node.operator] else left

    def _compared(self, node: Compare, depth: int) -> bool:
        left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
        if node.operator in ("==", "!="):
            return (left == right) is (node.operator == "==")
        if node.operator in ("in", "not in") and isinstance(right, tuple):
            return (left in right) is (node.operator == "in")
        raise CannotTell

    def _called(self, node: Call, depth: int) -> object:
        """A read with a default, a cast, or the same text in small letters."""
        first = Call(node.function, node.arguments[:1], (), node.at, node.end)
        name = setting_of(first) if node.arguments else ""
        defaults = [*node.arguments[1:2], *(v for k, v in node.keywords if k == "default")]
        if name:
            self._read(name)
            return self.value(defaults[0], depth + 1) if defaults else None
        function = node.function
        if isinstance(function, Member) and function.key in _SAME_TEXT and not node.arguments:
            text = self.value(function.object, depth + 1)
            if isinstance(text, str):
                return text.strip() if function.key in ("trim", "strip") else text.lower()
        if isinstance(function, Name) and function.id in _CASTS and len(node.arguments) == 1:
            return _CASTS[function.id](self.value(node.arguments[0], depth + 1))
        if isinstance(function, Name) and function.id == "Field" and (defaults or node.arguments):
            return self.value((defaults or list(node.arguments))[0], depth + 1)
        raise CannotTell

    def _configured(self, node: Member, depth: int) -> object:
        """`settings.DEBUG`: what the one module of settings that has it says."""
        if not isinstance(node.object, Name) or not _CONFIGURES.search(node.object.id):
            raise CannotTell
        given = [
            found
            for path, module in self._others().items()
            if _CONFIGURES.search(path)
            for found in _fields(module, node.key)
        ]
        self.settings.append(node.key)
        return self._named(given, depth)

    def _named(self, given: Sequence[Expression], depth: int) -> object:
        if len(given) != 1:
            raise CannotTell
        return self.value(given[0], depth + 1)


def names_given(lets: Iterable[Let]) -> dict[str, list[Expression]]:
    """What each name is given where these are all the assignments of a module, anywhere in it."""
    found: dict[str, list[Expression]] = {}
    for let in lets:
        if isinstance(let.target, Name):
            found.setdefault(let.target.id, []).append(let.value)
    return found


def _fields(module: Module, key: str) -> list[Expression]:
    """What a setting is by default: a field of a class, a part of a record, a name of the module."""
    trees = (module.body, tuple(value for _, value in module.exports))
    of_classes = [
        let.value
        for kind in nodes_in(trees, Class)
        for let in kind.fields
        if isinstance(let.target, Name) and let.target.id == key
    ]
    of_records = [v for record in nodes_in(trees, Record) for k, v in record.pairs if k == key]
    return of_classes or of_records or names_given(nodes_in(module.body, Let)).get(key, [])
