"""Files of the server's disk that whoever comes deletes, as the address or the body names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches import Breach, Judged
from shipworthy.prototype.handlers.breaches.about import is_for_deleting
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def open_deletions(prototype: Prototype, told: Collection[str]) -> Iterator[tuple[Handler, Judged]]:
    """What is deleted by each entry point that is not told of yet."""
    public, worst = prototype.settings.intent.public_endpoints, None
    seen = {*told}
    for handler in prototype.handlers:
        if handler.subject in seen or {handler.name, handler.subject} & public:
            continue
        effect = next((e for e in _deleted(handler) if _is_open(handler, e)), None)
        if effect is None:
            continue
        seen.add(handler.subject)
        if worst is None:
            logins = read_ownership(prototype).has_logins
            worst = Severity.HIGH if logins else Severity.MEDIUM
        shown = effect._replace(kind=EffectKind.STORAGE, operation="remove", target="")
        yield (
            handler,
            Judged(Breach.OPEN, shown, Harm.DELETE, Caller.ANYBODY, worst, Confidence.HIGH),
        )


def _deleted(handler: Handler) -> Iterator[Effect]:
    """The files that an entry point for deleting deletes; one that writes files clears up behind itself."""
    if not is_for_deleting(handler):
        return
    files = [*handler.effects_of(EffectKind.FILE)]
    if any(effect.operation in ("write", "open") for effect in files):
        return
    for effect in files:
        named = [o for o in effect.inputs.get("path", ()) if o.is_input]
        if effect.operation == "delete" and named and not any(map(_is_own, map(str, named))):
            yield effect


def _is_open(handler: Handler, effect: Effect) -> bool:
    return caller(handler, effect) is Caller.ANYBODY and not effect.has(Check.UNCLEAR)


def _is_own(name: str) -> bool:
    """True for what only its owner knows: the id of a session, a file that was sent along."""
    return (
        name.startswith(("upload", "cookie", "header")) or _SECRET.search(snake(name)) is not None
    )


_SECRET = regex(
    r"(session|task|job|upload|thread|conversation|chat|visitor|guest|request)_?id$|token|uuid"
)
