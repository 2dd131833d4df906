"""The client's side of HTTP: what could be read in two ways is not read at all, and nothing outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shipworthy.gateway.problem import Problem
from shipworthy.gateway.provider_connections import KEPT_SECONDS, ProviderConnections
from shipworthy.gateway.upstream import Upstream, request_head
from waiting import SECONDS

OK = b"HTTP/1.1 200 OK\r\n"
ASKED = b'{"model": "m"}'


class Server:
    """Answers each request with the next of some bytes; counts its connections."""

    def __init__(self, *answers: bytes, hangs_up: bool = False) -> None:
        self.answers = list(answers)
        self.hangs_up = hangs_up
        self.connections = 0
        self.requests: list[bytes] = []
        self.url = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
                self.requests.append(head + await reader.readexactly(length))
                writer.write(self.answers.pop(0))
                await writer.drain()
                if self.hangs_up:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(server: Server, answer_bytes: int = 10_000_000) -> AsyncIterator[Upstream]:
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1/chat/completions"
    try:
        async with Upstream(answer_bytes) as upstream:
            yield upstream
    finally:
        listening.close()


async def asked(upstream: Upstream, url: str) -> bytes:
    async with asyncio.timeout(SECONDS):
        response = await upstream.post(url, ASKED, {"authorization": "Bearer k"}, SECONDS)
        try:
            return await response.whole()
        finally:
            response.close()


def outcome(*answers: bytes, hangs_up: bool = False) -> tuple[list[bytes | str], Server]:
    """What some requests in a row give: the body, or the code of the problem."""
    server = Server(*answers, hangs_up=hangs_up)

    async def run() -> list[bytes | str]:
        found: list[bytes | str] = []
        async with serving(server) as upstream:
            for _ in range(len(answers)):
                try:
                    found.append(await asked(upstream, server.url))
                except Problem as problem:
                    found.append(problem.code)
                await asyncio.sleep(0.01)  # bytes that nobody asked for are seen while nobody asks
        return found

    return asyncio.run(run()), server


CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
AMBIGUOUS: dict[str, bytes] = {
    "length-and-coding": OK + b"content-length: 3\r\n" + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    "coding-and-length": OK
    + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "two-lengths": OK + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    "a-list-of-lengths": OK + b"content-length: 3, 3\r\n\r\nabc",
    "a-length-with-sign": OK + b"content-length: +3\r\n\r\nabc",
    "another-coding": OK + b"transfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "two-codings": OK
    + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "a-coding-that-nobody-knows": OK + b"transfer-encoding: xchunked\r\n\r\nabc",
    "chunks-in-1.0": b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    "a-folded-line": OK + b"content-length: 3\r\n 4\r\n\r\nabc",
    "bare-line-feeds": b"HTTP/1.1 200 OK\ncontent-length: 3\n\nabc",
    "a-space-before-the-colon": OK + b"content-length : 3\r\n\r\nabc",
    "a-zero-byte": OK + b"x: a\0b\r\ncontent-length: 3\r\n\r\nabc",
    "http-2": b"HTTP/2.0 200 OK\r\ncontent-length: 3\r\n\r\nabc",
    "switching-protocols": b"HTTP/1.1 101 Yes\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc",
    "a-head-without-end": OK + b"x: " + b"a" * 100_000,
    "too-many-headers": OK + b"".join(b"x%d: y\r\n" % at for at in range(300)) + b"\r\n",
    "hints-without-end": b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000,
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_head_that_can_be_read_in_two_ways_is_no_answer(name: str) -> None:
    found, server = outcome(AMBIGUOUS[name], OK + b"content-length: 2\r\n\r\nok")
    assert found == ["provider_unreachable", b"ok"]
    assert server.connections == 2, "nothing more is taken from that connection"


BROKEN: dict[str, bytes] = {
    "a-negative-chunk": OK + CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n",
    "a-prefixed-chunk": OK + CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a-chunk-with-a-space": OK + CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
    "a-chunk-beyond-all-numbers": OK + CHUNKED + b"f" * 17 + b"\r\nabc\r\n0\r\n\r\n",
    "a-chunk-longer-than-said": OK + CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
    "chunks-with-line-feeds": OK + CHUNKED + b"3\nabc\n0\n\n",
    "a-chunk-with-endless-words": OK + CHUNKED + b"3;" + b"a" * 200_000 + b"\r\nabc\r\n0\r\n\r\n",
    "trailers-without-end": OK + CHUNKED + b"3\r\nabc\r\n0\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_is_framed_wrongly_breaks_off(name: str) -> None:
    found, server = outcome(BROKEN[name], OK + b"content-length: 2\r\n\r\nok")
    assert found[0] in ("provider_truncated", "provider_unreachable")
    assert found[1] == b"ok"
    assert server.connections == 2


@pytest.mark.parametrize(
    "more",
    [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil", b"rubbish", b"\0"],
    ids=["an-answer", "rubbish", "a-byte"],
)
def test_bytes_behind_an_answer_are_never_the_answer_to_the_next_call(more: bytes) -> None:
    found, server = outcome(
        OK + b"content-length: 2\r\n\r\nok" + more, OK + b"content-length: 5\r\n\r\nright"
    )
    assert found == [b"ok", b"right"]
    assert server.connections == 2


def test_trailers_are_not_believed() -> None:
    late = b"3\r\nabc\r\n0\r\ncontent-encoding: gzip\r\nretry-after: 9\r\n\r\n"
    found, server = outcome(OK + CHUNKED + late, OK + b"content-length: 2\r\n\r\nok")
    assert found == [b"abc", b"ok"]
    assert server.connections == 1


def test_connections_are_kept_unless_the_provider_says_otherwise() -> None:
    kept = OK + b"content-length: 2\r\n\r\nok"
    _, server = outcome(kept, kept, kept)
    assert server.connections == 1
    closing = OK + b"connection: close\r\ncontent-length: 2\r\n\r\nok"
    found, server = outcome(closing, closing)
    assert (found, server.connections) == ([b"ok", b"ok"], 2)


def test_a_body_may_end_with_its_connection() -> None:
    found, _ = outcome(OK + b"\r\nuntil the end", hangs_up=True)
    assert found == [b"until the end"]
    found, _ = outcome(b"HTTP/1.0 200 OK\r\n\r\nold", hangs_up=True)
    assert found == [b"old"]


def test_a_hint_before_the_answer_is_passed_over() -> None:
    found, _ = outcome(
        b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + OK + b"content-length: 2\r\n\r\nok"
    )
    assert found == [b"ok"]


def test_a_large_answer_is_held_up_and_not_kept_in_memory() -> None:
    """Of an answer of eight megabytes no more is taken in than is read, and at the limit it ends."""
    body = b"x" * 8_000_000

    async def run() -> None:
        server = Server(OK + b"content-length: 8000000\r\n\r\n" + body)
        async with serving(server, answer_bytes=9_000_000) as upstream:
            response = await upstream.post(server.url, ASKED, {}, SECONDS)
            await asyncio.sleep(0.2)
            connection = response._open
            assert connection._ahead < 1_000_000
            assert len(await response.whole()) == len(body)
            response.close()
        server = Server(OK + b"content-length: 8000000\r\n\r\n" + body)
        async with serving(server, answer_bytes=1_000_000) as upstream:
            response = await upstream.post(server.url, ASKED, {}, SECONDS)
            with pytest.raises(Problem) as caught:
                await response.whole()
            assert caught.value.code == "provider_garbage"

    asyncio.run(run())


def test_a_call_that_is_given_up_leaves_no_connection_behind() -> None:
    async def run() -> None:
        server = Server(OK + b"content-length: 10\r\n\r\nhalf", OK + b"content-length: 2\r\n\r\nok")
        async with serving(server) as upstream:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await asked(upstream, server.url)
            assert await asked(upstream, server.url) == b"ok"
        assert server.connections == 2

    asyncio.run(run())


def test_a_deadline_is_met_and_is_none_for_who_does_not_wait() -> None:
    async def run() -> None:
        half = OK + b"content-length: 10\r\n\r\nhalf"
        server = Server(half, b"")
        async with serving(server) as upstream:
            response = await upstream.post(server.url, ASKED, {}, SECONDS)
            response.wait_at_most(0.05)
            await asyncio.sleep(0.3)  # a caller that reads slowly
            assert await response.piece() == b"half"
            response.wait_at_most(0.1)
            began = asyncio.get_running_loop().time()
            with pytest.raises(TimeoutError):
                await response.piece()
            assert 0.09 < asyncio.get_running_loop().time() - began < SECONDS
            response.close()
            with pytest.raises(TimeoutError):
                await upstream.post(server.url, ASKED, {}, 0.5)
        assert server.connections == 2

    asyncio.run(run())


def test_a_connection_that_waited_too_long_is_not_used_again() -> None:
    now = [0.0]

    async def run() -> None:
        kept = OK + b"content-length: 2\r\n\r\nok"
        server = Server(kept, kept, kept)
        async with serving(server) as upstream:
            upstream._connections = ProviderConnections(lambda: now[0])
            await asked(upstream, server.url)
            now[0] = KEPT_SECONDS - 1
            await asked(upstream, server.url)
            now[0] += KEPT_SECONDS + 1
            await asked(upstream, server.url)
        assert server.connections == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://h/v1", (("authorization", "Bearer a\r\nx: y"),)),
        ("http://h/v1", (("authorization", "Bearer a\nb"),)),
        ("http://h/v1", (("x\r\ny", "z"),)),
        ("http://h/v1", (("x", "a\0"),)),
    ],
)
def test_no_header_holds_the_end_of_its_line(
    url: str, headers: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(ValueError, match="control character"):
        request_head(url, headers)


def test_an_address_cannot_end_its_line_either() -> None:
    _, head = request_head("http://h/v1/models/a b%0d%0aé:generateContent?alt=sse", ())
    first = head.split(b"\r\n")[0]
    assert first == b"POST /v1/models/a%20b%0d%0a%C3%A9:generateContent?alt=sse HTTP/1.1"
    assert b"host: h\r\n" in head


def test_what_goes_out_is_one_request_with_its_length() -> None:
    _, server = outcome(OK + b"content-length: 2\r\n\r\nok")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == ASKED
    assert b"content-length: %d" % len(ASKED) in head
    assert b"accept-encoding: identity" in head
    assert b"authorization: Bearer k" in head


def test_a_certificate_that_nobody_trusts_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    found = asyncio.run(
        _over_tls(tmp_path_factory.mktemp("tls"), lambda port: f"https://localhost:{port}/")
    )
    assert found == "provider_unreachable"


async def _over_tls(folder: object, url: Callable[[int], str]) -> str:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    server = Server(OK + b"content-length: 2\r\n\r\nok")
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=context)
    try:
        async with Upstream(1_000) as upstream:
            await asked(upstream, url(listening.sockets[0].getsockname()[1]))
    except Problem as problem:
        return problem.code
    finally:
        listening.close()
    return "ok"


def _certificate(folder: object) -> tuple[str, str]:
    """A certificate for localhost that it has signed itself."""
    import datetime
    from pathlib import Path

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = Path(str(folder)) / "c.pem", Path(str(folder)) / "k.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(certificate), str(private)
