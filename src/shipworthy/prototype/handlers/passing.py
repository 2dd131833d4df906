"""Which roles pass the checks before an effect, where the code names them."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.prototype.handlers.handler import OF_ROLES, Check, Effect, Handler


def passing_roles(effect: Effect) -> list[str]:
    """The roles that pass every check; none where one of the checks does not name them."""
    asked = [g.how.partition(OF_ROLES)[2] for g in effect.guards if g.check is Check.ROLE]
    if not asked or not all(asked):
        return []
    return sorted(set.intersection(*(set(words.split(", ")) for words in asked)))


def as_if_signed_in(handler: Handler) -> Handler:
    """The entry point as if its callers had been asked for a session alone."""
    return replace(handler, effects=tuple(map(without_role, handler.effects)))


def without_role(effect: Effect) -> Effect:
    """The effect as if its caller had been asked for a session alone."""
    if not effect.has(Check.ROLE):
        return effect
    kept = (
        g._replace(check=Check.SESSION, how="") if g.check is Check.ROLE else g
        for g in effect.guards
    )
    return effect._replace(guards=frozenset(kept))
