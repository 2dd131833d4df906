"""Providers and callers that misbehave: each gets a typed error, nothing leaks, no budget is lost."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from policies import one_model
from provider import (
    Asked,
    Script,
    chat,
    chat_script,
    chunk,
    chunks,
    provider,
    reply,
    says,
    sse,
    streams,
)
from running import Running, running

from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.problem import Problem
from waiting import SECONDS, until

SECRET = "provider-key-0123456789"
PRICED = """
breaker: {failures: 1, seconds: 60}
providers:
  fake: {url: "URL", key: FAKE_KEY}
models:
  m: {provider: fake, price: {input: 1000, output: 1000}, output_tokens: 100}
prototypes:
  app:
    retries: {attempts: 1}
    timeouts: {first_byte: 30, idle: 30, total: 60}
    budget: {day: 5}
"""


IMPATIENT = PRICED.replace(
    "{first_byte: 30, idle: 30, total: 60}", "{first_byte: 0.3, idle: 0.3, total: 2}"
)


PATIENT_AT_FIRST = PRICED.replace("idle: 30", "idle: 0.3")


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", SECRET)


def raw(*pieces: bytes, close: bool = True) -> Script:
    """Sends bytes as they are, and hangs up or stays."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)  # so that pieces arrive one by one
        if close:
            raise ConnectionError
        await asyncio.sleep(60)

    return script


OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
FIRST = sse([chunk({"content": "one"})], done=False)

BAD_ANSWERS: dict[str, tuple[Script, str]] = {
    "hangs": (raw(close=False), "provider_timeout"),
    "hangs-in-the-body": (
        raw(OK + b'content-length: 50\r\n\r\n{"a', close=False),
        "provider_timeout",
    ),
    "hangs-up": (raw(), "provider_unreachable"),
    "half-an-answer": (raw(OK + b'content-length: 50\r\n\r\n{"choices'), "provider_truncated"),
    "no-http": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "provider_unreachable"),
    "html": (raw(reply(b"<html>sign in</html>", kind="text/html")), "provider_garbage"),
    "garbage": (raw(reply(b"\x00\xff" * 100)), "provider_garbage"),
    "an-array": (says([1, 2]), "provider_garbage"),
    "no-answer": (says({"object": "list"}), "provider_garbage"),
    "deep": (raw(reply(b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}")), "provider_garbage"),
    "gzip": (raw(reply(b"\x1f\x8b", headers="content-encoding: gzip\r\n")), "provider_garbage"),
    "redirect": (
        raw(reply(b"", "302 Found", headers="location: http://127.0.0.1:1/\r\n")),
        "provider_garbage",
    ),
    "no-key": (raw(reply(SECRET.encode(), "401 Unauthorized")), "provider_credentials"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_bad_answer_becomes_a_typed_error(tmp_path: Path, name: str, stream: bool) -> None:
    script, code = BAD_ANSWERS[name]
    policy = IMPATIENT if code == "provider_timeout" else PRICED
    with provider(script) as fake, running(tmp_path, policy.replace("URL", fake.url)) as gateway:
        answered = gateway.chat(stream=stream)
        spent = settled(gateway)
    assert answered.status in (502, 504)
    expected = {code} if not stream else {code, "provider_garbage", "provider_truncated"}
    assert answered.json["error"]["code"] in expected
    assert SECRET.encode() not in answered.body
    assert spent["prototype:app"][1] == 0, "nothing stays set aside"


BAD_STREAMS: dict[str, tuple[bytes, str]] = {
    "breaks-off": (b"", "provider_truncated"),
    "garbage": (b"data: {nope\n\n", "provider_garbage"),
    "an-error": (b'data: {"error": {"message": "overloaded"}}\n\n', "provider_garbage"),
    "half-an-event": (b'data: {"choices": [{"ind', "provider_garbage"),
}


@pytest.mark.parametrize("name", BAD_STREAMS)
def test_a_stream_that_goes_wrong_says_so_in_the_stream(tmp_path: Path, name: str) -> None:
    said, code = BAD_STREAMS[name]
    with (
        provider(raw(STREAM, FIRST, said)) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.chat(stream=True)
        spent = settled(gateway)
    assert answered.streamed_text == "one"
    assert answered.events[-1]["error"]["code"] == code
    assert "[DONE]" not in answered.events
    assert spent["prototype:app"][0] > 0, "what was said is paid for"
    assert spent["prototype:app"][1] == 0


def test_a_stream_that_hangs_is_ended(tmp_path: Path) -> None:
    with (
        provider(raw(STREAM + FIRST, close=False)) as fake,
        running(tmp_path, PATIENT_AT_FIRST.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.chat(stream=True)
    assert answered.events[-1]["error"]["code"] == "provider_timeout"


def test_repeated_ends_and_usage_count_once(tmp_path: Path) -> None:
    events = chunks("one")
    twice = [*events[:-2], events[-2], events[-2], events[-1], events[-1]]
    said = sse(twice) + b"data: [DONE]\n\n"
    with (
        provider(streams([said])) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.chat(stream=True)
        spent = settled(gateway)
    finishes = [e for e in answered.events[:-1] if e["choices"][0]["finish_reason"]]
    assert len(finishes) == 1
    assert answered.events.count("[DONE]") == 1
    assert spent["prototype:app"][0] == 10 * 1_000_000


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": -5, "completion_tokens": 3},
        {"prompt_tokens": "many", "completion_tokens": 3},
        {"prompt_tokens": 10**15, "completion_tokens": 10**15},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": True, "completion_tokens": 1.5},
        [],
    ],
    ids=["negative", "a word", "absurd", "none", "no numbers", "a list"],
)
def test_a_usage_that_cannot_be_is_replaced(tmp_path: Path, usage: Any) -> None:
    with (
        provider(says(chat("hello", usage=usage))) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        assert gateway.chat().status == 200
        spent = settled(gateway)
    assert 0 < spent["prototype:app"][0] < 1_000_000_000


def test_a_provider_that_repeats_our_key_gives_nothing_away(tmp_path: Path) -> None:
    events = chunks(SECRET)
    with (
        provider(says(chat(f"your key is {SECRET}"))) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
    ):
        assert SECRET.encode() not in gateway.chat().body
    with (
        provider(streams([sse(events)])) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
    ):
        assert SECRET.encode() not in gateway.chat(stream=True).body
    message = json.dumps({"error": {"message": f"bad key {SECRET}"}}).encode()
    with (
        provider(raw(reply(message, "400 Bad"))) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
    ):
        assert SECRET.encode() not in gateway.chat().body


def test_an_answer_without_end_is_cut(tmp_path: Path) -> None:
    async def floods(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b" " * 100_000)
            await writer.drain()

    policy = one_model("URL", more="server: {answer_bytes: 1000000}")
    with provider(floods) as fake, running(tmp_path, policy.replace("URL", fake.url)) as gateway:
        answered = gateway.chat()
    assert answered.json["error"]["code"] == "provider_garbage"


# Callers.


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "not_json"),
        (b"\xff\xfe", {}, 400, "not_json"),
        (b"[]", {}, 400, "not_json"),
        (b"", {}, 400, "not_json"),
        (b"{}", {}, 400, "no_model"),
        (b'{"model": 5}', {}, 400, "no_model"),
        (b"[" * 100_000, {}, 400, "not_json"),
        (b'{"model":"m","a":' + b"[" * 500 + b"]" * 500 + b',"stream":true}', {}, 400, "not_json"),
        (b"{}", {"content-type": "text/plain"}, 415, "not_json"),
        (b"{}", {"content-encoding": "gzip"}, 415, "compressed_request"),
        (b'{"model":"other"}', {}, 404, "unknown_model"),
        (b'{"model":"m"}', {"x-shipworthy-feature": "made-up"}, 400, "unknown_feature"),
    ],
)
def test_a_bad_request_is_refused_in_words(
    tmp_path: Path, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    with provider(chat_script()) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.post("/v1/chat/completions", body, headers)
    assert (answered.status, answered.json["error"]["code"]) == (status, code)
    assert not fake.asked


@pytest.mark.parametrize(
    "body",
    [
        {"messages": "hi"},
        {"messages": [1, None, {"role": 5, "content": 7}]},
        {"messages": [{"content": [{"text": 5}], "tool_calls": [{"function": []}]}]},
        {"messages": {}, "tools": 5, "stream_options": [], "n": -1, "user": {}},
    ],
)
def test_an_odd_request_is_the_providers_to_judge(tmp_path: Path, body: dict[str, Any]) -> None:
    with provider(chat_script()) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        assert gateway.post("/v1/chat/completions", {"model": "m", **body}).status == 200
        for path in (
            "/v1/responses",
            "/v1/messages",
            "/api/chat",
            "/api/generate",
            "/v1/embeddings",
        ):
            assert gateway.post(path, {"model": "m", "input": {}, **body}).status in (200, 400, 502)


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    with provider(chat_script()) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=SECONDS)
        connection.putrequest("POST", "/v1/chat/completions")
        connection.putheader("authorization", f"Bearer {gateway.key}")
        connection.putheader("content-length", str(100_000_000))
        connection.endheaders()
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["error"]["code"] == "request_too_large"
        assert gateway.chat().status == 200
    assert len(fake.asked) == 1


def test_a_body_that_grows_without_a_length_is_cut(tmp_path: Path) -> None:
    policy = one_model("URL", more="server: {body_bytes: 100000}")
    with (
        provider(chat_script()) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        said = talk(
            gateway,
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
            "transfer-encoding: chunked\r\n\r\n".encode()
            + (b"ffff\r\n" + b" " * 65535 + b"\r\n") * 3,
        )
    assert b" 413 " in said.split(b"\r\n")[0]


SLOW = one_model("URL", more="server: {read_seconds: 0.3}")


def talk(gateway: Running, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What comes back for bytes, until the gateway hangs up; all where it never does."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as caller:
        said = b""
        try:
            for piece in pieces:
                caller.sendall(piece)
                time.sleep(pause)
            while got := caller.recv(65536):
                said += got
        except (TimeoutError, ConnectionError):
            pass
        return said


def test_a_caller_that_sends_its_head_slowly_is_left(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, SLOW.replace("URL", fake.url)) as gateway,
    ):
        began = time.monotonic()
        said = talk(gateway, b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n")
        assert said == b""
        assert time.monotonic() - began < SECONDS, "hung up before the caller did"


def test_a_caller_that_sends_its_body_slowly_is_told(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, SLOW.replace("URL", fake.url)) as gateway,
    ):
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
        said = talk(gateway, head.encode() + b'content-length: 100\r\n\r\n{"model"')
    assert b" 408 " in said.split(b"\r\n")[0]


def test_a_huge_head_is_refused(tmp_path: Path) -> None:
    policy = one_model("URL", more="server: {header_bytes: 4000}")
    with (
        provider(chat_script()) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        long = talk(gateway, b"POST / HTTP/1.1\r\n" + b"x-a: " + b"a" * 5000)
        many = talk(
            gateway, b"GET / HTTP/1.1\r\n" + b"".join(b"a%d: b\r\n" % i for i in range(300))
        )
        assert gateway.chat().status == 200
    assert b" 431 " in long.split(b"\r\n")[0]
    assert b" 400 " in many.split(b"\r\n")[0]


def test_a_caller_that_reads_nothing_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipworthy.gateway.app.READING", 0.2)

    async def floods(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        event = sse([chunk({"content": "word " * 200_000})], done=False)
        while not asked.reader.at_eof():
            writer.write(event)
            await writer.drain()
            await asyncio.sleep(0)

    policy = one_model("URL", "timeouts: {total: 1}")
    with (
        provider(floods) as fake,
        running(tmp_path, policy.replace("URL", fake.url), Hooks()) as gateway,
    ):
        body = b'{"model": "m", "messages": [], "stream": true}'
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            caller.sendall(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
            until(lambda: fake.asked)
            until(lambda: gateway.serving.calls == 0)
        assert gateway.chat(stream=False).status in (200, 502, 504)


def test_no_log_and_no_dump_shows_a_providers_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from shipworthy.gateway.targets import Targets

    with (
        provider(raw(reply(SECRET.encode(), "500 Oops"))) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
        caplog.at_level("DEBUG"),
    ):
        gateway.chat()
        target = next(iter(Targets(gateway.serving.policy)))
    assert target.key == SECRET
    assert SECRET not in repr(target) + str(target) + caplog.text


# The store.


def settled(gateway: Running) -> dict[str, tuple[int, int]]:
    """The accounts, once everything is settled."""
    file = gateway.folder / "gateway" / "ledger.sqlite"
    connection = sqlite3.connect(file)
    try:
        count = "SELECT count(*) FROM reservations"
        until(lambda: not connection.execute(count).fetchone()[0])
        time.sleep(0.15)
        rows = connection.execute("SELECT account, spent, reserved FROM accounts")
        return {account: (spent, reserved) for account, spent, reserved in rows}
    finally:
        connection.close()


def test_a_locked_store_is_waited_for_and_then_said(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        other = sqlite3.connect(tmp_path / "gateway" / "ledger.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        locked = gateway.chat()
        other.execute("ROLLBACK")
        other.close()
        assert gateway.serving.resting == {}, "no model is blamed for it"
        assert (locked.status, locked.json["error"]["code"]) == (503, "store_locked")
        assert not fake.asked
        assert gateway.chat().status == 200


def test_a_clock_that_jumps_back_ends_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    with (
        provider(chat_script()) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        for skew in (0.0, -86_400.0, 86_400.0, -3_600.0):
            monkeypatch.setattr(time, "time", lambda skew=skew: real() + skew)
            assert gateway.chat().status == 200
        monkeypatch.setattr(time, "time", real)
    assert len(fake.asked) == 4


DEEP = "[" * 500 + "]" * 500
ODD_ANSWERS = {
    "a-message-that-is-a-text": '{"choices": [{"index": {}, "message": "hi"}]}',
    "deep": json.dumps(chat("hi")).replace('"created": 1', f'"created": {DEEP}'),
}


@pytest.mark.parametrize("name", ODD_ANSWERS)
def test_an_answer_of_odd_parts_is_the_providers_fault(tmp_path: Path, name: str) -> None:
    with (
        provider(raw(reply(ODD_ANSWERS[name].encode()))) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        assert gateway.chat().json["error"]["code"] == "provider_garbage"


@pytest.mark.parametrize("odd", ["hi", {"content": "x", "tool_calls": [7, {"function": "f"}]}])
def test_an_event_of_odd_parts_ends_nothing(tmp_path: Path, odd: Any) -> None:
    said = [chunk({"content": "one"}), {"choices": [{"delta": odd, "finish_reason": []}]}]
    with (
        provider(streams([sse([*said, *chunks(" two")])])) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.post(
            "/v1/messages",
            {
                "model": "m",
                "max_tokens": 9,
                "stream": True,
                "messages": [{"role": "user", "content": "x"}],
            },
        )
    assert b"message_stop" in answered.body
    assert b" two" in answered.body


FAILED = {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]}
ERROR_EVENTS = {
    "/v1/chat/completions": FAILED | {"error": {"message": f"overloaded {SECRET}"}},
    "/v1/responses": {"type": "error", "code": "server_error", "message": SECRET},
    "/v1/responses/": {"type": "response.failed", "response": {"status": "failed", "output": []}},
}


@pytest.mark.parametrize("path", ERROR_EVENTS)
def test_a_stream_that_begins_with_an_error_has_not_begun(tmp_path: Path, path: str) -> None:
    said = sse([ERROR_EVENTS[path]])
    with (
        provider(streams([said])) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        body = {"model": "m", "stream": True, "input": "hi", "messages": []}
        answered = gateway.post(path.rstrip("/"), body)
    assert answered.status == 502
    assert answered.json["error"]["code"] == "provider_garbage"
    assert SECRET.encode() not in answered.body


@pytest.mark.parametrize("close", [True, False], ids=["breaks-off", "stays-open"])
def test_an_answer_that_was_said_to_its_end_is_whole(
    tmp_path: Path, close: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipworthy.gateway.asking.LINGERING", 0.1)
    said = sse(chunks("one"))
    head = STREAM.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n")
    with (
        provider(raw(head, b"%x\r\n%b\r\n" % (len(said), said), close=close)) as fake,
        running(tmp_path, PRICED.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.chat(stream=True)
    assert answered.streamed_text == "one"
    assert answered.events[-1] == "[DONE]"


def test_a_key_is_taken_out_of_what_is_translated_or_restored(tmp_path: Path) -> None:
    text = f"your key is {SECRET}, ann@example.com is [EMAIL_1]"
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "a@b.com"}]}
    policy = one_model("URL", "outputs: {enabled: false}")
    policy = policy.replace('"URL"', '"URL", responses: false')
    with (
        provider(chat_script(text)) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        for path in ("/v1/messages", "/v1/responses", "/v1/chat/completions"):
            for stream in (False, True):
                body = asked | {"stream": stream, "input": "a@b.com"}
                answered = gateway.post(path, body)
                assert answered.status == 200
                assert b"[key]" in answered.body
                assert SECRET.encode() not in answered.body


def test_what_a_provider_sent_too_much_of_is_let_go(tmp_path: Path) -> None:
    """A problem whose frames hold it in turn would keep the megabytes until a late collection."""
    import gc

    policy = PRICED.replace("URL", "%s") + "server: {answer_bytes: 3000000}\n"
    with (
        provider(raw(reply(b"[" * 4_000_000))) as fake,
        running(tmp_path, policy % fake.url) as gateway,
    ):
        gc.collect()
        kept = [one for one in gc.get_objects() if _holds_frames(one)]  # of other tests
        gc.disable()
        try:
            assert gateway.chat().json["error"]["code"] == "provider_garbage"
            until(lambda: sum(map(_holds_frames, gc.get_objects())) == len(kept))
        finally:
            gc.enable()


def _holds_frames(one: object) -> bool:
    return issubclass(type(one), Problem) and one.__traceback__ is not None  # type: ignore[attr-defined]


ODD_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a-role-that-is-a-list": ("/v1/chat/completions", {"messages": [{"role": ["user"]}]}),
    "numbers-that-are-words": (
        "/v1/messages",
        {"messages": [], "temperature": "hot", "stop_sequences": 5},
    ),
    "texts-that-are-numbers": (
        "/api/chat",
        {"messages": [{"images": 5}], "options": {"stop": 5}, "stream": False},
    ),
    "choices-that-are-lists": ("/v1/responses", {"input": "x", "tool_choice": ["x"]}),
    "functions-that-are-numbers": (
        "/v1beta/models/m:generateContent",
        {
            "contents": [],
            "generationConfig": {"stopSequences": 5},
            "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": 5}},
        },
    ),
}


@pytest.mark.parametrize("name", ODD_REQUESTS)
@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini", "ollama"])
def test_an_odd_request_breaks_no_translation(tmp_path: Path, name: str, dialect: str) -> None:
    path, body = ODD_REQUESTS[name]
    policy = one_model("URL").replace('"URL"', f'"URL", dialect: {dialect}, responses: false')
    with (
        provider(raw(reply(b"{}", "422 No"))) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.post(path, {"model": "m", **body})
    assert answered.status == 400
    assert b"gateway_broken" not in answered.body


def test_a_provider_reads_what_the_gateway_has_read(tmp_path: Path) -> None:
    twice = b'{"model": "m", "messages": [{"role": "user", "content": "ann@example.com"}], "messages": []}'
    with provider(chat_script()) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        assert gateway.post("/v1/chat/completions", twice).status == 200
    assert b"ann@example.com" not in fake.asked[0].body


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/messages/count_tokens", lambda said: said["error"]["type"]),
        ("/v1beta/models/m:countTokens", lambda said: said["error"]["status"]),
        ("/api/embed", lambda said: said["error"][0]),
        ("/v1/images", lambda said: said["error"]["code"]),
    ],
)
def test_an_address_beside_a_dialect_answers_in_its_words(
    tmp_path: Path, path: str, where: Any
) -> None:
    with running(tmp_path, one_model("http://127.0.0.1:9/v1")) as gateway:
        answered = gateway.post(path, {})
    assert answered.status == 404
    assert isinstance(where(answered.json), str)


def test_a_name_without_end_is_not_kept(tmp_path: Path) -> None:
    with running(tmp_path, one_model("http://127.0.0.1:9/v1")) as gateway:
        assert gateway.chat(model="m" * 100_000, user="u" * 100_000).status == 404
    with sqlite3.connect(next(tmp_path.rglob("journal.sqlite"))) as journal:
        kept = journal.execute("SELECT * FROM calls").fetchone()
    assert all(len(str(value)) <= 200 for value in kept)
