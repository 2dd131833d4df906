"""Chat completions through a real gateway to a provider on a real socket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from policies import one_model
from provider import chat, chat_script, chunks, provider, says, sse, streams
from running import running


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")


def test_an_answer_passes_and_its_request_says_the_same(tmp_path: Path) -> None:
    with provider(says(chat("hello"))) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        body = b'{ "model":"m",  "messages":[{"role":"user","content":"hi"}], "seed": 1 }'
        answered = gateway.post("/v1/chat/completions", body)
    assert answered.status == 200
    assert answered.json == chat("hello")
    assert fake.asked[0].json == json.loads(body)
    assert fake.asked[0].path == "/v1/chat/completions"
    assert fake.asked[0].headers["authorization"] == "Bearer provider-key-0123456789"
    assert answered.headers["x-shipworthy"] == "answered"


def test_a_stream_passes_event_by_event(tmp_path: Path) -> None:
    with provider(chat_script("a b c")) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.chat(stream=True)
    assert answered.headers["content-type"] == "text/event-stream"
    assert answered.streamed_text == "abc"
    assert answered.events[-1] == "[DONE]"


def test_usage_is_asked_for_and_shown_only_to_callers_that_asked(tmp_path: Path) -> None:
    with provider(chat_script("a")) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        plain = gateway.chat(stream=True)
        asking = gateway.chat(stream=True, stream_options={"include_usage": True})
    assert all(asked.json["stream_options"] == {"include_usage": True} for asked in fake.asked)
    assert not any("usage" in event for event in plain.events[:-1])
    assert asking.events[-2]["usage"]["total_tokens"] == 10


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_stream_may_be_cut_anywhere(tmp_path: Path, size: int) -> None:
    whole = sse(chunks("grün", " 🚀", " end")).replace(b"\n", b"\r\n")
    pieces = [whole[i : i + size] for i in range(0, len(whole), size)]
    with provider(streams(pieces)) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.chat(stream=True)
    assert answered.streamed_text == "grün 🚀 end"


def test_a_stranger_is_refused_in_words_that_sdks_know(tmp_path: Path) -> None:
    with provider(says(chat())) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.post("/v1/chat/completions", {}, key="sk-stolen")
    assert answered.status == 401
    assert answered.json["error"]["code"] == "invalid_api_key"
    assert not fake.asked
