"""Which schemas of the database the platform's REST interface serves, by its settings and its clients.

https://supabase.com/docs/guides/api/using-custom-schemas
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import read_toml
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_OF_CLIENT = regex(r"\bdb\s*:\s*\{\s*schema\s*:\s*[\"'](\w+)[\"']")
_OF_THE_PLATFORM = ("graphql_public", "storage", "auth", "extensions")


def exposed_schemas(prototype: Prototype) -> tuple[str, ...]:
    """`public`, those that `supabase/config.toml` lists, and those that a client in the code asks for."""
    found = {"public": None}
    settings = prototype.files.get("supabase/config.toml")
    listed = read_toml(settings.text or "") if settings else {}
    api = listed.get("api")
    schemas = api.get("schemas") if isinstance(api, dict) else None
    found |= dict.fromkeys(s for s in schemas or () if isinstance(s, str))
    for file in prototype.of_role(Role.PRODUCT):
        if file.text and "createClient" in file.text:
            found |= dict.fromkeys(_OF_CLIENT.findall(file.text))
    return tuple(name for name in found if name not in _OF_THE_PLATFORM)
