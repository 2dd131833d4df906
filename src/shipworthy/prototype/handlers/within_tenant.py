"""Rows of which no more is asked than that they are of the caller's organisation."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.standing import is_of_caller
from shipworthy.regex import regex

_TENANT = regex(
    r"^(tenant|org|organi[sz]ation|company|workspace|school|clinic|church|agency|business)(_?id)?$",
    re.IGNORECASE,
)
_ROW = regex(r"^a row of (\w+) of the caller$")


def is_asked_of_tenant_alone(handler: Handler, effect: Effect) -> bool:
    """True where the caller names a row of whoever he likes within his organisation: it was looked for by its
    id and the organisation of the caller, and nothing else was asked of whose it is."""
    owned = [g for g in effect.guards if g.check is Check.OWNER]
    before = handler.effects[: handler.effects.index(effect)]
    named = {str(o) for o in effect.inputs.get("filter:id", ()) if o.is_input}
    if not named or not any(named & g.about for g in owned):
        return False
    for guard in owned:
        found = _ROW.match(guard.how)
        asked = [
            e
            for e in before
            if found is not None
            and e.kind is EffectKind.QUERY
            and e.operation == "select"
            and e.target == found[1]
            and guard.about & {str(o) for _, origins in e.of("filter:") for o in origins}
        ]
        if not asked or not all(map(_is_by_tenant, asked)):
            return False
    return not any(
        is_of_caller(o) and not _says_tenant(name, o)
        for name, origins in effect.of("filter:")
        for o in origins
    )


def _is_by_tenant(asked: Effect) -> bool:
    bound = [(n, o) for n, found in asked.of("filter:") for o in found if is_of_caller(o)]
    return bool(bound) and all(_says_tenant(name, origin) for name, origin in bound)


def _says_tenant(column: str, origin: Origin) -> bool:
    key = origin.key.rpartition(".")[2]
    return bool(_TENANT.match(snake(column)) and _TENANT.match(snake(key)))
