"""Accounts of staff that whoever comes makes, as long as nobody has one yet."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Guard, Handler
from shipworthy.prototype.handlers.reaching import is_live, is_open
from shipworthy.prototype.handlers.standing import in_database
from shipworthy.regex import regex

_ROLE = regex(r"^(\w+\.)?(user_?)?role$", re.IGNORECASE)
_STAFF = regex(r"admin|owner|super|head|manager|root|staff", re.IGNORECASE)
_HOLDERS = regex(r"user|account|member|staff|admin|employee|profile", re.IGNORECASE)
_ADMINISTRATORS = regex(r"(^|_)(super_?)?admin(istrator)?s?(_?users?)?$", re.IGNORECASE)
_WAITS = regex(r"pending|inactive|invited|disabled|unverified|await", re.IGNORECASE)


def for_the_first(handler: Handler) -> tuple[Effect, Effect] | None:
    """What asks whether somebody has a role of staff, and what then writes the role that a stranger has
    sent; None where an entry point does no such thing."""
    for number, written in enumerate(handler.effects):
        if not _gives_role(written) or in_database(written) or not is_live(written):
            continue
        if not (is_open(handler, written) or written.has(Check.FIRST)):
            continue
        for asked in handler.effects[:number]:
            if _asks_for_staff(asked) and asked.target == written.target:
                return asked, written
    return None


def sets_up(handler: Handler) -> tuple[Guard, Effect] | None:
    """What asks whether somebody has an account, and what makes the first of staff out of the request;
    None where an entry point does no such thing, or wants to know a secret."""
    for written in handler.effects:
        asked = next((g for g in written.guards if g.check is Check.FIRST), None)
        if asked is None or in_database(written) or not is_live(written):
            continue
        if not written.has(Check.SECRET, Check.SIGNATURE) and _makes_staff(written):
            return asked, written
    return None


def _makes_staff(effect: Effect) -> bool:
    """True for the row of who signs up, or of his role, to which the code itself gives a role of staff."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in ("insert", "upsert"):
        return False
    said = (
        effect.literals.get(f"value:{name}", "")
        for name, _ in effect.of("value:")
        if _ROLE.match(name)
    )
    sent = any(o.is_input or o.kind == "row" for _, origins in effect.of("value:") for o in origins)
    if sent and _ADMINISTRATORS.search(effect.target):
        return True
    return sent and bool(_HOLDERS.search(effect.target)) and any(map(_STAFF.search, said))


def _gives_role(effect: Effect) -> bool:
    """True for a row of somebody that may act at once with a role out of the request."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in ("insert", "upsert"):
        return False
    if not _HOLDERS.search(effect.target):
        return False
    if any(_WAITS.search(effect.literals.get(f"value:{name}", "")) for name in ("status", "state")):
        return False
    return any(
        _ROLE.match(name) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
    )


def _asks_for_staff(effect: Effect) -> bool:
    """`select count(*) from users where role = 'admin'`."""
    if effect.kind is not EffectKind.QUERY or effect.operation != "select":
        return False
    return any(
        _ROLE.match(name) and _STAFF.search(effect.literals.get(f"filter:{name}", ""))
        for name, _ in effect.of("filter:")
    )
