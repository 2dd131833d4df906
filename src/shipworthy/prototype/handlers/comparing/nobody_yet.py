"""What it proves that no account is there yet: whoever comes is the first, who sets everything up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Effect,
    EffectKind,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards, Value
from shipworthy.prototype.privacy.categories import snake
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

_ACCOUNTS = regex(
    r"^(accounts?|profiles?|staff)$|(^|_)((super_?)?admins?(_?users?)?|users?(_?(accounts?|profiles?|roles?))?)$"
)
_OF_STAFF = regex(r"^(\w+\.)?(user_?)?(role|is_?(super_?)?admin|is_?active)$", re.IGNORECASE)
_COUNTED = frozenset({"", "length", "count", "rowCount", "rowcount"})
_ASKS = AUTHENTICATES | {Check.ROLE, Check.OWNER, Check.REFUSES, Check.UNCLEAR}


def nobody_yet(walk: Evaluation, value: Value, at: int) -> Guards:
    """What holds where a first row or a count of the accounts, or of those of staff, is empty."""
    if not value.origins or not all(_is_of_all(walk, origin) for origin in value.origins):
        return NO_GUARDS
    return frozenset({walk.guard(Check.FIRST, "no account is there yet", at)})


def set_up_once(one: Guards, other: Guards) -> Guards:
    """What is asked on one of two ways, where the other is open as long as nobody has an account."""
    for first, asked in ((one - other, other - one), (other - one, one - other)):
        alone = frozenset(g for g in first if g.check is Check.FIRST)
        if alone and (kept := frozenset(g for g in asked if g.check in _ASKS)):
            return alone | kept
    return NO_GUARDS


def _is_of_all(walk: Evaluation, origin: Origin) -> bool:
    if origin.kind != "row" or origin.key not in _COUNTED:
        return False
    if not _ACCOUNTS.search(snake(origin.name)) or any(o.kind != "literal-role" for o in origin.by):
        return False
    return any(
        all(_OF_STAFF.match(name) and not found for name, found in _filters(effect))
        for effect in walk.effects
        if effect.kind is EffectKind.QUERY
        and effect.operation == "select"
        and effect.target == origin.name
    )


def _filters(effect: Effect) -> Iterable[tuple[str, Origins]]:
    """By which columns rows are asked for, and what with: an unknown value is no word of the code."""
    for name, found in effect.of("filter:"):
        yield name, found if f"filter:{name}" in effect.literals else _UNKNOWN


_UNKNOWN = frozenset({Origin("unknown")})
