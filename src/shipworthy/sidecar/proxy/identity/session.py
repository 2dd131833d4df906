"""What surrounds a login: sessions that lost their ID token, and tokens too large for a cookie."""

from __future__ import annotations

from shipworthy.sidecar.policy import Login
from shipworthy.sidecar.proxy.identity.script import in_route, script
from shipworthy.sidecar.proxy.typed import Message

NAME = "shipworthy.session"


def session_filter() -> Message:
    """The filter, in front of the login's."""
    return script(NAME, "session.lua")


def of_route(login: Login, *, known: bool, reached: bool) -> Message:
    """The part of a route that tells the script where people come back from the provider, and whether
    the route is closed: it asks for a login, and the provider was not reached."""
    if known and not reached:
        return in_route(NAME, callback=login.callback, closed=_CLOSED)
    return in_route(NAME, callback=login.callback)


_CLOSED = "Nobody can sign in at the moment: the sign-in provider does not answer."
