"""Rows that are nobody's own, and who is let change and see them: the goods of a shop, lists of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    TURNED_AWAY,
    Check,
    EffectKind,
    Handler,
)
from shipworthy.prototype.handlers.standing import Caller, caller, in_database
from shipworthy.prototype.handlers.weight import revealed
from shipworthy.prototype.handlers.writes import is_counter
from shipworthy.regex import regex


def shown_to_all(handlers: Iterable[Handler]) -> Iterator[str]:
    """Tables whose rows some entry point shows to whoever comes."""
    return (
        effect.target
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "select" and not in_database(effect)
        if caller(handler, effect) is Caller.ANYBODY and revealed(handler, effect)
    )


def says_who(columns: Iterable[str]) -> bool:
    """True for the columns of persons: a name of their own beside more that is told of them."""
    names = [snake(column) for column in columns]
    reached = any(map(_REACHED.search, names)) and any(map(_IS_NAME.match, names))
    return reached or any(map(_OF_PERSON.match, names))


_REACHED = regex(r"^e_?mail|_e?mail(_?address)?$|phone|mobile|^(telefone|celular)$")
_IS_NAME = regex(r"(\w+_)?name$")
_OF_PERSON = regex(
    r"(first|last|full|student|child|patient|parent|guardian|father|mother|pupil)_?name$|birth_?(date|day)$"
    r"|date_of_birth$|dob$"
)


def kept_by_users(handlers: Iterable[Handler]) -> Iterator[str]:
    """Tables whose rows some entry point changes or deletes for whoever is signed in, by their id."""
    return (
        effect.target
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation in ("update", "delete") and not is_counter(effect)
        if caller(handler, effect) is Caller.KNOWN and not effect.has(*_RIGHTS)
        if any(o.is_input for name, found in effect.of("filter:") for o in found if name == "id")
    )


def asks_for_rights(handlers: Iterable[Handler]) -> bool:
    """True where anything that could be a role is asked for anywhere."""
    return any(
        g.check in (Check.ROLE, Check.HOLLOW) or g.how == TURNED_AWAY
        for h in handlers
        for e in h.effects
        for g in e.guards
        if g.check is not Check.REFUSES or e.has(*AUTHENTICATES)
    )


_RIGHTS = (Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE, Check.REFUSES, Check.UNCLEAR)
PLAYED = regex(
    r"game|match|room|lobby|poll|quiz|wiki|vote|like|reaction|presence|tag$|log$|event$|cache|token|code|otp"
    r"|verif|session|limit|counter|metric|stat(istic)?s?$|comment|message|review|rating|feedback|suggestion|subscri",
)
"""What users change together, leave for each other, or what the server notes of them."""
