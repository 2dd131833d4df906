"""What a view of Python asks of the method it was called by: `if request.method == "POST"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards, Value

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

METHOD = "the method of the request"
"""What the value is called that says by which method a view was called."""
NO_GET = "no mere GET"
"""How a guard is put that no link and no picture passes."""


def by_method(walk: Evaluation, left: Value, right: Value, at: int) -> tuple[Guards, Guards] | None:
    """The guards where a method is what is asked for, and where it is not; None for other comparisons."""
    for asked, said in ((left, right), (right, left)):
        if asked.what != METHOD:
            continue
        words = {v.text for v in (said, *(said.elements or ())) if v.text is not None}
        held = frozenset({walk.guard(Check.METHOD, NO_GET, at)})
        if words == {"GET"}:
            return NO_GUARDS, held
        return (held, NO_GUARDS) if words and "GET" not in words else (NO_GUARDS, NO_GUARDS)
    return None
