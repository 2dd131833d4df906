"""Who else than the pages of the prototype calls it: sites that it names itself, and apps on phones."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.prototype import Prototype
from shipworthy.prototype.cors.allowed import AllowedOrigin

_NATIVE = frozenset({"expo", "react-native"})
# The pages of an app that Capacitor packs for Android: https://capacitorjs.com/docs/config (androidScheme).
# On iOS they come from capacitor://localhost, which a policy cannot name.
_PACKED = ("https://localhost",)


@dataclass(frozen=True, slots=True)
class OtherOrigins:
    """The origins with the place that names them; `native` is the folder of an app that sends no origin."""

    origins: dict[str, str]
    native: str | None = None


def other_origins(prototype: Prototype) -> OtherOrigins:
    """The other origins that a prototype is written to be called from."""
    found: dict[str, str] = {}
    for rule in prototype.cors_rules:
        if rule.origin is not AllowedOrigin.LISTED or "supabase/functions/" in rule.location.path:
            continue
        last = max(rule.location.end_line, rule.location.line)
        for use in prototype.hosts:
            same = use.location.path == rule.location.path
            if same and rule.location.line <= use.location.line <= last and "*" not in use.host:
                found.setdefault(f"https://{use.host}", use.location.path)
    native = None
    for part in prototype.stack.parts if prototype.servers else ():
        if _NATIVE & set(part.frameworks):
            native = part.folder
        elif "capacitor" in part.frameworks:
            found |= dict.fromkeys(_PACKED, f"{part.folder}/package.json".lstrip("/"))
    return OtherOrigins(dict(sorted(found.items())), native)
