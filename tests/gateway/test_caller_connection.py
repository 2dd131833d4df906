"""The server's side of HTTP: one reply for each request, in order, and none for what has two meanings."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shipworthy.gateway.listening import HttpServer
from shipworthy.gateway.request import Gone, Request, TooLarge
from waiting import SECONDS

MOST = 300_000


async def echo(request: Request) -> None:
    """Says what it was asked; /slow takes a moment, /stream comes in pieces, /breaks stops within one."""
    if request.path == "/slow":
        await asyncio.sleep(0.05)
    if request.path == "/unread":
        request.reply(401, [], b"no")
        return
    if request.path in ("/stream", "/breaks"):
        request.begin(200, [(b"content-type", b"text/plain")], b"one ")
        await request.more(b"two")
        if request.path == "/stream":
            request.end()
        return
    try:
        body = await request.body(MOST)
    except TooLarge:
        request.reply(413, [(b"connection", b"close")], b"")
    except Gone:
        pass
    else:
        said = f"{request.method} {request.path} {request.query.decode()} {len(body)}"
        request.reply(200, [(b"x-said", b"a\r\nb: c")], said.encode())


@asynccontextmanager
async def serving(read_seconds: float = 60.0) -> AsyncIterator[tuple[HttpServer, int]]:
    server = HttpServer(echo, header_bytes=4_000, read_seconds=read_seconds)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    await server.listen(listening)
    try:
        yield server, listening.getsockname()[1]
    finally:
        await server.close()


async def _talk(port: int, *pieces: bytes, half_close: bool = False) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.02)
        if half_close:
            writer.write_eof()
        silent = 0
        while silent < 12:  # in steps: of a machine that stands still, only one is lost
            try:
                got = await asyncio.wait_for(reader.read(65_536), 0.05 if said else SECONDS)
            except TimeoutError:
                silent += 1 if said else 12
                continue
            if not got:
                break
            said, silent = said + got, 0
    except ConnectionError:
        pass
    finally:
        writer.close()
    return said


def talk(*pieces: bytes, **options: bool) -> bytes:
    """What comes back on one connection until it ends, or is silent for a while."""

    async def run() -> bytes:
        async with serving() as (_, port):
            return await _talk(port, *pieces, **options)

    return asyncio.run(run())


def post(path: str = "/a", body: bytes = b"hi", more: str = "", version: str = "1.1") -> bytes:
    head = f"POST {path} HTTP/{version}\r\nhost: x\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


HEAD = b"POST /a HTTP/1.1\r\nhost: x\r\n"
SMUGGLED = b"POST /secret HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "first",
    [
        HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        HEAD + b"content-length: 0\r\ncontent-length: 50\r\n\r\n",
        HEAD + b"content-length: 1, 50\r\n\r\n",
        HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        HEAD + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"x: a\r\n content-length: 50\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\n0\n\n",
        HEAD + b"x: a\rcontent-length: 50\r\n\r\n",
        b"POST /a HTTP/1.1\nhost: x\n\n",
        b"POST /a HTTP/3.1\r\nhost: x\r\n\r\n",
        b"\0\r\n\r\n",
    ],
)
def test_a_request_of_two_meanings_ends_the_connection(first: bytes) -> None:
    said = talk(first + SMUGGLED)
    assert b"/secret" not in said
    assert said.count(b"HTTP/1.1 ") <= 1
    assert not said.startswith(b"HTTP/1.1 200")


def test_requests_sent_at_once_are_answered_one_by_one_in_their_order() -> None:
    said = talk(post("/slow") + post("/b?c=d", b"") + post("/e", b"x" * 100_000) + post("/f"))
    places = [said.index(asked) for asked in (b"/slow  2", b"/b c=d 0", b"/e  100000", b"/f  2")]
    assert places == sorted(places)
    assert said.count(b"HTTP/1.1 200") == 4


def test_a_request_may_come_byte_by_byte_and_in_chunks() -> None:
    chunked = HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n"
    assert b"POST /a  3" in talk(*(bytes([byte]) for byte in chunked[:20]), chunked[20:])


def test_who_asks_first_whether_to_send_a_body_is_told() -> None:
    head, _, body = post("/a", b"hello", "expect: 100-continue\r\n").partition(b"\r\n\r\n")
    said = talk(head + b"\r\n\r\n", body)
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_a_body_beyond_the_limit_is_refused_with_and_without_its_length() -> None:
    stated = talk(b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n")
    grown = talk(
        b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
        *([b"ffff\r\n" + b"x" * 65_535 + b"\r\n"] * 6),
    )
    assert stated.startswith(b"HTTP/1.1 413")
    assert grown.startswith(b"HTTP/1.1 413")


def test_a_body_that_nobody_wants_is_not_taken_into_memory_and_the_next_request_follows() -> None:
    said = talk(post("/unread", b"x" * 1_000_000) + post("/next"))
    assert said.startswith(b"HTTP/1.1 401")
    assert b"POST /next" in said


def test_an_old_caller_gets_a_stream_without_chunks_and_its_end() -> None:
    said = talk(post("/stream", version="1.0"))
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"chunked" not in head
    assert body == b"one two"


def test_a_stream_that_breaks_off_lacks_its_last_chunk() -> None:
    assert talk(post("/stream")).endswith(b"3\r\ntwo\r\n0\r\n\r\n")
    broken = talk(post("/breaks") + post("/next"))
    assert broken.endswith(b"3\r\ntwo\r\n")
    assert b"/next" not in broken


def test_no_value_of_a_header_ends_its_line() -> None:
    head = talk(post()).partition(b"\r\n\r\n")[0]
    assert b"x-said: a  b: c" in head
    assert b"\r\nb: c" not in head


def test_a_head_is_answered_without_a_body_and_an_address_in_full_is_understood() -> None:
    said = talk(
        b"HEAD /a HTTP/1.1\r\nhost: x\r\n\r\n", b"GET http://x/b%20c?d HTTP/1.1\r\nhost: x\r\n\r\n"
    )
    assert b"content-length: 10\r\n\r\nHTTP/1.1 200" in said
    assert said.endswith(b"GET /b c d 0")


def test_who_wants_another_protocol_gets_an_answer_in_this_one() -> None:
    said = talk(post("/a", b"hi", "connection: upgrade\r\nupgrade: h2c\r\n"))
    assert said.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in said


def test_connection_close_is_heeded() -> None:
    said = talk(post("/a", b"hi", "connection: close\r\n") + post("/b"))
    assert said.count(b"HTTP/1.1 200") == 1
    assert b"/b" not in said


def test_slow_heads_are_cut_also_on_kept_connections() -> None:
    async def run() -> None:
        async with serving(read_seconds=0.1) as (server, port):
            for replies, pieces in enumerate(((b"POST /a",), (post(), b"POST /a"))):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0.02)
                async with asyncio.timeout(SECONDS):
                    assert (await reader.read()).count(b"HTTP/1.1") == replies
                writer.close()
            await emptied(server)

    asyncio.run(run())


def test_an_idle_connection_is_closed_and_a_waiting_one_is_not() -> None:
    async def run() -> None:
        async with serving(read_seconds=0.1) as (server, port):
            server.idle_seconds = 2
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post())
            await reader.readuntil(b"2")
            await asyncio.sleep(0.3)
            assert len(server.connections) == 1, "the time of a head does not run between requests"
            async with asyncio.timeout(SECONDS):
                await reader.read()
            writer.close()

    asyncio.run(run())


def test_at_its_end_a_server_finishes_what_is_under_way_and_takes_nothing_more() -> None:
    async def run() -> None:
        begun, over = asyncio.Event(), asyncio.Event()

        async def held(request: Request) -> None:
            begun.set()
            await over.wait()
            await echo(request)

        server = HttpServer(held)
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setblocking(False)
        await server.listen(listening)
        port = listening.getsockname()[1]
        busy, idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        busy[1].write(post("/held"))
        await begun.wait()
        closing = asyncio.create_task(server.close())
        assert await idle[0].read() == b""
        over.set()
        await closing
        said = await busy[0].read()
        assert b"POST /held" in said
        assert b"connection: close" in said
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)
        busy[1].close()
        idle[1].close()

    asyncio.run(run())


def test_who_does_not_read_the_last_reply_is_cut() -> None:
    async def run() -> None:
        async def flood(request: Request) -> None:
            request.reply(200, [(b"connection", b"close")], b"x" * 20_000_000)

        server = HttpServer(flood, read_seconds=0.1)
        server.idle_seconds = 0.2
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setblocking(False)
        await server.listen(listening)
        with socket.create_connection(listening.getsockname()) as caller:
            caller.sendall(post())
            await asyncio.sleep(0.05)
            await emptied(server)
        await server.close()

    asyncio.run(run())


async def emptied(server: HttpServer) -> None:
    """Wait until a server has no connection."""
    async with asyncio.timeout(SECONDS):
        while server.connections:
            await asyncio.sleep(0.01)


CHUNKED = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "around", [b"2\r\n{}\r\n0\r\nx: ", b"2;a="], ids=["a trailer", "an extension of a chunk"]
)
@pytest.mark.parametrize("head", [CHUNKED, CHUNKED.replace(b"/ ", b"/unread ")])
def test_what_surrounds_a_body_is_bounded_like_a_head(head: bytes, around: bytes) -> None:
    async def flood() -> int:
        async with serving() as (_, port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + around)
            sent = 0
            try:
                while sent < 50_000_000:
                    writer.write(b"y" * 65_536)
                    await asyncio.wait_for(writer.drain(), SECONDS)
                    sent += 65_536
            except ConnectionError:
                pass
            writer.transport.abort()
            return sent

    assert asyncio.run(flood()) < 20_000_000, "what the kernel holds, and no more"


def test_chunks_of_one_byte_are_no_surroundings() -> None:
    body = b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n"
    assert b"50000" in talk(CHUNKED + body)


def test_a_caller_that_is_still_sending_reads_the_reply() -> None:
    async def send() -> bytes:
        async with serving() as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n")
            for _ in range(9):
                writer.write(b"x" * 1_000_000)
                await writer.drain()
            said = await asyncio.wait_for(reader.read(), SECONDS)
            writer.close()
            return said

    assert asyncio.run(send()).startswith(b"HTTP/1.1 413 ")
