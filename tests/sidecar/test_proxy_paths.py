"""Trap 5: however a caller spells a guarded path, the rule that guards it decides."""

from __future__ import annotations

import dataclasses
import socket
import ssl
from collections.abc import Iterator

import msgspec
import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Need, Policy, Route, Who
from waiting import SECONDS

SPELLINGS = [
    "/admin",
    "/ADMIN",
    "/Admin/",
    "/admin/users",
    "//admin",
    "/./admin",
    "/x/../admin",
    "/admin;x=1",
    "/admin;x=1/users",
    "/%61dmin",
    "/%41DMIN/x",
    "/x/%2e%2e/admin",
    "/x/%2E%2e/admin/y",
    "/%2fadmin",
    "/x%2f..%2fadmin",
    "/x%2F%2e%2e%2Fadmin",
    "\\admin",
    "/x\\..\\admin",
    "/%5cadmin",
    "/admin?x",
    "/admin/?",
    "/admin#x",
    "/admin%00",
    "/admin%0a",
    "/Admin%0D%0A?x",
    "/only-admin%0A",
    "/admin%7f",
    "/x/%2e%2e;/admin",
    "/x/.%2E;a=1/admin/y",
    "/%2e;/admin",
    "/;x=1/admin",
    "/;/admin",
    "/ admin",
    "https://localhost/admin",
    "/admin.data",
    "/ADMIN.rsc",
    "/admin.json?x",
    "/_next/data/abc123/admin.json",
    "/_next/data/abc123/Admin/users.json",
    "/only-admin/",
    "/ONLY-admin",
    "/only-admin.data",
    "/_next/data/abc123/only-admin.json",
]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    routes = [
        Route(path="/admin", need=Need(Who.NOBODY)),
        Route(path="/only-admin", need=Need(Who.NOBODY), exact=True),
        Route(path="/read-admin", need=Need(Who.NOBODY), methods=["GET"]),
    ]
    policy = msgspec.structs.replace(Policy(), routes=routes)
    with (
        program() as (port, seen),
        surrounded(tmp_path_factory.mktemp("paths"), port, policy) as front,
    ):
        yield front, seen


def raw(front: Front, request: bytes, seconds: float = SECONDS) -> bytes:
    """The answer to bytes as they are, over one connection of HTTP/1.1."""
    context = ssl.create_default_context(cafile=front.authority)
    port = front.policy.ports.https
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(request)
        while part := secure.recv(65_536):
            answer += part
    return answer


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_spelling_of_a_guarded_path_reaches_the_program(
    front: tuple[Front, list[Seen]], path: str
) -> None:
    running, seen = front
    seen.clear()
    request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    answer = raw(running, request.encode())
    asked = [each.path for each in seen if "admin" in each.path.lower()]
    assert not asked
    assert answer.split(b" ")[1] in (b"403", b"400", b"404")


@pytest.mark.parametrize(
    "path",
    [
        "/administrators",
        "/api/admin-list",
        "/a%20b",
        "/x;v=1",
        "/;v=1",
        "/x?y=%0a/../;/",
        "/only-admin/deeper",
        "/x.data",
    ],
)
def test_other_paths_pass(front: tuple[Front, list[Seen]], path: str) -> None:
    running, seen = front
    seen.clear()
    request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    assert raw(running, request.encode()).split(b" ")[1] == b"200"
    assert path in [each.path for each in seen]


def test_what_may_not_be_read_is_not_asked_for_with_head_either(
    front: tuple[Front, list[Seen]],
) -> None:
    running, seen = front
    seen.clear()
    with running.client() as client:
        assert client.head("/read-admin").status_code == 403
        assert client.post("/read-admin", headers={"origin": running.url}).status_code == 200
    assert [each.method for each in seen if each.path == "/read-admin"] == ["POST"]


@pytest.mark.parametrize(
    ("cure", "spelling"),
    [("case_sensitive", "/ADMIN"), ("ignore_path_parameters_in_path_matching", "/admin;x=1")],
)
def test_without_its_cure_the_spelling_reaches_the_program(
    front: tuple[Front, list[Seen]], cure: str, spelling: str
) -> None:
    running, seen = front
    whole = running.changed()
    routes = msgspec.json.decode(msgspec.json.encode(whole.routes))
    routes.pop(cure, None)
    for route in routes["virtual_hosts"][0]["routes"]:
        route["match"].pop(cure, None)
    running.proxy.apply(dataclasses.replace(whole, routes=routes))
    try:
        seen.clear()
        request = f"GET {spelling} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        raw(running, request.encode())
        assert spelling in [each.path for each in seen]
    finally:
        running.proxy.apply(whole)
