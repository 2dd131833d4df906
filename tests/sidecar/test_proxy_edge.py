"""The edge of the proxy: TLS, HTTP/1.1 and 2, redirect, host names, headers, where paths lead."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_proxy import Front, program, surrounded

from waiting import SECONDS


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    place = tmp_path_factory.mktemp("edge")
    with (
        program() as (app, _),
        program(lambda _: (200, {}, b"beside")) as (other, _),
        surrounded(place, app, prefixes={"/rest/v1": other}) as front,
    ):
        yield front


def test_http_is_redirected_to_https_on_our_own_host_name(front: Front) -> None:
    port = front.policy.ports.http
    answer = httpx.get(f"http://localhost:{port}/a?b=1", trust_env=False, timeout=SECONDS)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{front.url}/a?b=1"
    forged = httpx.get(
        f"http://localhost:{port}/",
        headers={"host": "evil.example"},
        trust_env=False,
        timeout=SECONDS,
    )
    assert forged.status_code == 421


@pytest.mark.parametrize("http2", [False, True])
def test_requests_reach_the_program_over_http_1_and_2(front: Front, http2: bool) -> None:
    with front.client(http1=not http2, http2=http2) as client:
        answer = client.get("/page")
    assert (answer.status_code, answer.text) == (200, "GET /page")
    assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")


def test_prefixes_lead_to_the_other_program_segment_by_segment(front: Front) -> None:
    with front.client() as client:
        assert client.get("/rest/v1/todos").text == "beside"
        assert client.get("/REST/V1/todos").text == "beside"
        assert client.get("/rest/v11").text == "GET /rest/v11"


def test_only_tls_1_3_is_spoken(front: Front) -> None:
    import ssl

    old = ssl.create_default_context(cafile=front.authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(httpx.ConnectError, match="protocol version"):
        httpx.get(front.url, verify=old, trust_env=False, timeout=SECONDS)


def test_other_host_names_are_refused(front: Front) -> None:
    with front.client() as client:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "host",
    [
        "localhost:{port}@evil.example",
        "localhost:evil.example",
        "localhost:{port},evil.example",
        "localhost:{port}\r\nHost: evil.example",
        "evil.example@localhost:{port}",
        "localhost:123456",
    ],
)
def test_a_host_name_with_another_behind_it_is_refused(front: Front, host: str) -> None:
    port = front.policy.ports.https
    context = ssl.create_default_context(cafile=front.authority)
    with (
        socket.create_connection(("127.0.0.1", port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        head = f"GET / HTTP/1.1\r\nHost: {host.format(port=port)}\r\nConnection: close\r\n\r\n"
        secure.sendall(head.encode())
        assert secure.recv(12) == b"HTTP/1.1 421"


@pytest.mark.parametrize("host", ["localhost", "LocalHost:{port}", "127.0.0.1", "localhost:443"])
def test_our_own_host_name_is_answered_with_any_port(front: Front, host: str) -> None:
    with front.client() as client:
        told = host.format(port=front.policy.ports.https)
        assert client.get("/", headers={"host": told}).status_code == 200


def test_the_administration_is_a_socket_of_this_user_alone(front: Front) -> None:
    admin: Path = front.proxy.files.admin
    assert admin.is_socket()
    assert admin.stat().st_mode & 0o077 == 0
    for file in front.proxy.files.folder.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file
