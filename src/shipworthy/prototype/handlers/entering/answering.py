"""What a handler of Python returns is what the caller gets."""

from __future__ import annotations

import re

from msgspec import Struct, field

from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.values import UNKNOWN, UNSET, Guards, Value, meet_all
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.regex import regex

_LOGIN = regex(r"log_?in|sign_?in|auth|index|home|^/$", re.IGNORECASE)
_REFUSED = range(400, 600)


class Answers(Struct):
    """Notes the answers of one handler and the guards passed before those that are no refusals.

    `texts` is how a text is sent: as "json" or "html".
    """

    walk: Walk
    texts: str = "json"
    pairs: bool = False  # a status may come with the body, as in Flask
    filtered: bool = False  # a model leaves of what is returned only its own fields
    people: str = ""  # what a model sends of the people beside the rows: "user.email"
    ways: list[Guards] = field(default_factory=list)

    def __call__(self, value: Value, at: int) -> Value:
        """Note what is returned at a line."""
        body, status = self._parts(value)
        if not _refuses(body, status):
            self.ways.append(self.walk.guards)
        if "response" in body.tags or body.is_null or body.what == "never":
            return value
        respond(self.walk, body, status, at, self.texts if _is_text(body) else "json")
        if self.filtered and self.walk.effects:
            last = self.walk.effects[-1]
            people = {"people": self.people} if self.people else {}
            literals = {**last.literals, "model": "response", **people}
            self.walk.effects[-1] = last._replace(literals=literals)
        return value

    def _parts(self, value: Value) -> tuple[Value, Value]:
        """The body and the status: Flask takes both as a tuple."""
        if (self.pairs or self.texts == "html") and value.elements and value.what != "text":
            numbers = [v for v in value.elements[1:] if isinstance(v.literal, int)]
            return value.elements[0], numbers[0] if numbers else UNKNOWN
        return value, (value.fields or {}).get("status", UNKNOWN)

    @property
    def guards(self) -> Guards:
        """The guards on every way that is no refusal."""
        return meet_all(self.ways) if self.ways else self.walk.guards


def _is_text(body: Value) -> bool:
    """True for a text, and for what is a text as it is sent: a parameter, a field of a form."""
    if body.what == "text" or body.literal is not UNSET:
        return True
    plain = body.fields is None and body.elements is None and bool(body.origins)
    return plain and all(o.kind in _TEXTS and o.key for o in body.origins)


_TEXTS = frozenset({"query", "form", "path", "header", "cookie"})


def _refuses(body: Value, status: Value) -> bool:
    if isinstance(status.literal, int):
        return status.literal in _REFUSED
    to = next((tag[9:] for tag in body.tags if tag.startswith("redirect:")), None)
    return to is not None and bool(_LOGIN.search(to))
