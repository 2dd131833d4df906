"""One call with what is known of its parts, and what has to be known of libraries to follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.handlers.values import UNKNOWN, Type, Value
from shipworthy.prototype.program.nodes import Call, Function

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation


class Site(Struct, eq=False):  # made by the ten thousand: to freeze them takes as long again
    """One call, with what is known of its parts; `name` is the last word of what is called."""

    what: str
    name: str
    receiver: Value
    given: tuple[Value, ...]
    named: Mapping[str, Value]
    call: Call
    called: Value | None = None  # what is called, as far as it is known

    def argument(self, position: int, *names: str) -> Value:
        """An argument by its place or one of its names; UNKNOWN where it is not given."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.given[position] if position < len(self.given) else UNKNOWN

    def has(self, position: int) -> bool:
        """True where so many arguments are given."""
        return position < len(self.given)


class Knowledge:
    """What calls and properties of libraries mean; see `knowledge/`."""

    def call(self, walk: Evaluation, site: Site) -> Value | None:
        """The result of a known call, its effects and guards noted; None for one that is not known."""
        raise NotImplementedError

    def own(self, walk: Evaluation, site: Site, result: Value, function: Function) -> Value:
        """What the name of a function of the prototype adds to what following it has shown."""
        raise NotImplementedError

    def property(self, walk: Evaluation, value: Value, key: str) -> Value | None:
        """A known property of a known thing."""
        raise NotImplementedError

    def made(self, walk: Evaluation, kind: Type, site: Site) -> Value | None:
        """An object of a class of the prototype whose base says what it is."""
        return None

    def asked_for(self, walk: Evaluation, value: Value, at: int) -> Value:
        """The rows of a list of a module that a function asks for."""
        return value

    def at_place(self, walk: Evaluation, owner: Value, key: Value) -> Value | None:
        """The row of such a list that stands at an index."""
        return None

    def put_over(self, walk: Evaluation, name: str, value: Value, at: int) -> None:
        """Note what it means that such a list is given a value: `rows = rows.filter(…)`."""

    def assigned(self, walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
        """Note what it means that a property is given a value."""

    def combined(self, operator: str, left: Value, right: Value) -> Value | None:
        """What `left / right` or `left | right` makes of what a library knows."""

    def compared(
        self, walk: Evaluation, operator: str, left: Value, right: Value, at: int
    ) -> Value | None:
        """What a comparison gives beyond what values say: a condition of a query, who logged in."""
        return None
