"""Roles that whoever signs up has for the asking: they open no rows of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    OF_ROLES,
    Check,
    Effect,
    EffectKind,
    Guard,
    Handler,
)
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.regex import regex

_ANY = "*"
"""The role of a sign-up that writes down the one which is sent."""
_TABLE = "table "


def roles_for_the_asking(handlers: Iterable[Handler]) -> frozenset[str]:
    """The roles that sign-ups give to strangers, and the tables of people to which they add them."""
    return frozenset(role for handler in handlers for role in _given(handler))


def without_roles(effect: Effect, roles: frozenset[str], *, tenants: bool) -> Effect:
    """The effect as if no role had been asked for, where whoever signs up has one that passes. One kind of
    people is there to be seen by the other kind; not so a tenant by the founder of another one."""
    if effect.operation == "select":
        apart = tenants or any(map(_STAFF.search, roles - _tables(roles)))
        roles = roles - {_ANY} if apart else frozenset()
    asked = [g for g in effect.guards if g.check is Check.ROLE]
    if not roles or not asked or not all(_is_for_the_asking(g, roles) for g in asked):
        return effect
    kept = effect.guards - frozenset(asked)
    if not any(g.check in AUTHENTICATES for g in kept):
        kept |= {asked[0]._replace(check=Check.SESSION)}
    return effect._replace(guards=kept)


def _tables(roles: frozenset[str]) -> frozenset[str]:
    return frozenset(role for role in roles if role.startswith(_TABLE))


def has_lost_role(effect: Effect, told: Effect) -> bool:
    """True for what a role was asked for, of which nothing is left."""
    return effect.has(Check.ROLE) and not told.has(Check.ROLE)


def _given(handler: Handler) -> Iterator[str]:
    if purpose(handler) is not Purpose.SIGN_UP:
        return
    for effect in handler.effects_of(EffectKind.QUERY):
        if effect.operation != "insert" or effect.after_failure:
            continue
        if caller(handler, effect) not in (Caller.ANYBODY, Caller.ANON_KEY) or _waits(effect):
            continue
        columns = dict(effect.of("value:"))
        if not any(_PASSWORD.search(snake(name)) for name in columns):
            continue
        yield f"{_TABLE}{effect.target}"
        for name, origins in columns.items():
            if not _ROLE.match(snake(name)):
                continue
            written = effect.literals.get(f"value:{name}")
            if written is not None:
                yield written.lower()
            elif any(o.is_input for o in origins):
                yield _ANY


def _waits(effect: Effect) -> bool:
    """True for somebody who is let in later, by somebody else."""
    return any(
        _STATE.search(snake(name.removeprefix("value:"))) and _WAITS.search(written)
        for name, written in effect.literals.items()
        if name.startswith("value:")
    )


def _is_for_the_asking(guard: Guard, roles: frozenset[str]) -> bool:
    table = guard.how.removeprefix("a row of ")
    if table != guard.how:
        return f"{_TABLE}{table}" in roles
    _, named, words = guard.how.partition(OF_ROLES)
    passing = {word.lower() for word in words.split(", ")} if named else set()
    if passing & roles:
        return True
    return _ANY in roles and any(not _STAFF.search(word) for word in passing)


_ROLE = regex(r"^(user_?|account_?)?(role|type)$")
_PASSWORD = regex(r"password|passwd|pwd|hash")
_STATE = regex(r"status|state|approv|(^|_)active$|enabled")
_WAITS = regex(r"pending|inactive|invited|disabled|unverified|await|false|^0$", re.IGNORECASE)
_STAFF = regex(
    r"admin|staff|super|moderat|manager|operator|root|owner|employee|support|editor|dev|system",
    re.IGNORECASE,
)
