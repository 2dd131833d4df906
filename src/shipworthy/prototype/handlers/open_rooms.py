"""Rooms of Socket.IO that whoever connects may join: he is sent what is said there to somebody else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Confidence
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.routes.socketio import SOCKETIO
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class OpenRoom(Struct, frozen=True):
    """A room that anybody may join: where, which one, and how sure it is that it is not meant."""

    handler: Handler
    effect: Effect
    room: str
    confidence: Confidence


def open_rooms(prototype: Prototype, told: Collection[str]) -> Iterator[OpenRoom]:
    """The rooms of people, of staff and of one conversation, by each event that is not told of yet.
    Others, of a game or a lobby, are open to who has their name."""
    public = prototype.settings.intent.public_endpoints
    for handler in prototype.handlers:
        if handler.route.framework != SOCKETIO or handler.subject in told:
            continue
        if {handler.name, handler.subject} & public:
            continue
        for effect in handler.effects_of(EffectKind.ROOM):
            room = _room(effect)
            if room is None or caller(handler, effect) is not Caller.ANYBODY:
                continue
            if read_ownership(prototype).has_logins and _is_spoken_in(prototype):
                yield OpenRoom(handler, effect, *room)
                break


def _room(effect: Effect) -> tuple[str, Confidence] | None:
    """Which room it is that should not be open; None for one that may be."""
    written = effect.literals.get("room", "")
    if written:
        staff = _STAFF.search(snake(written))
        return (f"the room {written}", Confidence.MEDIUM) if staff else None
    named = sorted(o.key.rpartition(".")[2] for o in effect.inputs["room"] if o.is_input and o.key)
    if len(named) != 1 or any(not o.is_input for o in effect.inputs["room"]):
        return None
    key = snake(named[0])
    if found := _PERSON.match(key):
        who = found[1] or "user"
        return (f"the room of any {who}", Confidence.MEDIUM)
    if found := _TALK.match(key):
        return (f"the room of any {found[1]}", Confidence.LOW)
    return None


_STAFF = regex(r"(^|[^a-z])(admins?|staff|management|moderators?)([^a-z]|$)")
_PERSON = regex(
    r"(?:.*_)?(user|customer|vendor|admin|account|member|driver|seller|patient|doctor|employee|role)(?:_?id)?$"
)
_TALK = regex(r"(?:.*_)?(conversation|chat|thread|order|ticket|appointment|booking)_?id$")


def _is_spoken_in(prototype: Prototype) -> bool:
    """True where the server says something in a room."""
    texts = (prototype.files[path].text or "" for path in prototype.server_modules)
    return any(_SPOKEN.search(text) for text in texts if ".emit(" in text)


_SPOKEN = regex(r"\.(to|in)\([^()]*(?:\([^()]*\)[^()]*)*\)\s*\.emit\(")
