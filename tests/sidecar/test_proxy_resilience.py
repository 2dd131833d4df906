"""What callers see of a program that is failing, slow, overloaded or gone."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import msgspec
import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Policy, Resilience, Seconds
from waiting import SECONDS, until

CALM = Resilience(health="", eject=False)


def _policy(resilience: Resilience) -> Policy:
    return msgspec.structs.replace(Policy(), resilience=resilience, csrf=None)


@pytest.mark.parametrize(
    ("method", "times"), [("GET", 3), ("HEAD", 3), ("POST", 1), ("PUT", 1), ("DELETE", 1)]
)
def test_a_failing_answer_is_asked_for_again_but_never_a_change(
    tmp_path_factory: pytest.TempPathFactory, method: str, times: int
) -> None:
    """Trap 9: a retry for 503 would send POSTs again as well."""
    with (
        program(lambda _: (503, {}, b"no")) as (port, seen),
        surrounded(tmp_path_factory.mktemp("retry"), port, _policy(CALM)) as front,
        front.client() as client,
    ):
        assert client.request(method, "/order").status_code == 503
    assert len(seen) == times


def test_without_the_cure_a_post_is_sent_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import dataclasses

    from shipworthy.sidecar import proxy

    def careless(whole: proxy.Configuration) -> proxy.Configuration:
        routes = msgspec.json.decode(msgspec.json.encode(whole.routes))
        for route in routes["virtual_hosts"][0]["routes"]:
            if policy := route.get("route", {}).get("retry_policy"):
                policy["retry_on"] = "5xx"
        return dataclasses.replace(whole, routes=routes)

    with (
        program(lambda _: (503, {}, b"no")) as (port, seen),
        surrounded(
            tmp_path_factory.mktemp("careless"), port, _policy(CALM), change=careless
        ) as front,
        front.client() as client,
    ):
        client.post("/order")
    assert len(seen) == 3


@contextmanager
def _dropping() -> Iterator[tuple[int, list[bytes]]]:
    """A program that reads each request and closes the connection without an answer."""
    asked: list[bytes] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def accept() -> None:
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                asked.append(one.recv(65_536))
                one.close()

        Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1], asked
        listening.shutdown(socket.SHUT_RDWR)


def test_a_post_that_the_program_may_have_done_is_not_sent_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        _dropping() as (port, asked),
        surrounded(tmp_path_factory.mktemp("drop"), port, _policy(CALM)) as front,
        front.client() as client,
    ):
        assert client.post("/order", content=b"1").status_code == 503
        assert len(asked) == 1
        assert client.get("/order").status_code == 503
        assert len(asked) == 4


def test_a_program_that_is_gone_is_said_and_back_it_serves(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("gone")
    with (
        _bound() as server,
        surrounded(place, server.server_port, _policy(CALM)) as front,
        front.client() as client,
    ):
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "does not answer at the moment" in page.text
        assert client.get("/").json()["status"] == 503
        assert client.get("/").headers["x-frame-options"] == "DENY"
        server.server_activate()
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        assert client.get("/").status_code == 200
        server.shutdown()


@contextmanager
def _bound() -> Iterator[HTTPServer]:
    """A program that has its port, which nobody else gets, and does not listen yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.server_bind()
    yield server
    server.server_close()


def test_above_the_breaker_callers_are_refused_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tight = Resilience(
        health="", retries=0, upstream_connections=5, upstream_pending=1, upstream_requests=5
    )
    refused: list[int] = []
    enough = Event()

    def held(_: Seen) -> tuple[int, Mapping[str, str], bytes]:
        """Answers once fourteen others were refused: whoever waits for a place here waits for ever."""
        return (200 if enough.wait(SECONDS) else 500), {}, b""

    with (
        program(held) as (port, seen),
        surrounded(tmp_path_factory.mktemp("breaker"), port, _policy(tight)) as front,
        front.client(timeout=SECONDS) as client,
        ThreadPoolExecutor(20) as pool,
    ):

        def ask(_: int) -> int:
            status = client.get("/").status_code
            if status == 503:
                refused.append(status)
            if len(refused) == 14:
                enough.set()
            return status

        answers = Counter(pool.map(ask, range(20)))
    assert set(answers) == {200, 503}
    assert answers[200] == len(seen) <= 6


def test_health_is_asked_and_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    def sick(seen: Seen) -> tuple[int, Mapping[str, str], bytes]:
        return (500 if seen.path == "/healthz" else 200), {}, b"alive"

    asked = Resilience(health="/healthz", health_seconds=Seconds(0.1))
    with (
        program(sick) as (port, seen),
        surrounded(tmp_path_factory.mktemp("health"), port, _policy(asked)) as front,
        front.client() as client,
    ):
        _until_unhealthy(front)
        assert any(each.path == "/healthz" for each in seen)
        # The only instance is asked all the same: half an answer is better than none.
        assert client.get("/").text == "alive"


def _until_unhealthy(front: Front) -> None:
    until(lambda: b"failed_active_hc" in front.proxy.admin("/clusters"))
