"""Tables whose rows make somebody more than a user."""

from __future__ import annotations

from shipworthy.regex import regex

_ADMINISTRATORS = regex(
    r"(^|_)(super_?|platform_?|system_?)?(admins?|administrators?|administradores|superusers?)"
    r"($|_(users?|members?|roles?|accounts?|permissions?|(white|allow)_?list|emails?)$)|^super_?admins?"
)
_STAFF = regex(
    r"(^|_)(staff|moderators?|operators?|dispatchers?|editors?|reviewers?)($|_(users?|members?|(white|allow)_?list)$)"
)


def lists_the_powerful(table: str, *, of_tenants: bool) -> bool:
    """True for a table in which a row makes somebody more than a user; staff of a tenant are its members."""
    return bool(_ADMINISTRATORS.search(table) or (_STAFF.search(table) and not of_tenants))
