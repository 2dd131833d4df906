"""People sign in at a real OpenID provider, and whoever tampers with that stays outside."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity_provider import PAGE, agree, leave, provider, sign_in
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Login, Need, Policy, Resilience, Route, Who
from shipworthy.sidecar.proxy.identity import discover
from waiting import SECONDS

SECRETS = {"CLIENT_SECRET": "the client's own secret"}
PREFIX = "__Host-shipworthy-"


def policy_for(issuer: str) -> Policy:
    return Policy(
        login=Login(issuer, "app", "env:CLIENT_SECRET"),
        csrf=None,
        resilience=Resilience(health=""),
        routes=[
            Route(path="/me", need=Need(Who.USER)),
            Route(path="/admin", need=Need(Who.ROLE, "admin")),
            Route(path="/closed", need=Need(Who.NOBODY)),
        ],
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    place = tmp_path_factory.mktemp("login")
    with (
        provider() as issuer,
        program() as (app, asked),
        surrounded(
            place, app, policy_for(issuer), secrets=SECRETS, provider=discover(issuer)
        ) as front,
    ):
        yield front, asked


@pytest.fixture
def client(running: tuple[Front, list[Seen]]) -> Iterator[httpx.Client]:
    running[1].clear()
    with running[0].client() as client:
        yield client


def unchecked(client: httpx.Client) -> httpx.Client:
    """Another client of the same proxy, with cookies of its own."""
    return httpx.Client(
        verify=False,  # noqa: S501
        base_url=client.base_url,
        timeout=SECONDS,
        trust_env=False,
    )


@pytest.fixture
def asked(running: tuple[Front, list[Seen]]) -> list[Seen]:
    return running[1]


def test_a_person_signs_in_and_the_prototype_learns_who_it_is(
    client: httpx.Client, asked: list[Seen]
) -> None:
    back = sign_in(client, "alice", "/me?page=2")
    assert back.status_code == 302
    assert urlsplit(back.headers["location"]).path == "/me"
    assert client.get(back.headers["location"], headers=PAGE).status_code == 200
    seen = asked[-1]
    assert seen.path == "/me?page=2"
    assert seen.of("x-user") == ["alice"]
    assert seen.of("x-user-email") == ["alice@example.com"]
    assert seen.of("x-user-role") == ["editor,admin"]
    assert client.get("/admin", headers=PAGE).status_code == 200


def test_the_prototype_sees_neither_tokens_nor_cookies_of_the_login(
    client: httpx.Client, asked: list[Seen]
) -> None:
    sign_in(client, "alice", "/me")
    client.cookies.set("own", "1", domain="localhost.local")
    for path in ("/me", "/"):
        assert client.get(path, headers={**PAGE}).status_code == 200
        told = json.dumps(asked[-1].headers)
        assert "__Host-" not in told
        assert not re.search(r"eyJ[\w-]+\.[\w-]+\.", told)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with unchecked(client) as other:
        other.get("/me", headers={"cookie": f"own=1; {cookies}; last=2"})
    [left] = asked[-1].of("cookie")
    assert sorted(left.split("; ")) == ["last=2", "own=1"]  # Envoy keeps no order of them


def test_the_way_to_the_provider_is_bound_to_this_browser(client: httpx.Client) -> None:
    address = leave(client, "/me")
    asked_for = parse_qs(urlsplit(address).query)
    assert asked_for["code_challenge_method"] == ["S256"]
    assert asked_for["redirect_uri"] == [f"{str(client.base_url).rstrip('/')}/oauth2/callback"]
    assert "openid" in asked_for["scope"][0].split()
    assert any(name.startswith(f"{PREFIX}nonce") for name in client.cookies)


def test_every_cookie_of_a_session_is_kept_from_scripts_and_other_sites(
    client: httpx.Client,
) -> None:
    back = sign_in(client, "alice", "/me")
    cookies = [c for c in back.headers.get_list("set-cookie") if "=deleted" not in c]
    assert len(cookies) == 5
    for cookie in cookies:
        name, _, rest = cookie.partition("=")
        assert name.startswith("__Host-")
        flags = {flag.strip().lower() for flag in rest.split(";")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= flags
        assert not re.search(r"eyJ[\w-]+\.[\w-]+\.", rest)  # encrypted


@pytest.mark.parametrize("cookie", ["signature", "expires", "access", "identity", "refresh"])
def test_a_tampered_cookie_ends_the_session(
    client: httpx.Client, asked: list[Seen], cookie: str
) -> None:
    sign_in(client, "alice", "/me")
    jar = dict(client.cookies)
    old = jar[PREFIX + cookie]
    first = "B" if old.startswith("A") else "A"
    jar[PREFIX + cookie] = str(int(old) + 86_400) if old.isdigit() else first + old[1:]
    asked.clear()
    header = "; ".join(f"{name}={value}" for name, value in jar.items())
    with unchecked(client) as other:
        answer = other.get("/me", headers={**PAGE, "cookie": header})
    assert answer.status_code in (302, 401)
    assert asked == []


def test_a_session_of_one_person_cannot_carry_the_identity_of_another(
    running: tuple[Front, list[Seen]], client: httpx.Client
) -> None:
    sign_in(client, "alice", "/me")
    with running[0].client() as other:
        sign_in(other, "bob", "/me")
        mixed = dict(other.cookies) | {f"{PREFIX}identity": client.cookies[f"{PREFIX}identity"]}
    running[1].clear()
    header = "; ".join(f"{name}={value}" for name, value in mixed.items())
    with unchecked(client) as both:
        assert both.get("/me", headers={**PAGE, "cookie": header}).status_code in (302, 401)
    assert running[1] == []


def test_a_callback_works_once(client: httpx.Client, asked: list[Seen]) -> None:
    callback = agree(client, leave(client, "/me"), "alice")
    before = dict(client.cookies)
    assert client.get(callback, headers=PAGE).status_code == 302
    client.cookies.clear()
    assert client.get(callback, headers=PAGE).status_code == 401
    header = "; ".join(f"{name}={value}" for name, value in before.items())
    again = client.get(callback, headers={**PAGE, "cookie": header})
    assert again.status_code == 401
    assert f"{PREFIX}signature" not in client.cookies
    assert asked == []


def test_nobody_can_be_signed_in_as_somebody_else(
    running: tuple[Front, list[Seen]], client: httpx.Client
) -> None:
    """Login CSRF: the attacker's own callback, opened in the victim's browser."""
    with running[0].client() as attacker:
        callback = agree(attacker, leave(attacker, "/me"), "mallory")
    leave(client, "/me")  # the victim is on the way to the provider as well
    assert client.get(callback, headers=PAGE).status_code == 401
    assert f"{PREFIX}signature" not in client.cookies


def test_the_way_back_leads_to_no_other_host(client: httpx.Client) -> None:
    callback = agree(client, leave(client, "/me"), "alice")
    query = parse_qs(urlsplit(callback).query)
    state = json.loads(base64.urlsafe_b64decode(query["state"][0] + "=="))
    state["url"] = "https://evil.example/"
    forged = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    answer = client.get("/oauth2/callback", params={"code": query["code"][0], "state": forged})
    assert answer.status_code in (400, 401)
    assert "evil.example" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/json"},
        {"accept": "text/html", "sec-fetch-mode": "cors"},
        {"accept": "*/*", "x-requested-with": "XMLHttpRequest"},
        {"accept": "text/event-stream"},
        {"connection": "upgrade", "upgrade": "websocket"},
    ],
)
def test_a_program_is_told_401_instead_of_being_sent_to_a_login(
    client: httpx.Client, asked: list[Seen], headers: dict[str, str]
) -> None:
    assert client.get("/me", headers=headers).status_code == 401
    assert client.post("/me", headers=PAGE).status_code == 401
    assert asked == []


def test_a_role_is_asked_for_and_not_a_word_that_contains_it(
    client: httpx.Client, asked: list[Seen]
) -> None:
    sign_in(client, "bob", "/me")
    asked.clear()
    assert client.get("/admin", headers=PAGE).status_code == 403
    assert client.get("/ADMIN/users", headers=PAGE).status_code == 403
    assert asked == []


def test_claims_can_end_no_header_and_no_list(client: httpx.Client, asked: list[Seen]) -> None:
    sign_in(client, "mallory", "/me")
    assert client.get("/me", headers=PAGE).status_code == 200
    assert asked[-1].of("x-user-role") == ["a%2Cadmin,x%0Aadmin"]
    assert asked[-1].of("x-user-email") == ["m@example.com%0D%0Ax-user-role:%20admin"]
    assert client.get("/admin", headers=PAGE).status_code == 403


def test_an_address_that_nobody_confirmed_is_not_told(
    client: httpx.Client, asked: list[Seen]
) -> None:
    sign_in(client, "bob", "/me")
    assert client.get("/me", headers=PAGE).status_code == 200
    assert asked[-1].of("x-user") == ["bob"]
    assert asked[-1].of("x-user-email") == []


def test_signing_out_ends_the_session_here_and_at_the_provider(client: httpx.Client) -> None:
    sign_in(client, "alice", "/me")
    out = client.get("/sign-out", headers=PAGE)
    assert out.status_code == 302
    assert urlsplit(out.headers["location"]).path == "/oauth2/end_session"
    assert not [name for name in client.cookies if name.startswith(PREFIX)]
    assert client.get("/me", headers=PAGE).status_code == 302


def test_nobody_means_nobody(client: httpx.Client, asked: list[Seen]) -> None:
    sign_in(client, "alice", "/me")
    asked.clear()
    assert client.get("/closed", headers=PAGE).status_code == 403
    assert asked == []


def test_a_token_too_large_for_a_cookie_is_named_and_not_sent_in_circles(
    client: httpx.Client,
) -> None:
    back = sign_in(client, "large", "/me")
    assert back.status_code == 502
    assert "too large for a cookie" in back.text
    assert f"{PREFIX}signature" not in client.cookies


def test_a_session_that_lost_its_identity_at_the_refresh_begins_anew(tmp_path: Path) -> None:
    """This provider gives no ID token when it refreshes a session, as the standard allows."""
    with (
        provider() as issuer,
        program() as (app, asked),
        surrounded(
            tmp_path, app, policy_for(issuer), secrets=SECRETS, provider=discover(issuer)
        ) as front,
        front.client() as client,
    ):
        sign_in(client, "alice", "/me")
        # They end with the token; that of the refresh stays.
        for name in ("signature", "expires", "access", "identity"):
            client.cookies.delete(PREFIX + name)
        script = client.get("/me", headers={"accept": "application/json"})
        assert script.status_code == 401
        again = client.get("/me?x=1", headers=PAGE)
        assert (again.status_code, again.headers["location"]) == (302, "/me?x=1")
        back = sign_in(client, "alice", again.headers["location"])
        assert client.get(back.headers["location"], headers=PAGE).status_code == 200
        assert [seen.path for seen in asked] == ["/me?x=1"]


def test_without_its_provider_a_login_is_closed_and_the_rest_is_served(tmp_path: Path) -> None:
    with (
        program() as (app, asked),
        surrounded(
            tmp_path, app, policy_for("http://localhost:9"), secrets=SECRETS, provider=None
        ) as front,
        front.client() as client,
    ):
        assert client.get("/", headers=PAGE).status_code == 200
        asked.clear()
        for path, status in (("/me", 503), ("/admin", 503), ("/closed", 403)):
            answer = client.get(path, headers=PAGE | {"x-user": "root"})
            assert answer.status_code == status, path
        assert "provider does not answer" in client.get("/me").text
        assert asked == []


def test_a_provider_that_goes_away_closes_the_login_and_nothing_else(tmp_path: Path) -> None:
    with program() as (app, asked):
        with provider() as issuer:
            found = discover(issuer)
        with (
            surrounded(tmp_path, app, policy_for(issuer), secrets=SECRETS, provider=found) as front,
            front.client() as client,
        ):
            assert client.get("/", headers=PAGE).status_code == 200
            asked.clear()
            assert client.get("/me", headers=PAGE).status_code == 302
            assert asked == []
