"""A second row that the caller names, beside one that was compared with his organisation."""

from __future__ import annotations

import re

from msgspec.structs import replace

from shipworthy.prototype.handlers.breaches.breach import PAST_ROLE, Breach, Judged
from shipworthy.prototype.handlers.breaches.foreign import of_foreign
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import Ownership, plain
from shipworthy.prototype.handlers.passing import as_if_signed_in, passing_roles, without_role
from shipworthy.prototype.handlers.sent import COMPARISONS
from shipworthy.prototype.handlers.standing import Caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex


def of_second(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What is changed by an id alone that is tied to nothing, after another id was held to the caller's
    organisation: whoever has the role in one reaches the rows of all."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in ("update", "delete"):
        return None
    if effect.has(*PAST_ROLE) or not ownership.keeps_apart(effect.target):
        return None
    asked = [g for g in effect.guards if g.check is Check.OWNER]
    named = _named_alone(effect)
    if not named or not asked or any(not g.about or named in g.about for g in asked):
        return None
    if any(named in g.about and g.check is not Check.VALID for g in effect.guards):
        return None
    if any(named in g.about and g.how in COMPARISONS for g in effect.guards):
        return None
    before = handler.effects[: handler.effects.index(effect)]
    if any(named in _sought(e) or _shows(e, effect) for e in before if e.kind is EffectKind.QUERY):
        return None
    roles = [role for role in passing_roles(effect) if not _OF_ALL.search(role)]
    if not roles:
        return None
    judged = of_foreign(as_if_signed_in(handler), without_role(effect), kind, who, ownership)
    if judged is None or judged.breach is not Breach.FOREIGN:
        return None
    return replace(judged, why=named, roles=" or ".join(roles))


def _named_alone(effect: Effect) -> str:
    """The input by which a row is found, by its id and by nothing else; "" for any other way."""
    sought = list(effect.of("filter:"))
    said = {name for name in effect.literals if name.startswith("filter:")}
    if len(sought) != 1 or said or sought[0][0] not in ("id", "_id"):
        return ""
    origins = sought[0][1]
    return str(*origins) if len(origins) == 1 and all(o.is_input for o in origins) else ""


def _shows(asked: Effect, effect: Effect) -> bool:
    """True where rows of the same table were read before: what was sent may be looked for among them."""
    last = plain(effect.target)
    read = (asked.target, *asked.literals.get("joined", "").split(","))
    return any(name and last.endswith(plain(name.strip())) for name in read)


def _sought(effect: Effect) -> set[str]:
    """The inputs by which rows were looked for, or which they were compared with."""
    return {str(one) for _, origins in effect.of("filter:") for o in origins for one in (o, *o.by)}


_OF_ALL = regex(r"super|platform|system|global|root|^god$", re.IGNORECASE)
"""Roles that count in all organisations."""
