"""What happens when a model is late, down, or answers in the wrong form; and when it is switched off."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from policies import one_model
from provider import Asked, Script, chat, chat_script, provider, reply, says, streams
from running import Running, running

from waiting import until


def in_turn(*scripts: Script) -> Script:
    """Each request is answered by the next script, the last of them for ever."""
    left = list(scripts)

    async def script(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, writer)

    return script


def fails(status: str, headers: str = "") -> Script:
    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b'{"error":{"message":"no"}}', status, headers=headers))

    return script


async def hangs(_: Asked, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def two_models(first: str, second: str, first_byte: float = 30, attempts: int = 2) -> str:
    return f"""
providers:
  one: {{url: "{first}"}}
  two: {{url: "{second}"}}
models:
  m: {{provider: one}}
  small: {{provider: two}}
prototypes:
  app:
    models: [m, small]
    retries: {{attempts: {attempts}, wait: 0.01}}
    timeouts: {{first_byte: {first_byte}, idle: 30, total: 60}}
"""


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "529 Overloaded", "429 Slow down"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_attempt_is_made_again(tmp_path: Path, status: str, stream: bool) -> None:
    script = in_turn(fails(status, "retry-after: 0\r\n"), chat_script())
    with provider(script) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.chat(stream=stream)
    assert answered.status == 200
    assert len(fake.asked) == 2


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("first", [fails("500 Oops"), hangs], ids=["fails", "hangs"])
def test_a_chain_goes_on_to_the_next_model(tmp_path: Path, first: Script, stream: bool) -> None:
    with (
        provider(first) as one,
        provider(chat_script("from the second")) as two,
        running(
            tmp_path, two_models(one.url, two.url, *(2, 1) if first is hangs else ())
        ) as gateway,
    ):
        answered = gateway.chat(stream=stream)
    assert answered.status == 200
    assert answered.headers["x-shipworthy"] == "fallback"
    assert answered.headers["x-shipworthy-model"] == "small"
    assert two.asked[0].json["model"] == "small"


def test_a_stream_that_dies_before_its_first_word_goes_on_to_the_next_model(tmp_path: Path) -> None:
    role_only = b'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n'
    with (
        provider(streams([role_only])) as one,
        provider(chat_script("from the second")) as two,
        running(tmp_path, two_models(one.url, two.url)) as gateway,
    ):
        answered = gateway.chat(stream=True)
    assert answered.streamed_text == "fromthesecond"
    assert answered.events[0]["choices"][0]["delta"]["role"]


@pytest.mark.parametrize(
    "first",
    [fails("429 Slow down", "retry-after: 30\r\n"), fails("404 Gone"), fails("401 Who are you")],
    ids=["busy for long", "unknown model", "no key"],
)
def test_what_waiting_does_not_mend_is_asked_of_the_next_model_at_once(
    tmp_path: Path, first: Script
) -> None:
    with (
        provider(first) as one,
        provider(chat_script()) as two,
        running(tmp_path, two_models(one.url, two.url)) as gateway,
    ):
        answered = gateway.chat()
    assert answered.headers["x-shipworthy-model"] == "small"
    assert len(one.asked) == 1


def test_a_mistake_of_the_caller_is_not_tried_elsewhere(tmp_path: Path) -> None:
    with (
        provider(fails("400 Bad")) as one,
        provider(chat_script()) as two,
        running(tmp_path, two_models(one.url, two.url)) as gateway,
    ):
        answered = gateway.chat()
    assert (answered.status, answered.json["error"]["code"]) == (400, "provider_refused")
    assert (len(one.asked), len(two.asked)) == (1, 0)


def test_a_broken_circuit_leaves_a_model_alone(tmp_path: Path) -> None:
    policy = "breaker: {failures: 3, seconds: 60}\n" + two_models("{one}", "{two}").replace(
        '"{one}"', '"ONE"'
    ).replace('"{two}"', '"TWO"')
    with provider(fails("500 Oops")) as one, provider(chat_script()) as two:
        text = policy.replace("ONE", one.url).replace("TWO", two.url)
        with running(tmp_path, text) as gateway:
            assert [gateway.chat().status for _ in range(6)] == [200] * 6
    assert len(one.asked) < 5
    assert len(two.asked) == 6


def test_the_whole_call_ends_in_its_time(tmp_path: Path) -> None:
    feature = "timeouts: {first_byte: 5, idle: 5, total: 0.3}"
    with provider(hangs) as fake, running(tmp_path, one_model(fake.url, feature)) as gateway:
        answered = gateway.chat()
    assert (answered.status, answered.json["error"]["code"]) == (504, "provider_timeout")
    assert answered.headers["x-should-retry"] == "false"


SCHEMA = "{type: object, properties: {city: {type: string}}, required: [city], additionalProperties: false}"
CONTRACT = f"contract: {SCHEMA}"
GOOD = '{"city": "Köln"}'


@pytest.mark.parametrize("text", [GOOD, f"Sure!\n```json\n{GOOD}\n```\nAnything else?"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_mended_where_the_form_is_inside(
    tmp_path: Path, text: str, stream: bool
) -> None:
    with (
        provider(says(chat(text))) as fake,
        running(tmp_path, one_model(fake.url, CONTRACT)) as gateway,
    ):
        answered = gateway.chat(stream=stream)
    said = answered.streamed_text if stream else answered.json["choices"][0]["message"]["content"]
    assert json.loads(said) == {"city": "Köln"}
    assert len(fake.asked) == 1


def test_a_model_is_asked_once_more_for_the_form(tmp_path: Path) -> None:
    script = in_turn(says(chat('{"town": "Köln"}')), says(chat(GOOD)))
    with provider(script) as fake, running(tmp_path, one_model(fake.url, CONTRACT)) as gateway:
        answered = gateway.chat()
    assert json.loads(answered.json["choices"][0]["message"]["content"]) == {"city": "Köln"}
    roles = [message["role"] for message in fake.asked[1].json["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert answered.headers["x-shipworthy-notes"] == "asked again"


def test_an_answer_in_the_wrong_form_is_refused_without_quoting_it(tmp_path: Path) -> None:
    with (
        provider(says(chat("secret words"))) as fake,
        running(tmp_path, one_model(fake.url, CONTRACT)) as gateway,
    ):
        answered = gateway.chat()
    assert (answered.status, answered.json["error"]["code"]) == (502, "contract_violated")
    assert b"secret" not in answered.body
    assert len(fake.asked) == 2


STAND_INS = """
answers:
  - {contains: "REFUND", answer: {"city": "none"}}
message: "Our assistant rests."
"""


@pytest.mark.parametrize("stream", [False, True])
def test_something_stands_in_when_the_provider_is_gone(tmp_path: Path, stream: bool) -> None:
    with running(tmp_path, one_model("http://127.0.0.1:9", STAND_INS)) as gateway:
        refund = gateway.chat("a refund please", stream=stream)
        other = gateway.chat("hello", stream=stream)

    def said(answered: Any) -> str:
        if stream:
            return str(answered.streamed_text)
        return str(answered.json["choices"][0]["message"]["content"])

    assert json.loads(said(refund)) == {"city": "none"}
    assert said(other) == "Our assistant rests."
    assert refund.headers["x-shipworthy"] == "deterministic"
    assert refund.headers["x-shipworthy-reason"] == "provider_unreachable"


def test_the_last_good_answer_stands_in(tmp_path: Path) -> None:
    script = in_turn(says(chat("fresh")), fails("500 Oops"))
    with (
        provider(script) as fake,
        running(tmp_path, one_model(fake.url, "cache: 0.001")) as gateway,
    ):
        first, second = gateway.chat(), gateway.chat()
        third = gateway.chat("another question")
    assert second.json["choices"][0]["message"]["content"] == "fresh"
    assert (first.headers["x-shipworthy"], second.headers["x-shipworthy"]) == ("answered", "cached")
    assert third.status == 502


def test_a_cached_answer_asks_no_model(tmp_path: Path) -> None:
    with (
        provider(says(chat("fresh"))) as fake,
        running(tmp_path, one_model(fake.url, "cache: 60")) as gateway,
    ):
        gateway.chat()
        again = gateway.chat(stream=True)
    assert again.streamed_text == "fresh"
    assert len(fake.asked) == 1


SWITCHES: list[tuple[str, str]] = [
    ("*", "everything"),
    ("app", "the prototype"),
    ("app/default", "the feature"),
    ("model:m", "the model"),
]


@pytest.mark.parametrize("scope", [scope for scope, _ in SWITCHES], ids=[n for _, n in SWITCHES])
def test_a_switch_counts_from_the_next_request_on(tmp_path: Path, scope: str) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, one_model(fake.url, STAND_INS)) as gateway,
    ):
        control = gateway.control()
        seen = []
        for _ in range(3):
            seen.append(gateway.chat().headers["x-shipworthy"])
            control.switch_off(scope, "anna", "it lies")
            seen.append(gateway.chat().headers["x-shipworthy"])
            control.switch_on(scope)
        control.close()
    assert seen == ["answered", "deterministic"] * 3
    assert len(fake.asked) == 3


def test_what_is_off_and_has_no_answer_says_so(tmp_path: Path) -> None:
    with provider(chat_script()) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        control = gateway.control()
        control.switch_off("app", "anna", "")
        control.close()
        answered = gateway.chat()
    assert (answered.status, answered.json["error"]["code"]) == (503, "switched_off")
    assert not fake.asked


@pytest.mark.parametrize("stream", [False, True])
def test_a_caller_that_leaves_ends_the_providers_work(tmp_path: Path, stream: bool) -> None:
    left: list[bool] = []

    async def watches(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if stream:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
            writer.write(head + b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
        while not asked.reader.at_eof():
            await asyncio.sleep(0.01)
        left.append(True)

    with provider(watches) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        body = json.dumps({"model": "m", "messages": [], "stream": stream}).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", gateway.port)) as caller:
            caller.sendall(head.encode() + body)
            until(lambda: len(fake.asked) == 1)
            if stream:
                caller.recv(100)
        until(lambda: left)
    assert left == [True]


def test_two_replicas_share_switches_and_keys(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, one_model(fake.url)) as first,
        running(tmp_path, one_model(fake.url)) as second,
    ):
        other = Running(second.port, first.key, tmp_path, second.serving)
        assert other.chat().status == 200
        control = first.control()
        control.switch_off("app", "anna", "")
        control.close()
        assert (first.chat().status, other.chat().status) == (503, 503)
