"""fastapi-users: the dependencies that give whoever is signed in."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.requests import principal
from shipworthy.prototype.handlers.values import Value, from_origins, replace

_TRUTHY = frozenset({"truthy"})


def _current_user(walk: Evaluation, site: Site) -> Value:
    """`users.current_user(optional=True)`, `users.current_user(superuser=True)`."""
    said = {key for key, value in site.named.items() if value.literal is True}

    def run(walk: Evaluation, later: Site) -> Value:
        if "optional" in said:
            return principal(walk, site.what, later.call.at)
        walk.passed(Check.SESSION, site.what, later.call.at)
        if "superuser" in said:
            walk.passed(Check.ROLE, "superuser", later.call.at)
        return replace(from_origins(Origin("principal")), what="principal", tags=_TRUTHY)

    return Value(native=run, tags=_TRUTHY)


_USERS = "fastapi_users.FastAPIUsers()"
CALLS = {
    f"{_USERS}.{name}": _current_user
    for name in ("current_user", "authenticator.current_user", "get_current_user")
}
