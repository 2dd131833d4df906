"""What a provider says about itself is believed only where that is safe, and never waited for long."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from identity_provider import provider
from outside_server import outside
from running_proxy import Seen, program, surrounded

from shipworthy.sidecar import proxy
from shipworthy.sidecar.policy import Need, Policy, Resilience, Route, Tokens, Who
from shipworthy.sidecar.proxy.identity import ImpossibleNeed, discover
from shipworthy.sidecar.proxy.identity.provider import ProviderDown, UnfitProvider


def test_a_real_provider_is_found_with_all_its_addresses() -> None:
    with provider() as issuer:
        found = discover(issuer)
    assert found.issuer == issuer
    assert (found.authorization, found.token) == (
        f"{issuer}/oauth2/authorize",
        f"{issuer}/oauth2/token",
    )
    assert found.keys == f"{issuer}/jwks"
    assert found.basic


@pytest.fixture
def describing() -> Iterator[tuple[str, dict[str, Any]]]:
    """A provider that answers with whatever the test puts into the document."""
    document: dict[str, Any] = {}

    def answer(_: Seen) -> tuple[int, dict[str, str], bytes]:
        if "moved" in document:
            return 302, {"location": document["moved"]}, b""
        return 200, {"content-type": "application/json"}, json.dumps(document).encode()

    with program(answer) as (port, _):
        issuer = f"http://127.0.0.1:{port}"
        document.update(
            issuer=issuer,
            authorization_endpoint="https://id.example/authorize",
            token_endpoint="https://id.example/token",
            jwks_uri="https://id.example/keys",
        )
        yield issuer, document


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"issuer": "https://evil.example"}, "calls itself 'https://evil.example'"),
        ({"issuer": None}, "calls itself"),
        ({"token_endpoint": "http://id.example/token"}, "must be an https URL"),
        ({"jwks_uri": "http://id.example/keys"}, "must be an https URL"),
        ({"jwks_uri": "file:///etc/passwd"}, "must be an https URL"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "must be an https URL"),
        ({"authorization_endpoint": None}, "does not say its authorization_endpoint"),
        ({"token_endpoint_auth_methods_supported": ["tls_client_auth"]}, "takes no client secret"),
    ],
)
def test_what_no_login_could_trust_is_refused(
    describing: tuple[str, dict[str, Any]], changes: dict[str, Any], told: str
) -> None:
    issuer, document = describing
    document.update(changes)
    with pytest.raises(UnfitProvider, match=told):
        discover(issuer)


def test_a_provider_speaks_for_itself_and_not_by_a_redirect(
    describing: tuple[str, dict[str, Any]],
) -> None:
    issuer, document = describing
    document["moved"] = "https://evil.example/"
    with pytest.raises(ProviderDown, match="302"):
        discover(issuer)


def test_the_way_to_show_the_secret_is_one_that_the_provider_takes(
    describing: tuple[str, dict[str, Any]],
) -> None:
    issuer, document = describing
    document["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert not discover(issuer).basic


@pytest.mark.parametrize("issuer", ["http://id.example", "ftp://localhost", "id.example", ""])
def test_an_issuer_without_protection_is_refused(issuer: str) -> None:
    with pytest.raises(UnfitProvider, match="https URL"):
        discover(issuer)


def test_a_provider_that_is_down_or_hangs_is_named_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(ProviderDown, match="cannot be reached"):
            discover(f"http://127.0.0.1:{port}")
        silent.listen()
        with pytest.raises(ProviderDown, match="cannot be reached"):
            discover(f"http://127.0.0.1:{port}", seconds=0.2)


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOKEN = {"iss": "https://b.example", "aud": "api", "sub": "u1"}


def bearer() -> dict[str, str]:
    told = TOKEN | {"exp": int(time.time()) + 600}
    return {"authorization": "Bearer " + jwt.encode(told, KEY, "RS256", headers={"kid": "k1"})}


def keys(_: object) -> tuple[int, dict[str, str], bytes]:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return 200, {}, json.dumps({"keys": [jwk | {"kid": "k1", "alg": "RS256"}]}).encode()


def policy_for(url: str) -> Policy:
    return Policy(
        tokens={"b": Tokens("https://b.example", ["api"], jwks=url)},
        resilience=Resilience(health=""),
        routes=[Route(path="/user", need=Need(Who.USER))],
    )


def test_keys_are_fetched_and_kept_while_their_source_is_away(tmp_path: Path) -> None:
    with program() as (app, _):
        with program(keys) as (port, fetched):
            url = f"http://127.0.0.1:{port}/keys"
            front_of = surrounded(tmp_path, app, policy_for(url))
            front = front_of.__enter__()
            try:
                with front.client() as client:
                    assert client.get("/user", headers=bearer()).status_code == 200
                assert fetched
            except BaseException:
                front_of.__exit__(None, None, None)
                raise
        try:
            with front.client() as client:
                assert client.get("/user", headers=bearer()).status_code == 200
                assert client.get("/").status_code == 200
        finally:
            front_of.__exit__(None, None, None)


def test_without_keys_no_token_is_taken_and_the_rest_is_served(tmp_path: Path) -> None:
    with (
        program() as (app, asked),
        surrounded(tmp_path, app, policy_for("http://127.0.0.1:9/keys")) as front,
        front.client() as client,
    ):
        assert client.get("/user", headers=bearer()).status_code == 401
        assert asked == []
        assert client.get("/", headers=bearer()).status_code == 200
        assert asked[-1].of("x-user") == []


@pytest.mark.parametrize(
    ("name", "trusted", "status"),
    [("localhost", True, 200), ("localhost", False, 401), ("other.example", True, 401)],
)
def test_keys_come_only_from_who_has_the_right_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, status: int
) -> None:
    with outside(tmp_path / "keys", keys(None)[2], name) as server:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        with (
            program() as (app, _),
            surrounded(tmp_path / "app", app, policy_for(f"{server.url}/keys")) as front,
            front.client() as client,
        ):
            assert client.get("/user", headers=bearer()).status_code == status


@pytest.mark.parametrize(
    "need", [Need(Who.USER), Need(Who.ROLE, "a"), Need(Who.KEY), Need(Who.KEY, "x")]
)
def test_a_need_that_nobody_can_meet_is_said(tmp_path: Path, need: Need) -> None:
    policy = Policy(routes=[Route(path="/a", need=need)])
    with pytest.raises(ImpossibleNeed, match="a route needs"):
        proxy.build(policy, proxy.Upstreams(1), tmp_path, {})
