"""Whoever asks the stand-in, nothing that they send becomes SQL, a path or a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from standin_project import PUBLIC, Project, start_project

HOSTILE = (
    "'; drop table genres; --",
    '"; drop table genres; --',
    '") from genres; drop table genres; --',
    "1); drop table genres; --",
    "x' or '1'='1",
    "$1",
    "%s %(x)s {0}",
    "\\'; drop table genres; --",
    "E'\\x27; drop table genres; --",
    "id); select pg_sleep(99); --",
    "*/ drop table genres /*",
    '\\" from genres; drop table genres; --',
    '\\", (select 1) "x',
    "\u0000",
    "\ufeff\u202e",
    "a" * 20_000,
)
PLACES = (
    "/rest/v1/genres?name=eq.{}",
    "/rest/v1/genres?{}=eq.1",
    "/rest/v1/genres?select={}",
    '/rest/v1/genres?select="{}"',
    '/rest/v1/genres?select="{}":id',
    '/rest/v1/genres?order="{}"',
    "/rest/v1/genres?select=id::{}",
    "/rest/v1/genres?select=a:{}",
    "/rest/v1/books?select=details->>{}",
    "/rest/v1/books?details->>{}=eq.1",
    "/rest/v1/genres?order={}",
    "/rest/v1/genres?order=id.{}",
    "/rest/v1/genres?limit={}",
    "/rest/v1/genres?offset={}",
    "/rest/v1/genres?or=({})",
    "/rest/v1/genres?or=(name.eq.{})",
    "/rest/v1/genres?name=in.({})",
    "/rest/v1/genres?name=is.{}",
    "/rest/v1/genres?name=fts({}).x",
    "/rest/v1/genres?name={}.x",
    "/rest/v1/genres?name=like({}).x",
    "/rest/v1/books?select=genres!{}(id)",
    "/rest/v1/{}",
    "/rest/v1/rpc/{}",
    "/rest/v1/rpc/add?a={}",
    "/rest/v1/rpc/add?a=1&{}=2",
    "/storage/v1/object/public/{}/x",
    "/storage/v1/object/public/pictures/{}",
    "/auth/v1/verify?token={}&type=signup",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("hostile")
    started = start_project(root / "project", root / "place")
    yield started
    started.stop()


@pytest.mark.parametrize("place", PLACES)
def test_no_part_of_an_address_becomes_sql(project: Project, place: str) -> None:
    for text in HOSTILE[:-1]:
        answer = project.ask(
            "GET", place.format(quote(text, safe="")), token=project.standin.service_key
        )
        assert answer.status_code < 500, (text, answer.text)
        assert answer.json().get("code") != "42601" if answer.text.startswith("{") else True, text
        assert answer.elapsed.total_seconds() < 90
    assert len(project.rest("genres")) == 2


def test_a_name_may_hold_quotes_and_stays_a_name(project: Project) -> None:
    name = '", (select 1) as "x'
    shown = quote('"\\", (select 1) as \\"x"', safe="")
    assert project.rest(f"genres?select={shown}:id&id=eq.1") == [{name: 1}]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_part_of_a_body_becomes_sql(project: Project, text: str) -> None:
    service = project.standin.service_key
    full = "return=representation"
    bodies = (
        ("POST", "/rest/v1/genres", {"id": 90, text: 1}),
        (
            "POST",
            f"/rest/v1/genres?on_conflict={quote(text[:500], safe='')}",
            {"id": 91, "name": "x"},
        ),
        ("POST", f"/rest/v1/genres?columns={quote(text[:500], safe='')}", {"id": 91, "name": "x"}),
        ("PATCH", "/rest/v1/genres?id=eq.90", {text: 1}),
        ("POST", "/rest/v1/rpc/add", {"a": text}),
        ("POST", "/rest/v1/rpc/add", {text: 1}),
        ("POST", "/auth/v1/signup", {"email": text, "password": text}),
        ("POST", "/auth/v1/token?grant_type=password", {"email": text, "password": text}),
        ("POST", "/storage/v1/object/list/pictures", {"prefix": text, "search": text}),
    )
    for method, path, body in bodies:
        answer = project.ask(method, path, body, token=service)
        assert answer.status_code < 500, answer.text
    made = project.ask(
        "POST", "/rest/v1/genres", {"id": 92, "name": text}, token=service, prefer=full
    )
    if "\0" not in text:
        assert made.json() == [{"id": 92, "name": text}]
    project.ask("DELETE", "/rest/v1/genres?id=gte.90", token=service)
    assert len(project.rest("genres")) == 2


@pytest.mark.parametrize("role", ["postgres", "supabase_admin", "authenticator", 'x"; reset role'])
def test_a_token_gives_no_role_of_the_server(project: Project, role: str) -> None:
    import jwt

    token = jwt.encode({"role": role, "exp": 9_999_999_999}, project.standin.jwt_secret, "HS256")
    answer = project.ask("GET", "/rest/v1/genres", token=token)
    assert answer.status_code in (401, 403, 400), answer.text


def test_names_of_files_never_reach_the_disk(project: Project, tmp_path: Path) -> None:
    service = project.standin.service_key
    for name in ("../../escape.txt", "%2e%2e/%2e%2e/escape.txt", "/etc/escape.txt", "a/../../b"):
        answer = project.client.post(
            f"/storage/v1/object/pictures/{quote(name, safe='')}",
            content=b"x", headers={"authorization": f"Bearer {service}"},
        )  # fmt: skip
        assert answer.status_code < 500
    assert not list(tmp_path.parent.rglob("escape.txt"))


def test_a_page_that_was_uploaded_does_not_act_in_the_prototypes_name(project: Project) -> None:
    service = project.standin.service_key
    base = "/storage/v1/object"
    for name, kind in (("page.html", "text/html"), ("x.svg", "image/svg+xml")):
        headers = {"authorization": f"Bearer {service}", "content-type": kind}
        project.client.post(f"{base}/pictures/{name}", content=b"<script>", headers=headers)
        shown = project.client.get(f"{base}/public/pictures/{name}")
        assert not shown.headers["content-type"].startswith("text/html")
        assert "sandbox" in shown.headers["content-security-policy"]


def test_links_lead_to_this_machine_alone(project: Project) -> None:
    for target in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"):
        query = urlencode({"token": "x", "type": "magiclink", "redirect_to": target})
        answer = project.ask("GET", f"/auth/v1/verify?{query}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{PUBLIC}/")


def test_a_link_signs_in_once(project: Project) -> None:
    project.ask("POST", "/auth/v1/otp", {"email": "link@example.test"})
    told = next(line for line in project.told if "mail to link@example.test" in line)
    link = urlsplit(next(word for word in told.split() if word.startswith("https:")))
    first = project.ask("GET", f"{link.path}?{link.query}")
    said = parse_qs(urlsplit(first.headers["location"]).fragment)
    user = project.ask("GET", "/auth/v1/user", token=said["access_token"][0])
    assert user.json()["email"] == "link@example.test"
    again = project.ask("GET", f"{link.path}?{link.query}")
    assert "error=access_denied" in again.headers["location"]


def test_a_code_is_guessed_five_times_at_most(project: Project) -> None:
    project.ask("POST", "/auth/v1/otp", {"email": "code@example.test"})
    told = next(line for line in project.told if "mail to code@example.test" in line)
    code = told.split()[-1]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        tried = {"email": "code@example.test", "token": wrong, "type": "email"}
        assert project.ask("POST", "/auth/v1/verify", tried).status_code == 403
    right = {"email": "code@example.test", "token": code, "type": "email"}
    assert project.ask("POST", "/auth/v1/verify", right).status_code == 403


def test_a_chosen_person_signs_in_with_the_code_of_pkce_alone(project: Project) -> None:
    query = urlencode({"provider": "github", "redirect_to": f"{PUBLIC}/in", "code_challenge": "abc",
                       "code_challenge_method": "plain"})  # fmt: skip
    assert project.ask("GET", f"/auth/v1/authorize?{query}").status_code == 200
    form = {"email": "git@example.test", "provider": "github", "code_challenge": "abc",
            "code_challenge_method": "plain", "redirect_to": f"{PUBLIC}/in"}  # fmt: skip
    chosen = project.client.post(f"/auth/v1/authorize?{query}", data=form)
    code = parse_qs(urlsplit(chosen.headers["location"]).query)["code"][0]
    path = "/auth/v1/token?grant_type=pkce"
    wrong = project.ask("POST", path, {"auth_code": code, "code_verifier": "zzz"})
    assert wrong.json()["error_code"] == "bad_code_verifier"
    assert json.loads(project.ask("POST", path, {"auth_code": code, "code_verifier": "abc"}).text)[
        "error_code"
    ] == "otp_expired"  # fmt: skip


def test_the_users_own_policies_hold_when_a_session_is_forged(project: Project) -> None:
    forged = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.AAAA"
    assert project.ask("GET", "/rest/v1/notes", token=forged).status_code == 401
