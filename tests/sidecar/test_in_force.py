"""Which policy is in force, and what is open while nobody can sign in."""

from __future__ import annotations

import pytest

from shipworthy.sidecar.in_force import CannotOpen, InForce, opened
from shipworthy.sidecar.policy import Login, Need, Policy, Ports, Route, Who

ADMIN = Route(path="/admin", need=Need(Who.ROLE, "admin"))
ACCOUNT = Route(path="/account", need=Need(Who.USER))
PARTNER = Route(path="/partner", need=Need(Who.KEY, "partner"))
CLOSED = Route(path="/internal", need=Need(Who.NOBODY))
PUBLIC = Route(path="/", need=Need(Who.ANYONE))


def opening(**parts: object) -> InForce:
    return opened(InForce(Policy(**parts), None))  # type: ignore[arg-type]


def test_without_login_what_needs_somebody_is_open_and_named() -> None:
    found = opening(routes=[ADMIN, ACCOUNT, PUBLIC])
    assert [route.need.who for route in found.policy.routes] == [Who.ANYONE] * 3
    assert found.unprotected == (
        "/admin, which needs the role admin",
        "/account, which needs somebody who is signed in",
    )


def test_what_nobody_may_see_stays_closed() -> None:
    assert opening(routes=[CLOSED]).policy.routes == [CLOSED]


def test_routes_for_keys_stay_closed_where_there_are_keys() -> None:
    assert opening(routes=[PARTNER], keys={"partner": "env:KEY"}).policy.routes == [PARTNER]
    assert opening(routes=[PARTNER]).unprotected == ("/partner, which needs an API key",)


def test_the_rest_is_opened_and_named_too() -> None:
    found = opening(default=Need(Who.USER))
    assert found.policy.default == Need(Who.ANYONE)
    assert found.unprotected == ("everything else, which needs somebody who is signed in",)


def test_the_login_is_gone_with_it() -> None:
    login = Login(issuer="https://id.example.com", client_id="a", client_secret="env:A")
    assert opening(login=login).policy.login is None


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.7"])  # noqa: S104
def test_nothing_is_opened_where_others_reach_it(bind: str) -> None:
    with pytest.raises(CannotOpen, match="everybody who reaches"):
        opening(ports=Ports(bind=bind), routes=[ADMIN])
