"""Rows of another tenant, which somebody names whose role counts in his own tenant alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.finding import Confidence
from shipworthy.prototype.handlers.breaches.breach import PAST_ROLE, Breach, Judged
from shipworthy.prototype.handlers.breaches.foreign import of_foreign
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import (
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
)
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.passing import (
    as_if_signed_in,
    passing_roles,
    without_role,
)
from shipworthy.prototype.handlers.sent import NAMED, WRITTEN
from shipworthy.prototype.handlers.standing import Caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex


def of_tenants(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What administrators of one tenant may do to the rows of whichever tenant they name."""
    if effect.kind is not EffectKind.QUERY or effect.has(*PAST_ROLE):
        return None
    named = frozenset(str(o) for o in _named(effect, ownership))
    if not named or any(g.check is Check.OWNER and g.about & named for g in effect.guards):
        return None
    roles = [role for role in passing_roles(effect) if _OF_TENANT.match(role)]
    if not roles:
        return None
    judged = of_foreign(as_if_signed_in(handler), without_role(effect), kind, who, ownership)
    if judged is None or judged.breach is not Breach.FOREIGN:
        return None
    added = kind is Harm.ADD and ownership.fences(effect.target)
    sure = Confidence.HIGH if added else judged.confidence
    return replace(judged, confidence=sure, why=" ".join(named), roles=" or ".join(roles))


def _named(effect: Effect, ownership: Ownership) -> Iterator[Origin]:
    """What the caller sends to say whose tenant it is, where nothing of his own goes before it."""
    parts = ("filter:", "value:") if effect.operation in ("insert", "upsert") else ("filter:",)
    for part in parts:
        for name, origins in effect.of(part):
            sent = [o for o in origins if o.is_input]
            begin = part if part == "filter:" else WRITTEN
            freely = len(sent) == len(origins) or f"{begin}{name}{NAMED}" in effect.literals
            if sent and freely and snake(name) in ownership.tenants:
                yield from sent


_OF_TENANT = regex(
    r"^(client|company|org|organi[sz]ation|tenant|school|clinic|workspace|church|business|sub_?account|hospital|restaurant"
    r"|hotel|gym|salon|club|branch)[_ -]?(admin(istrator)?|owner|manager|staff|user|member|operator)$",
    re.IGNORECASE,
)
"""Roles that by their name count in one tenant alone."""
