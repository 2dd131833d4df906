"""Events that differ in their text alone are not taken apart, and everything else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from policies import one_model
from provider import chunk, chunks, provider, sse, streams
from running import running

from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.repeated import Repeated
from shipworthy.gateway.sse import EventFrames, Frame

CHAT = DIALECTS["openai-chat"]


def frame(event: Any) -> Frame:
    return EventFrames().push(b"data: " + json.dumps(event).encode() + b"\n\n")[0]


def like(text: str = "one ") -> Repeated:
    found = Repeated.of(frame(chunk({"content": text})), CHAT)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["two", "", 'a "quote"\n', "é 漢 🙂", "\\", "data: x", "[DONE]"])
def test_another_text_is_read_as_it_is(text: str) -> None:
    assert like().text_of(frame(chunk({"content": text}))) == text


@pytest.mark.parametrize(
    "event",
    [
        chunk({"content": "x"}, "stop"),
        chunk({"content": "x"}) | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        chunk({"content": "x", "tool_calls": [{"index": 0, "function": {"name": "f"}}]}),
        chunk({"refusal": "x"}),
        chunk({"content": "x"}) | {"id": "another"},
        chunk({"content": None}),
        chunk({"content": 5}),
        {"error": {"message": "x"}},
    ],
)
def test_an_event_that_says_something_else_is_read_as_a_whole(event: Any) -> None:
    assert like().text_of(frame(event)) is None


@pytest.mark.parametrize("inner", ['a","refusal":"b', 'a"', "a\\", "\x00", "\udc00"])
def test_what_is_no_single_text_is_read_as_a_whole(inner: str) -> None:
    one = like()
    raw = one.before + inner.encode("utf-8", "surrogatepass") + one.behind
    assert one.text_of(Frame(b"data: " + raw + b"\n\n", b"", raw)) is None


@pytest.mark.parametrize(
    "event",
    [
        chunk({"content": ""}),
        chunk({"content": "assistant", "role": "assistant"}),  # twice the same: which is the text?
        chunk({"content": "x"}, "stop"),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "x"}}]}) | {"usage": None},
        {"choices": [{"index": at, "delta": {"content": "x"}} for at in range(2)]},
        {"object": "ping"},
    ],
)
def test_not_every_event_has_its_like(event: Any) -> None:
    found = Repeated.of(frame(event), CHAT)
    assert found is None or found.passage.key == "arguments"


def test_the_event_of_another_dialect_keeps_its_name() -> None:
    said = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}
    raw = b"event: content_block_delta\ndata: " + json.dumps(said).encode() + b"\n\n"
    found = Repeated.of(EventFrames().push(raw)[0], DIALECTS["anthropic"])
    assert found is not None
    written = DIALECTS["anthropic"].framed(found.with_text("b"), found.name.decode())
    assert written.startswith(b"event: content_block_delta\ndata: {")
    assert found.text_of(EventFrames().push(raw)[0]) == "a"
    assert found.text_of(frame(said)) is None, "an event without the name is another one"


@pytest.mark.parametrize("at_once", [False, True])
def test_a_stream_reads_the_same_however_its_events_come(tmp_path: Path, at_once: bool) -> None:
    """Placeholders cut in pieces, quotes and new lines, beside events of the same words in other places."""
    texts = ["I wrote to ", "[EM", "AIL_", "1]", ' "twice"\n', "and to [EMAIL_1]", ".", " Bye"]
    events = chunks(*texts)
    events[3]["created"] = 2  # unlike its neighbours
    pieces = [*(sse([event], done=False) for event in events), sse([])]
    with (
        provider(streams([b"".join(pieces)] if at_once else pieces)) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
    ):
        answered = gateway.chat("mail ann@example.com please", stream=True)
    assert answered.streamed_text == (
        'I wrote to ann@example.com "twice"\nand to ann@example.com. Bye'
    )
    assert answered.events[-1] == "[DONE]"


def test_events_of_which_nothing_changes_go_out_as_they_came(tmp_path: Path) -> None:
    said = sse(chunks(*["every word as it was, "] * 30))
    with provider(streams([said])) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.chat("mail ann@example.com please", stream=True)
    alike = [line for line in said.split(b"\n\n") if b"every word" in line]
    sent = [line for line in answered.body.split(b"\n\n") if b"every word" in line]
    assert sent[1:] == alike[1:], "the first is taken apart, the others are like it"


def test_lines_of_json_stay_lines_of_json(tmp_path: Path) -> None:
    def line(text: str, done: bool = False) -> dict[str, Any]:
        said = {"model": "m", "message": {"role": "assistant", "content": text}, "done": done}
        return said | ({"done_reason": "stop", "eval_count": 3} if done else {})

    texts = ["I wrote ", "to ", "[EM", "AIL_1]", " twice"]
    said = b"".join(json.dumps(one).encode() + b"\n" for one in (*map(line, texts), line("", True)))
    policy = one_model("URL").replace('url: "URL"', 'url: "URL", dialect: ollama')
    asked = {"model": "m", "messages": [{"role": "user", "content": "mail ann@example.com"}]}
    with (
        provider(streams([said])) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.post("/api/chat", asked)
    lines = [json.loads(one) for one in answered.body.splitlines()]
    assert "".join(one["message"]["content"] for one in lines) == "I wrote to ann@example.com twice"


def test_an_event_of_several_lines_of_data_is_read_as_one(tmp_path: Path) -> None:
    said = sse(chunks("to ", "[EMAIL", "_1]", " once")).replace(b"data: {", b"data: {\ndata: ")
    with provider(streams([said])) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        answered = gateway.post(
            "/v1/chat/completions",
            {"model": "m", "stream": True, "messages": [{"role": "user", "content": "a@b.com"}]},
        )
    events = EventFrames().push(answered.body)
    texts = [json.loads(e.data)["choices"] for e in events if e.data != b"[DONE]"]
    assert "".join(c[0]["delta"].get("content", "") for c in texts if c) == "to a@b.com once"


def test_choices_that_take_turns_end_each_for_itself(tmp_path: Path) -> None:
    def said(at: int, text: str, finish: str | None = None) -> dict[str, Any]:
        return {"choices": [{"index": at, "delta": {"content": text}, "finish_reason": finish}]}

    events = [said(0, "a"), said(1, "to [EMA"), said(0, "", "stop"), said(1, "IL_1]", "stop")]
    with (
        provider(streams([sse([e], done=False) for e in events])) as fake,
        running(tmp_path, one_model(fake.url)) as gateway,
    ):
        answered = gateway.chat("mail ann@example.com", stream=True, n=2)
    second = [e["choices"][0] for e in answered.events[:-1] if e["choices"][0]["index"] == 1]
    assert "".join(choice["delta"]["content"] for choice in second) == "to ann@example.com"
