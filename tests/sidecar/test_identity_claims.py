"""What the prototype is told of who was verified: the same whether Envoy or the script tells it."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.check.credentials import signed_hs256
from shipworthy.sidecar.policy import Policy, Resilience, Tokens
from shipworthy.sidecar.proxy import Configuration
from shipworthy.sidecar.proxy.identity import claims

SECRET = "a secret of at least thirty-two bytes"
SECRETS = {"SECRET": SECRET}
ISSUER = "https://a.example/"
NAMES = ("x-user", "x-user-issuer", "x-user-email", "x-user-role")
SOURCE = Tokens(issuer=ISSUER, audiences=["app"], secret="env:SECRET", role_claim=["app", "role"])
# The role of Auth0 stands in a claim that is named by a URL.
BY_URL = Tokens(
    issuer="https://b.example/",
    audiences=["app"],
    secret="env:SECRET",
    role_claim=["https://b.example/roles"],
)
POLICY = Policy(tokens={"a": SOURCE, "b": BY_URL}, csrf=None, resilience=Resilience(health=""))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    place = tmp_path_factory.mktemp("claims")
    with program() as (app, asked), surrounded(place, app, POLICY, secrets=SECRETS) as front:
        yield front, asked


@pytest.fixture(scope="module")
def without_script(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Front, list[Seen]]]:
    place = tmp_path_factory.mktemp("plain")
    with (
        program() as (app, asked),
        surrounded(place, app, POLICY, secrets=SECRETS, change=no_script) as front,
    ):
        yield front, asked


def no_script(whole: Configuration) -> Configuration:
    """The configuration without what runs where claims are not plain."""

    def changed(part: Any) -> Any:
        if isinstance(part, list):
            return [changed(one) for one in part]
        if not isinstance(part, dict):
            return part
        return {name: changed(value) for name, value in part.items() if name != "on_no_match"}

    return dataclasses.replace(whole, listeners=changed(whole.listeners))


def told(running: tuple[Front, list[Seen]], **more: Any) -> tuple[list[str], ...]:
    """What the prototype gets under each name, with a token of these claims."""
    front, asked = running
    body = {"iss": ISSUER, "aud": "app", "sub": "u1", "exp": int(time.time()) + 600} | more
    token = signed_hs256({n: v for n, v in body.items() if v is not None}, SECRET.encode())
    with front.client() as client:
        assert client.get("/", headers={"authorization": f"Bearer {token}"}).status_code == 200
    return tuple(asked[-1].of(name) for name in NAMES)


PLAIN = {
    "nothing but a subject": ({}, (["u1"], [ISSUER], [], [])),
    "an address": ({"email": "a+b@c.example"}, (["u1"], [ISSUER], ["a+b@c.example"], [])),
    "a confirmed address": (
        {"email": "a@c.example", "email_verified": True},
        (["u1"], [ISSUER], ["a@c.example"], []),
    ),
    "a role": ({"app": {"role": "admin"}}, (["u1"], [ISSUER], [], ["admin"])),
    "a subject of signs": ({"sub": "auth0|5-a_~!"}, (["auth0|5-a_~!"], [ISSUER], [], [])),
}
OTHERS = {
    "an address that was never confirmed": (
        {"email": "a@c.example", "email_verified": False},
        (["u1"], [ISSUER], [], []),
    ),
    "a list of roles": (
        {"app": {"role": ["admin", "a,b"]}},
        (["u1"], [ISSUER], [], ["admin,a%2Cb"]),
    ),
    "one role in a list": ({"app": {"role": ["admin"]}}, (["u1"], [ISSUER], [], ["admin"])),
    "a role with a comma": ({"app": {"role": "x,admin"}}, (["u1"], [ISSUER], [], ["x%2Cadmin"])),
    "a role with a space": ({"app": {"role": "an admin"}}, (["u1"], [ISSUER], [], ["an%20admin"])),
    "a role that is a table": ({"app": {"role": {"admin": True}}}, (["u1"], [ISSUER], [], [])),
    "a role that is no text": ({"app": {"role": True}}, (["u1"], [ISSUER], [], ["true"])),
    "letters beyond ASCII": (
        {"email": "ü@c.example"},
        (["u1"], [ISSUER], ["%C3%BC@c.example"], []),
    ),
    "a percent sign": ({"sub": "u%0d"}, (["u%250d"], [ISSUER], [], [])),
    "a line that ends": (
        {"sub": "u1\r\nx-user-role: admin"},
        (["u1%0D%0Ax-user-role:%20admin"], [ISSUER], [], []),
    ),
    "an address with a line that ends": (
        {"email": "a\r\nx-user: root"},
        (["u1"], [ISSUER], ["a%0D%0Ax-user:%20root"], []),
    ),
    "a role with a NUL": ({"app": {"role": "a\0b"}}, (["u1"], [ISSUER], [], ["a%00b"])),
    "a subject that is a number": ({"sub": 7}, ([], [], [], [])),
    "no subject": ({"sub": None, "email": "a@c.example"}, ([], [], [], [])),
    "a claim named by a URL": (
        {"iss": "https://b.example/", "https://b.example/roles": "admin"},
        (["u1"], ["https://b.example/"], [], ["admin"]),
    ),
}


@pytest.mark.parametrize("name", PLAIN | OTHERS)
def test_claims_become_headers_that_nobody_can_misread(
    running: tuple[Front, list[Seen]], name: str
) -> None:
    given, expected = (PLAIN | OTHERS)[name]
    assert told(running, **given) == expected


@pytest.mark.parametrize("name", PLAIN)
def test_plain_claims_need_no_script(without_script: tuple[Front, list[Seen]], name: str) -> None:
    given, expected = PLAIN[name]
    assert told(without_script, **given) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_without_the_script_no_other_claims_become_headers(
    without_script: tuple[Front, list[Seen]], name: str
) -> None:
    assert told(without_script, **OTHERS[name][0]) == ([], [], [], [])


def test_no_filter_looks_for_claims_where_no_policy_has_any(tmp_path: Any) -> None:
    with program() as (app, asked), surrounded(tmp_path, app, Policy()) as front:
        told = json.dumps(front.proxy.configuration.listeners)
        assert claims.NAME not in told
        with front.client() as client:
            headers = {"x-user": "root", "authorization": "Bearer a.b.c"}
            assert client.get("/", headers=headers).status_code == 200
        [seen] = [s for s in asked if s.of("authorization")]
        assert seen.of("x-user") == []
