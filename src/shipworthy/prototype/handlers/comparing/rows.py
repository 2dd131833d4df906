"""What it proves that a row is there which was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shipworthy.database.powerful import lists_the_powerful
from shipworthy.prototype.handlers.comparing.callers import SESSION_HOLDER
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    EffectKind,
    Guard,
    Origin,
)
from shipworthy.prototype.handlers.sent import KEY_OF_ROW
from shipworthy.prototype.handlers.values import (
    Guards,
    Value,
    all_origins,
    meet_all,
)
from shipworthy.prototype.privacy.categories import snake
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

CREDENTIAL = regex(
    r"(?:^|[._-])(?:\w*_)?(?:token|api_?-?key|secret|token_?hash|key_?hash|invite_?code|access_?code|public_?key|widget_?key"
    r"|share_?id|share_?code|otp|authorization)$",
    re.IGNORECASE,
)
"""Inputs that only who was given them can know: found among the rows, they are a check."""

_IDS = ("filter:id", "filter:uuid")


def is_there(walk: Evaluation, value: Value, at: int) -> Guards:
    """What it proves that a row is there; of rows that came in several ways, what all of them prove."""
    ways = [(all_origins(case), passed) for case, passed in value.cases]
    ways = [(origins, g) for origins, g in ways if any(o.kind == "row" for o in origins)]
    if len(ways) < 2 or not is_open_on_one(walk, (g for _, g in ways)):
        return frozenset(existing(walk, all_origins(value), at))
    return meet_all(passed | frozenset(existing(walk, origins, at)) for origins, passed in ways)


def is_open_on_one(walk: Evaluation, ways: Iterable[Guards]) -> bool:
    """True where nothing was asked of the caller on one of several ways to rows: `if (user) rows = …and
    user_id = …; else rows = …`. What decides between callers who are known may be a right."""
    return any(not any(g.check in _ASKED for g in passed | walk.guards) for passed in ways)


_ASKED = (*AUTHENTICATES, Check.PLATFORM, Check.ROLE, Check.OWNER, Check.UNCLEAR, Check.REFUSES)


def existing(walk: Evaluation, origins: Iterable[Origin], at: int) -> Iterable[Guard]:
    """What the existence of a row proves: found by the caller and by inputs, it ties them together."""
    for origin in origins:
        if origin.kind != "row":
            continue
        named = frozenset(_keys(walk, origin))
        if named:
            yield walk.guard(Check.VALID, KEY_OF_ROW, at, named)
        by_caller = [o for o in origin.by if o.kind == "principal"]
        if SESSION_HOLDER in origin.by:
            yield walk.guard(Check.SESSION, f"a row of {origin.name} by its token", at)
        asked = frozenset(str(o) for o in origin.by if o.is_input)
        if not by_caller and len(asked) > 1 and asked & proven(walk):
            # Found by an id and by something that is known to be the caller's: so is the id.
            yield walk.guard(Check.OWNER, f"a row of {origin.name} of the caller", at, asked)
            continue
        if not by_caller:
            keys = frozenset(
                str(o)
                for o in origin.by
                if o.is_input and (CREDENTIAL.search(str(o)) or _is_state(origin.name, o))
            )
            if keys:
                yield walk.guard(Check.API_KEY, f"a row of {origin.name} by its key", at, keys)
            continue
        powerful = lists_the_powerful(snake(origin.name), of_tenants=False)
        if powerful or any(o.kind == "literal-role" for o in origin.by):
            yield walk.guard(Check.ROLE, f"a row of {origin.name}", at)
        inputs = frozenset(str(o) for o in origin.by if o.is_input)
        if inputs:
            yield walk.guard(Check.OWNER, f"a row of {origin.name} of the caller", at, inputs)


def _is_state(table: str, asked: Origin) -> bool:
    """True for the `state` of OAuth that was kept when the sign-in began (RFC 6749, 10.12): only the
    browser that began it knows it."""
    return asked.key.lower() in ("state", "nonce") and _KEPT_STATES.search(table) is not None


_KEPT_STATES = regex(r"oauth|state|nonce|pkce|auth_?(flow|request)|handshake", re.IGNORECASE)


def _keys(walk: Evaluation, origin: Origin) -> Iterable[str]:
    """The inputs that are the id of a row, as they were sent, once it is known to be there."""
    asked = {str(by) for by in origin.by if by.is_input}
    if not asked:
        return
    for effect in walk.effects:
        if effect.kind is EffectKind.QUERY and effect.target == origin.name:
            for name in _IDS:
                found = {str(o) for o in effect.sent.get(name, ())}
                yield from found & asked


def proven(walk: Evaluation) -> frozenset[str]:
    """The inputs that an earlier check has tied to the caller."""
    return frozenset().union(*(g.about for g in walk.guards if g.check is Check.OWNER))
