"""Checks that are gathered in a variable: `let allowed = user.id === ownerId; … if (!allowed) return`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_GATHERED = regex(
    r"\b((?:is_?|has_?)?(?:authori[sz]ed|allowed|permitted|access|owner)|can_?\w+)\s*=(?!=).*"
    r"(?:user|session|caller|auth|uid)\b.*(?:===?|\bin\b|\.has\(|\.includes\()"
)

_LONGEST = 300  # characters of a line: longer ones are what a machine wrote


def asks_a_flag(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where a variable that compares who is calling turns callers away before an effect: how it is put
    together was not followed."""
    file = prototype.files.get(handler.location.path)
    if file is None or effect.path != handler.location.path:
        return False
    numbers = range(handler.location.line, effect.line)
    lines = [file.line(n).lower()[:_LONGEST] for n in numbers]
    names = {found[1] for line in lines if (found := _GATHERED.search(line))}
    text = " ".join(" ".join(lines).split())
    return any(found[1] in names for found in _REFUSED.finditer(text))


_REFUSED = regex(r"\bif ?\(?(?:!|not )(\w+)\)?:? ?\{? ?(?:return|throw|raise|redirect|res\.)")
