"""Rows of another holder of the caller's role: to be one of many drivers is no right to the tours of all."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.finding import Confidence
from shipworthy.prototype.handlers.breaches.breach import PAST_ROLE, Breach, Judged
from shipworthy.prototype.handlers.breaches.foreign import of_foreign
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import COMPARED
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.holders import Held, by_id, is_holder, one_of_many
from shipworthy.prototype.handlers.ownership import Ownership, parents
from shipworthy.prototype.handlers.passing import as_if_signed_in, without_role
from shipworthy.prototype.handlers.standing import Caller, Tie, is_of_caller, steering, tie
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.prototype.handlers.writes import later


def of_holders(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What one holder of a role does by its id to a row of another, where an entry point for the same role
    looks for the rows of its caller alone, or this one does when it is done."""
    if effect.kind is not EffectKind.QUERY or effect.has(*PAST_ROLE, Check.OWNER):
        return None
    role = one_of_many(effect)
    if not role:
        return None
    named = any(by_id(name, origins) for name, origins in effect.of("filter:"))
    above = None if named else _of_what_it_hangs_on(effect, role, ownership)
    if not named and above is None:
        return None
    late = kind is not Harm.READ and _is_compared_too_late(handler, effect)
    held = ownership.held.get((effect.target, role)) if named else above
    if held is None and not late:
        return None
    if _is_taken_over(effect, role):
        return None
    signed_in, asked = as_if_signed_in(handler), without_role(effect)
    if tie(signed_in, asked) is not Tie.NONE:
        return None
    judged = of_foreign(signed_in, asked, kind, who, ownership)
    if judged is None or judged.breach is not Breach.FOREIGN:
        return None
    # Who lists what is his may still be meant to look up the rest.
    listed = kind is Harm.READ and held is not None and not held.singly
    sure = Confidence.LOW if listed else Confidence.MEDIUM
    why = f"{held.name} {held.column}" if held is not None and not late else ""
    return replace(judged, confidence=sure, holder=role, why=why)


def _of_what_it_hangs_on(effect: Effect, role: str, ownership: Ownership) -> Held | None:
    """Who looks for what is his alone, where the caller names what the rows hang on: the papers of an
    assignment, of a class that has a teacher."""
    if effect.operation == "insert":
        return None
    for name, origins in effect.of("filter:"):
        if any(o.is_input for o in origins):
            for table in sorted(parents((name,))):
                if (found := ownership.held_above.get((table, role))) is not None:
                    return found
    return None


def _is_compared_too_late(handler: Handler, effect: Effect) -> bool:
    """True where the entry point itself asks whose the row is, and has changed it before."""
    asked = steering(effect, handler)
    return any(
        g.check is Check.OWNER and g.how == COMPARED and g.about & asked
        for other in later(handler, effect)
        if not effect.excludes(other)
        for g in other.guards
    )


def _is_taken_over(effect: Effect, role: str) -> bool:
    """True where the caller makes a row his own: a tour that no driver has yet."""
    return any(
        is_holder(snake(name), role) and any(map(is_of_caller, origins))
        for name, origins in effect.of("value:")
    )
