"""What must pass through the proxy untouched, and what it makes smaller: sockets, events, compression."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator

import aiohttp
import msgspec
import pytest
from running_proxy import Front, surrounded
from streaming_program import streaming_program

from shipworthy.sidecar.policy import Bytes, Limits, Policy, Seconds
from waiting import SECONDS


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    limits = Limits(body=Bytes(1000), request_seconds=Seconds(1.5), body_seconds=Seconds(1.5))
    policy = msgspec.structs.replace(Policy(), limits=limits)
    with (
        streaming_program() as port,
        surrounded(tmp_path_factory.mktemp("streams"), port, policy) as front,
    ):
        yield front


def _trusted(front: Front) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=front.authority)


async def _echo(front: Front, origin: str | None, sent: bytes, pause: float) -> bytes:
    headers = {"origin": origin} if origin else {}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"{front.url}/socket", ssl=_trusted(front), headers=headers, max_msg_size=0
        ) as socket,
    ):
        await asyncio.sleep(pause)
        await socket.send_bytes(sent)
        answer = await socket.receive_bytes(timeout=SECONDS)
        assert isinstance(answer, bytes)
        return answer


def test_a_web_socket_outlives_the_time_limits_and_carries_more_than_a_body_may(
    front: Front,
) -> None:
    sent = b"x" * 100_000
    assert asyncio.run(_echo(front, front.url, sent, pause=2)) == sent


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost"])
def test_a_page_of_another_origin_opens_no_web_socket(front: Front, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        asyncio.run(_echo(front, origin, b"", pause=0))
    assert refused.value.status == 403


def test_a_program_without_origin_opens_a_web_socket(front: Front) -> None:
    assert asyncio.run(_echo(front, None, b"hi", pause=0)) == b"hi"


def test_only_a_get_opens_a_web_socket(front: Front) -> None:
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "origin": front.url}
    with front.client() as client:
        assert client.post("/slow", content=b"x" * 5000, headers=upgrade).status_code == 400


@pytest.mark.parametrize("http2", [False, True])
def test_events_arrive_one_by_one_beyond_the_time_limit(front: Front, http2: bool) -> None:
    headers = {"accept": "text/event-stream", "accept-encoding": "gzip, br"}
    with (
        front.client(http2=http2, timeout=SECONDS) as client,
        front.client() as other,
        client.stream("GET", "/events?n=4", headers=headers) as answer,
    ):
        assert "content-encoding" not in answer.headers
        arrived = []
        for chunk in answer.iter_raw():
            arrived.append(chunk)
            time.sleep(0.5)
            other.get("/step")  # the next one is not sent before
    assert arrived == [f"data: {number}\n\n".encode() for number in range(4)]


def test_a_slow_answer_is_ended_at_the_limit_with_a_page_that_says_so(front: Front) -> None:
    with front.client() as client:
        answer = client.get("/slow?seconds=4", headers={"accept": "text/html"})
    assert answer.status_code == 504
    assert "does not answer" in answer.text
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("asked", "told"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_large_texts_are_compressed_as_the_caller_wants(
    front: Front, asked: str, told: str | None
) -> None:
    with front.client() as client:
        answer = client.get("/large", headers={"accept-encoding": asked})
    assert answer.headers.get("content-encoding") == told
    assert len(answer.json()["text"]) == 50_000
