"""Tokens that callers bring: only what their source signed, for us, now, opens anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Need, Policy, Resilience, Route, Tokens, Who
from shipworthy.sidecar.proxy.identity.secrets import BrokenSecret
from shipworthy.sidecar.proxy.identity.tokens import BrokenTokens

SECRET = "a secret of at least thirty-two bytes"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
PRIVATE_PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


DAY = 86_400  # tokens are made when tests are collected, long before some of them run


def claims(**other: Any) -> dict[str, Any]:
    """Claims that are in order, of the source with the shared secret."""
    now = int(time.time())
    good = {"iss": "https://a.example", "aud": "authenticated", "sub": "u1", "exp": now + DAY}
    return {name: value for name, value in (good | other).items() if value is not None}


def signed(secret: str = SECRET, **other: Any) -> str:
    return jwt.encode(claims(**other), secret, algorithm="HS256")


def of_keys(key: Any = KEY, kid: str = "k1", **other: Any) -> str:
    """A token of the source with a key pair."""
    told = claims(**({"iss": "https://b.example", "aud": "api"} | other))
    return jwt.encode(told, key, algorithm="RS256", headers={"kid": kid})


def raw(header: dict[str, Any], secret: bytes | None, **other: Any) -> str:
    """A token that no library would make."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=")
        for p in (header, claims(**other))
    ]
    body = b".".join(parts)
    signature = hmac.new(secret, body, hashlib.sha256).digest() if secret else b""
    return (body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    place = tmp_path_factory.mktemp("tokens")
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    keys = place / "keys.json"
    keys.write_text(json.dumps({"keys": [jwk | {"kid": "k1", "alg": "RS256", "use": "sig"}]}))
    policy = Policy(
        tokens={
            "a": Tokens(
                issuer="https://a.example",
                audiences=["authenticated"],
                secret="env:SECRET",
                role_claim=["app_metadata", "role"],
            ),
            "b": Tokens(
                issuer="https://b.example",
                audiences=["api", "other"],
                jwks=str(keys),
                role_claim=["roles"],
            ),
        },
        csrf=None,
        resilience=Resilience(health=""),
        routes=[
            Route(path="/user", need=Need(Who.USER)),
            Route(path="/admin", need=Need(Who.ROLE, "admin")),
            Route(path="/delete", need=Need(Who.ROLE, "admin"), methods=["DELETE"]),
        ],
    )
    with (
        program() as (app, asked),
        surrounded(place, app, policy, secrets={"SECRET": SECRET}) as front,
    ):
        yield front, asked


@pytest.fixture
def client(running: tuple[Front, list[Seen]]) -> Iterator[httpx.Client]:
    running[1].clear()
    with running[0].client() as client:
        yield client


@pytest.fixture
def asked(running: tuple[Front, list[Seen]]) -> list[Seen]:
    return running[1]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("token", [signed(), of_keys(), of_keys(aud=["x", "api"])])
def test_a_token_in_order_opens_and_is_handed_on(
    client: httpx.Client, asked: list[Seen], token: str
) -> None:
    assert client.get("/user", headers=bearer(token)).status_code == 200
    assert asked[-1].of("x-user") == ["u1"]
    assert asked[-1].of("authorization") == [f"Bearer {token}"]
    assert asked[-1].of("x-user-issuer")[0] in ("https://a.example", "https://b.example")


REFUSED = {
    "nothing": None,
    "no token at all": ".",
    "rubbish": "a.b.c",
    "expired": signed(exp=int(time.time()) - 120),
    "without an end": signed(exp=None),
    "not valid yet": signed(nbf=int(time.time()) + DAY),
    "another audience": signed(aud="somebody-else"),
    "no audience": signed(aud=None),
    "another issuer": signed(iss="https://evil.example"),
    "no issuer": signed(iss=None),
    "another secret": signed("another secret of at least thirty-two bytes"),
    "an empty secret": raw({"alg": "HS256"}, b"\0"),
    "no signature": raw({"alg": "none"}, None),
    "no signature, spelt otherwise": raw({"alg": "nOnE", "typ": "JWT"}, None),
    "signature cut off": signed().rpartition(".")[0] + ".",
    "no subject": signed(sub=None),
    "an empty subject": raw({"alg": "HS256"}, SECRET.encode(), sub=""),
    "a subject that is a number": raw({"alg": "HS256"}, SECRET.encode(), sub=7),
    "a subject that is a list": raw({"alg": "HS256"}, SECRET.encode(), sub=["u1"]),
    "a subject with a line break": raw({"alg": "HS256"}, SECRET.encode(), sub="u1\r\nx-user: root"),
    "the public key as a shared secret": raw(
        {"alg": "HS256", "kid": "k1"}, PUBLIC_PEM, iss="https://b.example", aud="api"
    ),
    "the shared secret in the name of the other source": signed(iss="https://b.example", aud="api"),
    "a key of its own": of_keys(OTHER_KEY),
    "a key of its own inside": jwt.encode(
        claims(iss="https://b.example", aud="api"),
        OTHER_KEY,
        algorithm="RS256",
        headers={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))},
    ),
    "a key that does not exist": of_keys(OTHER_KEY, kid="../../dev/null"),
    "one source's key for the other's audience": of_keys(
        iss="https://a.example", aud="authenticated"
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_not_in_order_opens_nothing(
    client: httpx.Client, asked: list[Seen], name: str
) -> None:
    token = REFUSED[name]
    headers = {} if token is None else bearer(token)
    for path in ("/user", "/admin", "/USER", "/user/x", "//user", "/a/../user"):
        url = str(client.base_url).rstrip("/") + path
        assert client.get(url, headers=headers).status_code in (401, 403), path
    assert asked == []


def test_a_token_counts_only_in_its_header(client: httpx.Client, asked: list[Seen]) -> None:
    token = signed()
    assert client.get("/user", params={"access_token": token}).status_code == 401
    assert client.get("/user", headers={"cookie": f"access_token={token}"}).status_code == 401
    assert client.get("/user", headers={"x-shipworthy-id-token": token}).status_code == 401
    assert client.get("/user", headers={"authorization": f"Basic {token}"}).status_code == 401
    two = [("authorization", f"Bearer {token}"), ("authorization", "Bearer x.y.z")]
    answer = client.get("/user", headers=two)
    # Whatever is decided about two of them, the prototype must not believe the one that was not checked.
    assert answer.status_code == 401 or asked[-1].of("authorization") == [f"Bearer {token}"]


@pytest.mark.parametrize(
    "token",
    [
        signed(app_metadata={"role": "admin"}),
        signed(app_metadata={"role": ["editor", "admin"]}),
        of_keys(roles=["admin"]),
        of_keys(roles="admin"),
    ],
)
def test_a_role_may_be_a_text_or_one_of_a_list(client: httpx.Client, token: str) -> None:
    assert client.get("/admin", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        signed(),
        signed(role="admin"),
        signed(roles=["admin"]),
        signed(user_metadata={"role": "admin"}),
        signed(app_metadata="admin"),
        signed(app_metadata={"role": "administrator"}),
        signed(app_metadata={"role": "user,admin"}),
        signed(app_metadata={"role": "Admin"}),
        signed(app_metadata={"role": ["administrator"]}),
        signed(app_metadata={"role": [["admin"]]}),
        signed(app_metadata={"role": {"admin": True}}),
        signed(**{"app_metadata.role": "admin"}),
        of_keys(app_metadata={"role": "admin"}),
    ],
)
def test_what_only_looks_like_a_role_is_none(
    client: httpx.Client, asked: list[Seen], token: str
) -> None:
    assert client.get("/user", headers=bearer(token)).status_code == 200
    asked.clear()
    assert client.get("/admin", headers=bearer(token)).status_code == 403
    assert asked == []


def test_a_visitor_is_known_by_a_token_in_order_and_served_with_any_other(
    client: httpx.Client, asked: list[Seen]
) -> None:
    for token, known in ((signed(), ["u1"]), (signed(aud="x"), []), ("anon", [])):
        assert client.get("/", headers=bearer(token)).status_code == 200
        assert asked[-1].of("x-user") == known
        assert asked[-1].of("authorization") == [f"Bearer {token}"]
    assert client.get("/").status_code == 200


def test_web_sockets_are_checked_as_well(client: httpx.Client, asked: list[Seen]) -> None:
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "x" * 22 + "==",
    }
    assert client.get("/user", headers=upgrade).status_code == 401
    assert client.get("/admin", headers=upgrade | bearer(signed())).status_code == 403
    assert asked == []
    assert client.get("/user", headers=upgrade | bearer(signed())).status_code == 200
    assert asked[-1].of("x-user") == ["u1"]


def test_headers_that_replace_the_method_do_not_reach_the_prototype(
    client: httpx.Client, asked: list[Seen]
) -> None:
    assert client.delete("/delete", headers=bearer(signed())).status_code == 403
    headers = {"x-http-method-override": "DELETE", "X-Method-Override": "DELETE"}
    assert client.post("/delete", headers=headers).status_code == 200
    assert "DELETE" not in json.dumps(asked[-1].headers)


@pytest.mark.parametrize(
    "query",
    [
        "_method=DELETE",
        "a=1&_method=delete",
        "a=1;_method=DELETE",
        "%5Fmethod=DELETE",
        "%5fm%65%74hod=DELETE",
        "_method[]=DELETE",
        "_method%5B%5D=DELETE",
        ".method=DELETE",
        "+_method=DELETE",
        "_method",
    ],
)
def test_a_query_that_replaces_the_method_is_refused_where_methods_differ(
    client: httpx.Client, asked: list[Seen], query: str
) -> None:
    url = str(client.base_url).rstrip("/")
    for path in ("/delete", "/DELETE/x", "/delete/"):
        assert client.post(f"{url}{path}?{query}").status_code == 400, path
    assert asked == []
    assert client.post(f"{url}/elsewhere?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["method=DELETE", "payment_method=card", "_methodology=a", "a=_method"]
)
def test_a_query_that_only_resembles_that_is_not(client: httpx.Client, query: str) -> None:
    assert client.post(f"/delete?{query}").status_code == 200


def test_another_clock_may_be_a_minute_wrong_and_no_more(client: httpx.Client) -> None:
    now = int(time.time())
    assert client.get("/user", headers=bearer(signed(exp=now - 20))).status_code == 200
    assert client.get("/user", headers=bearer(signed(nbf=now + 20))).status_code == 200
    assert client.get("/user", headers=bearer(signed(exp=now - 90))).status_code == 401


def test_no_secret_stands_in_the_configuration(running: tuple[Front, list[Seen]]) -> None:
    front = running[0]
    encoded = base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("=")
    dump = front.proxy.admin("/config_dump").decode()
    for told in (dump, repr(front.proxy.configuration)):
        assert SECRET not in told
        assert encoded not in told


@pytest.mark.parametrize(
    ("tokens", "values", "error", "told"),
    [
        (Tokens("i", ["a"], secret="env:S"), {}, BrokenSecret, "the variable S, which is not set"),
        (Tokens("i", ["a"], secret="env:S"), {"S": "short"}, BrokenSecret, "32 at least"),
        (Tokens("i", ["a"], secret="itself"), {}, BrokenSecret, "env:NAME"),
        (Tokens("i", [], secret="env:S"), {"S": SECRET}, BrokenTokens, "audience"),
        (Tokens("i", ["a"]), {}, BrokenTokens, "either a secret or jwks"),
        (Tokens("i", ["a"], jwks="/nowhere.json"), {}, BrokenTokens, "no file"),
    ],
)
def test_a_source_that_cannot_be_trusted_stops_the_start(
    tmp_path: Path, tokens: Tokens, values: dict[str, str], error: type[Exception], told: str
) -> None:
    with (
        pytest.raises(error, match=told),
        surrounded(tmp_path, 1, Policy(tokens={"t": tokens}), secrets=values),
    ):
        pass
