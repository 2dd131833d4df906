"""Which Supabase edge functions stand behind the platform's own check of a token (`verify_jwt`)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.deployed_open import deployed_open, function_of
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards
from shipworthy.prototype.routes.route import Route

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_CONFIG = "supabase/config.toml"
_FUNCTIONS = "supabase/functions/"


def gateway_guards(prototype: Prototype, route: Route) -> Guards:
    """The platform's check, which is on unless the configuration turns it off for a function, or what
    deploys it does."""
    name = function_of(route)
    if not name:
        return NO_GUARDS
    above = route.location.path.partition(_FUNCTIONS)[0]
    settings = _functions(prototype, above + _CONFIG).get(name)
    if isinstance(settings, dict) and settings.get("verify_jwt") is False:
        return NO_GUARDS
    if deployed_open(prototype, route) is not None:
        return NO_GUARDS
    where = route.location
    return frozenset({Guard(Check.PLATFORM, frozenset(), "verify_jwt", where.path, where.line)})


def _functions(prototype: Prototype, path: str) -> dict[str, object]:
    file = prototype.files.get(path)
    if file is None or not file.text:
        return {}
    return _read(file.text)


@lru_cache(maxsize=8)
def _read(text: str) -> dict[str, object]:
    """What the configuration says of each function. Kept: every function asks."""
    try:
        found = tomllib.loads(text).get("functions")
    except tomllib.TOMLDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
