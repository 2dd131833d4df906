"""How much one caller may ask for: requests, bodies, headers, time, connections."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from running_proxy import Front, program, surrounded

from shipworthy.sidecar.policy import (
    Bytes,
    Limits,
    Need,
    Policy,
    Rate,
    Route,
    Seconds,
    Tokens,
    Who,
)
from shipworthy.sidecar.proxy import limits as limited
from waiting import SECONDS, until

RATE = Rate(5, 600)  # so slow that nothing comes back while a busy machine asks


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    policy = msgspec.structs.replace(
        Policy(),
        limits=Limits(
            body=Bytes(1000),
            headers=Bytes(8192),
            header_count=30,
            per_ip=RATE,
            connections=60,
        ),
        csrf=None,
        routes=[
            Route(path="/upload", need=Need(Who.ANYONE), body=Bytes(50_000), per_ip=Rate(50, 60)),
            Route(path="/free", need=Need(Who.ANYONE), per_ip=Rate(10_000, 1)),
            Route(path="/tight", need=Need(Who.ANYONE), per_ip=Rate(2, 600)),
        ],
    )
    with (
        program() as (port, _),
        surrounded(tmp_path_factory.mktemp("limits"), port, policy) as front,
    ):
        yield front


def _asked(front: Front, path: str, times: int, address: str = "127.0.0.1", **more: Any) -> str:
    """The classes of the answers that a caller at an address of loopback gets."""

    trusted = ssl.create_default_context(cafile=front.authority)
    transport = httpx.HTTPTransport(verify=trusted, local_address=address, http2=True)
    with httpx.Client(transport=transport, base_url=front.url, timeout=SECONDS) as client:
        statuses = [client.get(path, **more).status_code for _ in range(times)]
    return "".join("r" if status == 429 else str(status)[0] for status in statuses)


def test_each_address_has_its_own_limit_whatever_it_says_about_itself(front: Front) -> None:
    assert _asked(front, "/", 7, "127.0.0.11") == "22222rr"
    forged = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "203.0.113.7"}
    assert _asked(front, "/", 1, "127.0.0.11", headers=forged) == "r"
    assert _asked(front, "/", 1, "127.0.0.12") == "2"


def test_a_route_has_its_own_limit_for_all_kinds_of_requests_together(front: Front) -> None:
    assert _asked(front, "/tight", 1, "127.0.0.13") == "2"
    events = {"accept": "text/event-stream"}
    assert _asked(front, "/tight", 2, "127.0.0.13", headers=events) == "2r"
    assert _asked(front, "/", 1, "127.0.0.13") == "2"


def test_who_is_refused_is_told_how_long_to_wait(front: Front) -> None:
    """RFC 6585 section 4. A bucket of 2 in 600 s has room for one more after 300 s."""
    with front.client() as client:
        for path, times, wait in (("/tight", 2, "300"), ("/", 5, "120")):
            for _ in range(times):
                assert "retry-after" not in client.get(path).headers
            refusal = client.get(path)
            assert refusal.status_code == 429
            assert refusal.headers["retry-after"] == wait


def test_with_thousands_of_callers_nobody_gets_a_second_limit(front: Front) -> None:
    """Trap 7: Envoy remembers 20 callers unless it is told otherwise."""
    assert _asked(front, "/", 6, "127.0.0.14") == "22222r"
    for number in range(40):
        _asked(front, "/", 1, f"127.0.1.{number + 1}")
    assert _asked(front, "/", 1, "127.0.0.14") == "r"


def test_without_the_cure_forty_callers_wipe_a_limit_out(front: Front) -> None:
    whole = front.changed()
    routes = msgspec.json.decode(msgspec.json.encode(whole.routes))
    told = routes["virtual_hosts"][0]["typed_per_filter_config"]
    del told[limited.PER_IP]["max_dynamic_descriptors"]
    front.proxy.apply(dataclasses.replace(whole, routes=routes))
    try:
        assert _asked(front, "/", 6, "127.0.0.15") == "22222r"
        for number in range(40):
            _asked(front, "/", 1, f"127.0.2.{number + 1}")
        assert _asked(front, "/", 1, "127.0.0.15") == "2"
    finally:
        front.proxy.apply(whole)


def test_a_body_above_the_limit_is_refused_by_length_and_in_chunks(front: Front) -> None:
    with front.client() as client:
        assert client.post("/free", content=b"x" * 1000).status_code == 200
        assert client.post("/free", content=b"x" * 1001).status_code == 413
        chunks = (b"x" * 600 for _ in range(2))
        assert client.post("/free", content=chunks).status_code == 413
        assert client.post("/upload", content=b"x" * 50_000).status_code == 200
        assert client.post("/upload", content=b"x" * 50_001).status_code == 413


def test_large_many_and_ambiguous_headers_are_refused(front: Front) -> None:
    with front.client() as client:
        assert client.get("/free", headers={"x-a": "x" * 9000}).status_code == 431
        many = {f"x-{number}": "1" for number in range(40)}
        assert client.get("/free", headers=many).status_code == 431
        assert client.get("/free", headers={"x_user": "root"}).status_code == 400


@pytest.mark.parametrize(
    "request_head",
    [
        b"POST /free HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n"
        b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /free HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
        b"POST /free HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"GET /free HTTP/1.1\r\nhost: localhost\r\nx: a\x00b\r\n\r\n",
    ],
)
def test_smuggled_requests_are_refused(front: Front, request_head: bytes) -> None:
    assert _raw(front, request_head).split(b" ")[1][:1] in (b"4", b"5")


def test_slow_headers_and_slow_bodies_are_given_up(tmp_path: Path) -> None:
    limits = Limits(header_seconds=Seconds(0.4), body_seconds=Seconds(0.6))
    policy = msgspec.structs.replace(Policy(), limits=limits, csrf=None)
    head = b"POST / HTTP/1.1\r\nhost: localhost\r\n"
    with program() as (port, _), surrounded(tmp_path, port, policy) as front:
        assert b" 408 " in _raw(front, head, b"x: ", drip=b"x")
        assert b" 408 " in _raw(front, head + b"content-length: 100000\r\n\r\n", drip=b"x")


def test_each_user_has_an_own_limit_from_wherever_they_ask(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import jwt

    secret = "a secret of at least thirty-two bytes"
    tokens = Tokens(issuer="https://id.example", audiences=["us"], secret="env:SECRET")
    policy = msgspec.structs.replace(
        Policy(),
        tokens={"id": tokens},
        limits=Limits(per_ip=None, per_user=Rate(3, 600)),
        routes=[
            Route(path="/costly", need=Need(Who.USER), per_user=Rate(1, 600)),
            Route(path="/api", need=Need(Who.USER)),
        ],
    )

    def of(user: str) -> dict[str, str]:
        told = {"iss": "https://id.example", "aud": "us", "sub": user, "exp": time.time() + 600}
        return {"authorization": f"Bearer {jwt.encode(told, secret, algorithm='HS256')}"}

    place = tmp_path_factory.mktemp("users")
    with (
        program() as (port, _),
        surrounded(place, port, policy, secrets={"SECRET": secret}) as front,
    ):
        assert _asked(front, "/api", 2, "127.0.0.21", headers=of("ann")) == "22"
        assert _asked(front, "/api", 2, "127.0.0.22", headers=of("ann")) == "2r"
        assert _asked(front, "/api", 1, "127.0.0.22", headers=of("bob")) == "2"
        assert _asked(front, "/costly", 2, "127.0.0.21", headers=of("ann")) == "2r"
        assert _asked(front, "/", 9, "127.0.0.21") == "2" * 9  # visitors are no user


def test_connections_above_the_cap_are_refused(front: Front) -> None:
    port = front.policy.ports.https
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]

    def refused() -> int:
        said = front.proxy.admin("/stats?filter=downstream_global_cx_overflow").decode()
        return sum(int(line.rpartition(" ")[2]) for line in said.splitlines())

    until(lambda: refused() >= 35)
    for one in held:
        one.close()


def _raw(front: Front, *parts: bytes, drip: bytes = b"") -> bytes:
    """The answer to these bytes, and to one more of `drip` ten times a second until it comes."""
    context = ssl.create_default_context(cafile=front.authority)
    with (
        socket.create_connection(("127.0.0.1", front.policy.ports.https), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        for part in parts:
            secure.sendall(part)
        secure.settimeout(0.1 if drip else SECONDS)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                return secure.recv(65_536)
            except TimeoutError:
                secure.sendall(drip)
    raise AssertionError("no answer")
