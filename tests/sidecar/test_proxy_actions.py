"""Server actions of Next.js: a rule for a page holds its actions too, at whatever path they are sent."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.application import server_actions
from shipworthy.sidecar.policy import Need, Policy, Route, Tokens, Who
from shipworthy.sidecar.proxy.actions import need_at

SECRET = "a secret of at least thirty-two bytes"
OPEN, ADMIN, CLOSED, BOTH, MEMBER = (f"4{n}{'ab' * 19}" for n in range(5))
POLICY = Policy(
    tokens={
        "a": Tokens(issuer="https://a.example", audiences=["all"], secret="env:SECRET"),
    },
    routes=[
        Route(path="/admin", need=Need(Who.ROLE, "admin")),
        Route(path="/internal", need=Need(Who.NOBODY)),
        Route(path="/members", need=Need(Who.USER)),
        Route(path="/read", need=Need(Who.USER), methods=["GET"]),
    ],
)


def built(folder: Path) -> Path:
    """A folder with what a build of Next.js writes down of its actions."""
    pages = {
        OPEN: ["app/page"],
        ADMIN: ["app/(back)/admin/users/[id]/page"],
        CLOSED: ["app/internal/@slot/page"],
        BOTH: ["app/admin/page", "app/contact/page"],
        MEMBER: ["app/members/(..)photo/page"],
    }
    node = {id_: {"workers": {page: {"moduleId": 1} for page in of}} for id_, of in pages.items()}
    file = folder / ".next/server/server-reference-manifest.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"node": node, "edge": {}, "encryptionKey": "x"}))
    return folder


def test_the_build_says_which_page_holds_an_action(tmp_path: Path) -> None:
    assert server_actions(built(tmp_path)) == {
        OPEN: ("/",),
        ADMIN: ("/admin/users",),
        CLOSED: ("/internal",),
        BOTH: ("/admin", "/contact"),
        MEMBER: ("/members/photo",),
    }


@pytest.mark.parametrize("content", ["", "[]", '{"node": []}', '{"node": {"x": {"workers": 1}}}'])
def test_what_is_no_list_of_actions_gives_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / ".next/server/server-reference-manifest.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert server_actions(tmp_path) == {}


def test_the_need_of_a_page_is_that_of_a_post_to_it() -> None:
    needs = [need_at(POLICY, path) for path in ("/Admin/x", "/admins", "/read", "/internal")]
    anyone = Need(Who.ANYONE)
    assert needs == [Need(Who.ROLE, "admin"), anyone, anyone, Need(Who.NOBODY)]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    place = tmp_path_factory.mktemp("actions")
    actions = server_actions(built(place / "built"))
    with (
        program() as (port, seen),
        surrounded(place, port, POLICY, secrets={"SECRET": SECRET}, actions=actions) as front,
    ):
        yield front, seen


@pytest.mark.parametrize(
    ("action", "role", "path", "status"),
    [
        (OPEN, "", "/", 200),
        (ADMIN, "", "/", 401),
        (ADMIN, "", "/x.rsc?_rsc=1", 401),
        (ADMIN, "member", "/", 403),
        (ADMIN, "member", "/members", 403),
        (ADMIN, "admin", "/", 200),
        (ADMIN, "admin", "/members", 200),
        (ADMIN, "admin", "/admin/users", 200),
        (ADMIN, "admin", "/internal", 403),
        (CLOSED, "admin", "/", 403),
        (CLOSED, "admin", "/admin", 403),
        (BOTH, "", "/", 200),
        (BOTH, "", "/admin", 401),
        (MEMBER, "", "/", 401),
        (MEMBER, "member", "/", 200),
        ("40" + "00" * 20, "", "/", 200),  # an id that is of no action
    ],
)
def test_an_action_needs_what_its_page_needs_wherever_it_is_sent(
    front: tuple[Front, list[Seen]], action: str, role: str, path: str, status: int
) -> None:
    running, seen = front
    headers = {"next-action": action, "origin": running.url}
    if role:
        told = {"iss": "https://a.example", "aud": "all", "sub": "u", "exp": time.time() + 300}
        headers["authorization"] = f"Bearer {jwt.encode(told | {'role': role}, SECRET)}"
    seen.clear()
    with running.client() as client:
        assert client.post(path, headers=headers, content=b"[]").status_code == status
    assert bool([each for each in seen if each.method == "POST"]) == (status == 200)


def test_without_an_action_the_path_alone_decides(front: tuple[Front, list[Seen]]) -> None:
    running, _ = front
    with running.client() as client:
        assert client.post("/", headers={"origin": running.url}).status_code == 200
        assert client.get("/", headers={"next-action": "other"}).status_code == 200
