"""Whether anybody ever signs in at the platform: else its clients act for nobody, and row security cannot
tell one caller from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LOOKS = frozenset({"getSession", "get_session", "signOut", "sign_out", "onAuthStateChange"})
_ASKS = frozenset({"getUser", "get_user", "getClaims", "get_claims"})
_FORMS = ("@supabase/auth-ui", "@supabase/auth-js", "@supabase/gotrue-js")
_ADDRESSES = ("/auth/v1/", "SUPABASE_JWT_SECRET")


def server_signs_in(prototype: Prototype) -> bool:
    """True where server code signs somebody in: a client of its module then has the login of whoever came
    last."""
    return any(
        query.operation == "auth"
        and query.method not in _LOOKS | _ASKS
        and query.location.path in prototype.server_modules
        for query in prototype.queries
    )


def signs_in_at_platform(prototype: Prototype) -> bool:
    """True where somebody signs in at Supabase, or a server asks it who somebody is: then an app that is not
    in this repository may sign him in. A page that only asks finds nobody where nobody signs in."""
    for query in prototype.queries:
        if query.operation != "auth" or query.method in _LOOKS:
            continue
        if query.method not in _ASKS or query.location.path in prototype.server_modules:
            return True
    if any(
        found.specifier.startswith(_FORMS)
        for facts in prototype.facts.values()
        for found in facts.imports
    ):
        return True
    texts = (prototype.files[path].text or "" for path in prototype.facts)
    return any(address in text for text in texts for address in _ADDRESSES)
