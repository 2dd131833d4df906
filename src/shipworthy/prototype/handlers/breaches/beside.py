"""What some routes let only certain roles do, and a route beside them lets every user do."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import NOTES
from shipworthy.prototype.handlers.breaches.breach import SETTLING, Breach, Judged
from shipworthy.prototype.handlers.breaches.power import of_staff, writes_power
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import COMPARED
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import Ownership, deed_of, plain
from shipworthy.prototype.handlers.standing import Caller, is_of_caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.prototype.handlers.writes import is_told, writes
from shipworthy.regex import regex

_TENANT = regex(
    r"(tenant|org|organi[sz]ation|company|workspace|team|school|clinic|church|agency|business|account)(_?id)?$",
    re.IGNORECASE,
)
_MEMBERS = regex(
    r"(^|_)(members?|memberships?|invites?|invitations?|(org|organi[sz]ation|team|workspace|tenant|company)_(users?|roles?))$"
)
_TENANTS = regex(
    r"^(orgs?|organi[sz]ations?|workspaces?|teams?|tenants?|compan(y|ies)|agenc(y|ies)|businesse?s?)$"
)
_HIS_DOING = regex(r"accept|decline|join|leave|onboard|set-?up|profile|(^|[/ ])me([/ ]|$)", re.I)


def of_beside(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """A write that every user may do, where other routes ask for a role to do the same."""
    if effect.kind is not EffectKind.QUERY or kind not in (Harm.ADD, Harm.CHANGE, Harm.DELETE):
        return None
    if effect.has(*SETTLING) or of_staff(effect) or _HIS_DOING.search(handler.name):
        return None
    if (
        _shows_its_secret(effect)
        or _is_his_own(effect)
        or _is_by_the_way(handler, effect)
        or NOTES.search(effect.target)
    ):
        return None
    table, deed = snake(effect.target), deed_of(effect)
    if kind is Harm.ADD and _TENANTS.match(table):
        return None  # whoever comes founds one of his own
    governs = bool(_MEMBERS.search(table) or (_TENANTS.match(table) and kind is not Harm.ADD))
    deeds = (deed, *_NO_LESS[deed]) if governs else (deed,)
    sister = ownership.asked_for_a_role(effect.target, *deeds)
    power = writes_power(effect, ownership) and governs
    if not governs and (not sister or ownership.of(effect.target) is True):
        return None
    if not sister and not (ownership.has_roles and kind is not Harm.ADD and governs):
        return None
    severity = Severity.CRITICAL if power else Severity.HIGH if governs else Severity.MEDIUM
    told = sister or power
    compared = any(g.check is Check.OWNER and g.how == COMPARED for g in effect.guards)
    sure = Confidence.HIGH if told and not compared else Confidence.LOW
    return Judged(Breach.BESIDE, effect, kind, who, severity, sure, sister)


_NO_LESS = {"add": (), "change": ("add",), "delete": ("change", "add")}
"""Of members and invitations: whoever may not do the one may not do the other either."""


def _shows_its_secret(effect: Effect) -> bool:
    """True for a row whose own secret was compared before: a link to edit it, which its maker was sent."""
    return any(
        g.check is Check.OWNER
        and g.how.endswith(("compare", "verify"))
        and any(
            o.is_input and str(o) in g.about for _, found in effect.of("filter:") for o in found
        )
        for g in effect.guards
    )


def _is_his_own(effect: Effect) -> bool:
    """True for a row that is found or kept by who the caller is, not by the organisation he is in."""
    columns = [*effect.of("filter:")]
    if effect.operation in ("insert", "upsert"):
        columns += effect.of("value:")
    return any(
        not _TENANT.search(snake(name)) and not _TENANT.search(origin.key.rpartition(".")[2])
        for name, origins in columns
        for origin in origins
        if is_of_caller(origin) and not any(by.is_input for by in origin.by)
    )


def _is_by_the_way(handler: Handler, effect: Effect) -> bool:
    """True for what follows from something else that the caller does: stock after an order."""
    if effect.operation == "delete":
        others = [
            e
            for e in writes(handler)
            if plain(e.target) != plain(effect.target) and not NOTES.search(e.target)
        ]
        return any(deed_of(e) == "add" for e in others)
    if not is_told(effect):
        return True
    return any(
        plain(e.target) != plain(effect.target)
        and e.operation == "insert"
        and not NOTES.search(e.target)
        for e in writes(handler)
    )
