"""Entry points that leave on what a step of theirs gave back: then what stands below it is not reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.program import names_in
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import If, Let, Member, Name, Return
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FAILURES = regex(r"err|fail|invalid|missing|denied", re.IGNORECASE)


class Leaving:
    """Where the entry points of a prototype return on what a step of theirs gave back; each file is read
    once, when the first of its entry points is asked about."""

    def __init__(self, prototype: Prototype) -> None:
        self._prototype = prototype
        self._read: dict[str, list[tuple[Let, int]]] = {}

    def may_leave_between(self, handler: Handler, first: Effect, second: Effect) -> bool:
        """True where a function does the first effect, and the entry point returns on what it gave back, as
        on a flag (`const { handled } = await settle(…); if (handled) return`), before it comes to the second.

        Which of its answers stands for which effect is not followed: whoever asks can only put a question.
        """
        path = handler.location.path
        steps = [step.line for step in first.steps if step.path == path]
        end = max(_lines_in(path, second), default=0)
        return any(
            let.at < at < end
            and any(let.at <= line <= max(let.at, getattr(let.value, "end", 0)) for line in steps)
            for let, at in (self._returns_in(path) if steps else ())
        )

    def _returns_in(self, path: str) -> list[tuple[Let, int]]:
        """What is kept in a name, with the line of each `if` that returns on it."""
        if path not in self._read:
            module = self._prototype.server_modules.get(path)
            asked = [
                (name, choice.at)
                for choice in (nodes_in(module, If) if module is not None else ())
                if choice.then and isinstance(choice.then[-1], Return)
                if (name := _asked(choice.test))
            ]
            self._read[path] = [
                (let, at)
                for let in (nodes_in(module, Let) if asked else ())
                for names in [set(names_in(let.target))]
                for name, at in asked
                if name in names and let.at < at
            ]
        return self._read[path]


def _lines_in(path: str, effect: Effect) -> list[int]:
    """The lines of a file that lead to an effect."""
    places = [*((s.path, s.line) for s in effect.steps), (effect.path, effect.line)]
    return [line for place, line in places if place == path]


def _asked(test: object) -> str:
    """The name that `if (handled)` and `if (result.handled)` ask; "" for errors and anything else."""
    if isinstance(test, Member):
        return "" if _FAILURES.search(test.key) else _asked(test.object)
    if isinstance(test, Name):
        return "" if _FAILURES.search(test.id) else test.id
    return ""
