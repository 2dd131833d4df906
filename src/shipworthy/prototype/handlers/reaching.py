"""Effects put together by the entry point that has them, with who can cause them, as controls ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from shipworthy.finding import Severity
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.standing import Caller, caller

Reach = tuple[Handler, Effect]


class Subject(Struct, frozen=True):
    """The effects of some kinds of one entry point."""

    name: str
    effects: tuple[Reach, ...]


def reached(handlers: Iterable[Handler], *kinds: EffectKind) -> Iterator[Subject]:
    """The entry points that have effects of these kinds, one subject for each name."""
    found: dict[str, list[Reach]] = {}
    for handler in handlers:
        for effect in handler.effects_of(*kinds):
            found.setdefault(handler.subject, []).append((handler, effect))
    return (Subject(name, tuple(effects)) for name, effects in found.items())


def is_live(effect: Effect) -> bool:
    """False for what runs outside production alone."""
    return all(guard.how != "only outside production" for guard in effect.guards)


def is_trusted(effect: Effect) -> bool:
    """True where only staff or another system that proved itself comes as far as this."""
    return effect.has(Check.ROLE, Check.SECRET, Check.SIGNATURE)


def is_open(handler: Handler, effect: Effect) -> bool:
    """True where whoever comes gets as far as this: with nothing, or with the key of every browser."""
    return caller(handler, effect) in (Caller.ANYBODY, Caller.ANON_KEY) and not _asks(effect)


def is_unclear(handler: Handler, effect: Effect) -> bool:
    """True where something is checked before that could not be followed."""
    known = caller(handler, effect)
    return known is Caller.UNCLEAR or (known is not Caller.KNOWN and _asks(effect))


def _asks(effect: Effect) -> bool:
    """True where something in a token of the caller's has been looked at: a check of the prototype's own."""
    return any(
        about.startswith(("header.authorization", "header.x-api-key", "cookie."))
        for guard in effect.guards
        if guard.check in (Check.ALLOWED, Check.VALID, Check.OWNER)
        for about in guard.about
    )


def who(handler: Handler, effect: Effect) -> str:
    """Who can cause an effect, as the subject of a sentence."""
    if effect.has(Check.ROLE):
        return "a member of staff"
    if is_open(handler, effect):
        return "anybody"
    if is_unclear(handler, effect):
        return "whoever passes its check"
    passing = " whom the checks before let pass" if effect.has(Check.REFUSES) else ""
    return f"any signed-in user{passing}"


def by_reach(
    handler: Handler, effect: Effect, anybody: Severity, known: Severity, staff: Severity
) -> Severity:
    """How much an effect weighs, by who can cause it."""
    if is_trusted(effect):
        return staff
    return anybody if is_open(handler, effect) else known
