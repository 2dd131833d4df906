"""What only some may do: administrators, staff, those who govern others."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import is_private
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.posts import OF_ACCOUNTS
from shipworthy.prototype.handlers.standing import Caller, by_credential
from shipworthy.prototype.handlers.weight import (
    Harm,
    harm,
    revealed,
)
from shipworthy.prototype.handlers.writes import raised
from shipworthy.regex import regex


def governs(effect: Effect, ownership: Ownership) -> bool:
    """True for a table that says what everybody pays or may do, and belongs to no user."""
    if ownership.of(effect.target) is True or ownership.lists_posts(effect.target):
        return False
    return _GOVERNING.search(effect.target) is not None or ownership.tells_rights(effect)


_GOVERNING = regex(
    r"(^|_)(promo(tion)?s?(_?codes?)?|coupons?|vouchers?|gift_?cards?|discounts?(_\w+)?|pricing(_\w+)?|prices?|rate_?cards?(_\w+)?"
    r"|(subscription_|pricing_)?plans?|roles?|permissions?|role_permissions?|tax_?rates?|shipping_?rates?"
    r"|commissions?(_\w+)?|fees?|fee_settings)$",
    re.IGNORECASE,
)


def of_government(effect: Effect, kind: Harm, who: Caller, ownership: Ownership) -> Judged | None:
    """What only some may decide, open to every user; a question where nobody has a role at all."""
    if kind not in (Harm.ADD, Harm.CHANGE, Harm.DELETE) or _is_redeemed(effect):
        return None
    severity = Severity.CRITICAL if writes_power(effect, ownership) else Severity.HIGH
    sure = Confidence.HIGH if ownership.has_roles else Confidence.LOW
    return Judged(Breach.ADMIN, effect, kind, who, severity, sure)


def _is_redeemed(effect: Effect) -> bool:
    """True where a coupon is used: how often it has been goes up, and nothing that was sent is written."""
    values = dict(effect.of("value:"))
    names = {*values, *(name[6:] for name in effect.literals if name.startswith("value:"))}
    names |= raised(effect)
    sent = any(o.is_input for found in values.values() for o in found)
    return bool(names) and not sent and all(map(_USES.search, names))


_USES = regex(
    r"(^|_)us(es?|ed|age)|[a-z]Us(es?|ed|age)|usage|redee?m|(?<!dis)count|(^|_)updated|updatedAt"
)


POWER = regex(
    r"^(user_?)?(roles?|permissions?|is_?(super_?)?admin|is_?superuser|access_?level)$",
    re.IGNORECASE,
)


def writes_power(effect: Effect, ownership: Ownership) -> bool:
    """True where a role, a right or an administrator of persons is written."""
    if harm(effect) is Harm.READ or ownership.lists_posts(effect.target):
        return False
    if effect.operation == "delete" and not OF_ACCOUNTS.match(effect.target):
        return False  # a part in a play, or a right that nobody has any more
    if re.search(r"(^|_)(user_?)?(roles?|permissions?|admins?)$", effect.target, re.IGNORECASE):
        return not _names_posts(effect)
    if adds_administrator(effect) or ownership.tells_rights(effect):
        return True
    return any(
        POWER.search(name) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
        if "role" not in name.lower() or not effect.target or _HOLDERS.search(effect.target)
    )


def adds_administrator(effect: Effect) -> bool:
    """True where the caller says what the row of a new administrator holds."""
    added = effect.operation == "insert" and _ADMINISTRATORS.search(effect.target)
    return bool(added) and any(o.is_input for _, found in effect.of("value:") for o in found)


_ADMINISTRATORS = regex(r"(^|_)(super_?)?admin_?(users?|accounts?|profiles?)$", re.IGNORECASE)


def makes_administrator(handler: Handler, effect: Effect) -> bool:
    """True for the account of whoever comes, to which the code itself gives all rights: not for the first of
    a company that is made with it, nor for one who was invited."""
    if effect.kind is not EffectKind.QUERY or effect.operation != "insert":
        return False
    values = dict(effect.of("value:"))
    typed = (found for name, found in values.items() if _PASSWORD.search(name))
    own = any(origin.is_input for found in typed for origin in found)
    if not own or any(map(_OF_TENANT.search, values)) or by_credential(handler, effect):
        return False
    if any(_OF_TENANT.search(other.target) for other in handler.effects if _adds(other)):
        return False
    known = (g.about for g in effect.guards if g.check is Check.ALLOWED)
    if any(_WHO.search(name) for about in known for name in about):
        return False  # only some addresses, or whoever knows a code
    said = {name: effect.literals.get(f"value:{name}", "") for name in values}
    return bool(_ALL_ADMINISTRATORS.search(effect.target)) or any(
        (_ROLE.search(name) and _ADMINISTRATOR.match(text))
        or (_FLAG.search(name) and text.lower() == "true")
        for name, text in said.items()
    )


def _adds(effect: Effect) -> bool:
    return effect.kind is EffectKind.QUERY and effect.operation in ("insert", "upsert")


_PASSWORD = regex(r"passw|pwd|hash", re.IGNORECASE)
_OF_TENANT = regex(
    r"tenant|org(ani[sz]ation)?s?(_|$)|compan|workspace|team|school|clinic|agenc|shop|store|household"
    r"|business|hospital|restaurant|church|hotel|club|famil",
    re.IGNORECASE,
)
_WHO = regex(r"mail|domain|code|secret|key|token|phone", re.IGNORECASE)
_ROLE = regex(r"^(user_?)?(role|type)$", re.IGNORECASE)
_ADMINISTRATOR = regex(r"(super_?|site_?|system_?)?(admin(istrator)?|super_?user)$", re.IGNORECASE)
_FLAG = regex(r"^is_?(super_?)?(admin|superuser)$", re.IGNORECASE)
_ALL_ADMINISTRATORS = regex(r"^(super_?)?admin(istrator)?(s|_?users?|_?accounts?)$", re.IGNORECASE)


def _names_posts(effect: Effect) -> bool:
    """True for a list of roles that ties none to a person or a right: the names of posts in a company."""
    columns = [name for name, _ in effect.of("value:")]
    if not columns or not re.search(r"roles?$", effect.target, re.IGNORECASE):
        return False
    if OF_ACCOUNTS.match(effect.target):
        return False
    return not any(_TIES.search(name) or name == "value:*" for name in columns)


_TIES = regex(
    r"user|account|profile|member|employee|permission|right|scope|level|admin|access|role", re.I
)


_HOLDERS = regex(
    r"user|profile|account|member|role|staff|team|employee|admin|invit|access|person|people",
    re.IGNORECASE,
)
"""Tables in which a role is what somebody may do, not his part in a play or in a talk with a model."""


_ADMIN = regex(
    r"(^|[/_-])(super-?)?(admin|backoffice|back-office|moderation|internal|superuser)([/_-]|$)",
    re.I,
)


_OWN_ADMIN = regex(r"(admin-?check|is-?admin|check-?admin|admin/(me|session|login|verify))", re.I)


def is_admin(handler: Handler) -> bool:
    """True for an entry point whose own path says that it is for administrators, or its name, in which
    stands where its router hangs (`app.use("/api/admin", router)`)."""
    where = (handler.route.path, handler.name)
    return any(map(_ADMIN.search, where)) and not any(map(_OWN_ADMIN.search, where))


def of_admin(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What every signed-in user may do although only some should; None where that is not wrong."""
    if kind is Harm.READ and not is_private(effect, revealed(handler, effect), ownership):
        return None
    if kind in (Harm.ACCOUNT, Harm.RUN) or writes_power(effect, ownership):
        severity = Severity.CRITICAL
    elif kind in (Harm.ADD, Harm.CHANGE) and not effect.is_steered:
        severity = Severity.MEDIUM  # whoever calls can do no more than have it done once more
    else:
        severity = Severity.HIGH
    # Where nothing anywhere asks for a role, whoever is signed in may be the one administrator.
    known = ownership.has_roles or severity is Severity.CRITICAL
    sure = Confidence.HIGH if known and not of_staff(effect) else Confidence.LOW
    return Judged(Breach.ADMIN, effect, kind, who, severity, sure)


def of_staff(effect: Effect) -> bool:
    """True where the session is one of staff: `getAdminUser()`, a row of admin_sessions."""
    return any(
        g.check in (Check.SESSION, Check.OWNER)
        and (_STAFF.search(g.how) or _STAFF_FILE.search(g.path))
        for g in effect.guards
    )


_STAFF = regex(r"admin|staff|back_?office|operator", re.IGNORECASE)


_STAFF_FILE = regex(r"(admin|staff)[-_.]?(auth|session|guard|user)|auth[-_./](admin|staff)", re.I)
