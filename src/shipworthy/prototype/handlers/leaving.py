"""Entry points that leave on what a step of theirs gave back: then what stands below it is not reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.program import names_in
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import If, Let, Member, Name, Return

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FAILURES = re.compile(r"err|fail|invalid|missing|denied", re.IGNORECASE)


def may_leave_between(
    prototype: Prototype, handler: Handler, first: Effect, second: Effect
) -> bool:
    """True where a function does the first effect, and the entry point returns on what it gave back, as on
    a flag (`const { handled } = await settle(…); if (handled) return`), before it comes to the second.

    Which of its answers stands for which effect is not followed: whoever asks can only put a question.
    """
    path = handler.location.path
    module = prototype.server_modules.get(path)
    steps = [step.line for step in first.steps if step.path == path]
    end = max(_lines_in(path, second), default=0)
    if module is None or not steps:
        return False
    return any(
        let.at < choice.at < end and _asked(choice.test) in names_in(let.target)
        for let in nodes_in(module, Let)
        if any(let.at <= line <= max(let.at, getattr(let.value, "end", 0)) for line in steps)
        for choice in nodes_in(module, If)
        if choice.then and isinstance(choice.then[-1], Return)
    )


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
