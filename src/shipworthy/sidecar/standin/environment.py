"""The variables under which a prototype looks for its Supabase project, with the stand-in's values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.sidecar.standin.keys import Keys

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PREFIXES = ("", "VITE_", "NEXT_PUBLIC_", "REACT_APP_", "EXPO_PUBLIC_", "PUBLIC_", "NUXT_PUBLIC_")
_SECRET = re.compile(r"SERVICE|SECRET")
_PUBLIC = re.compile(r"ANON|PUBLISHABLE|SUPABASE_KEY|PUBLIC_KEY")


def environment_of(prototype: Prototype, public_url: str, keys: Keys) -> dict[str, str]:
    """A value for each variable under which prototypes look for their project, and for those of this one."""
    given: dict[str, str] = {}
    for prefix in _PREFIXES:
        given[f"{prefix}SUPABASE_URL"] = public_url
        given[f"{prefix}SUPABASE_ANON_KEY"] = keys.anon
        given[f"{prefix}SUPABASE_PUBLISHABLE_KEY"] = keys.anon
        given[f"{prefix}SUPABASE_PROJECT_ID"] = "standin"
    given["SUPABASE_SERVICE_ROLE_KEY"] = keys.service
    given["SUPABASE_JWT_SECRET"] = keys.secret
    for read in prototype.environment:
        if read.name in given or "SUPABASE" not in read.name:
            continue
        if "URL" in read.name and "DATABASE" not in read.name and "DB" not in read.name:
            given[read.name] = public_url
        elif _PUBLIC.search(read.name):
            given[read.name] = keys.anon
        elif _SECRET.search(read.name) and not read.reaches_browser:
            given[read.name] = keys.secret if "JWT" in read.name else keys.service
    return given
