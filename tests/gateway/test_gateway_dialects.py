"""Every dialect that comes in, answered by every kind of provider, whole and streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from native import ARGUMENTS, TEXT, TEXT_ANSWERS, TEXT_STREAMS, TOOL, TOOL_ANSWERS, TOOL_STREAMS
from provider import Asked, Provider, provider, reply
from running import Answered, Running, running

from shipworthy.gateway.dialects import DIALECTS

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = {"name": TOOL, "description": "The weather", "parameters": SCHEMA}

# The same question in each dialect: a system text, a picture, a turn with a tool, and limits.
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "openai-chat": (
        "/v1/chat/completions",
        {
            "model": "M",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Weather?"},
                        {
                            "type": "image_url",
                            "image_url": {"url": f"data:image/png;base64,{PICTURE}"},
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "c1",
                            "type": "function",
                            "function": {"name": TOOL, "arguments": '{"city":"Köln"}'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c1", "content": "rain"},
            ],
            "tools": [{"type": "function", "function": FUNCTION}],
            "max_tokens": 50,
            "temperature": 0.5,
            "stop": ["END"],
        },
    ),
    "openai-responses": (
        "/v1/responses",
        {
            "model": "M",
            "instructions": "Be brief.",
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "Weather?"},
                        {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}"},
                    ],
                },
                {
                    "type": "function_call",
                    "call_id": "c1",
                    "name": TOOL,
                    "arguments": '{"city":"Köln"}',
                },
                {"type": "function_call_output", "call_id": "c1", "output": "rain"},
            ],
            "tools": [{"type": "function", **FUNCTION}],
            "max_output_tokens": 50,
            "temperature": 0.5,
        },
    ),
    "anthropic": (
        "/v1/messages",
        {
            "model": "M",
            "system": "Be brief.",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Weather?"},
                        {
                            "type": "image",
                            "source": {
                                "type": "base64",
                                "media_type": "image/png",
                                "data": PICTURE,
                            },
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "c1", "name": TOOL, "input": ARGUMENTS}],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "rain"}],
                },
            ],
            "tools": [{"name": TOOL, "description": "The weather", "input_schema": SCHEMA}],
            "max_tokens": 50,
            "temperature": 0.5,
            "stop_sequences": ["END"],
        },
    ),
    "gemini": (
        "/v1beta/models/M:",
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"text": "Weather?"},
                        {"inlineData": {"mimeType": "image/png", "data": PICTURE}},
                    ],
                },
                {
                    "role": "model",
                    "parts": [{"functionCall": {"id": "c1", "name": TOOL, "args": ARGUMENTS}}],
                },
                {
                    "role": "user",
                    "parts": [
                        {
                            "functionResponse": {
                                "id": "c1",
                                "name": TOOL,
                                "response": {"result": "rain"},
                            }
                        }
                    ],
                },
            ],
            "tools": [{"functionDeclarations": [FUNCTION]}],
            "generationConfig": {
                "maxOutputTokens": 50,
                "temperature": 0.5,
                "stopSequences": ["END"],
            },
        },
    ),
    "ollama-chat": (
        "/api/chat",
        {
            "model": "M",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Weather?", "images": [PICTURE]},
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"function": {"name": TOOL, "arguments": ARGUMENTS}}],
                },
                {"role": "tool", "tool_name": TOOL, "content": "rain"},
            ],
            "tools": [{"type": "function", "function": FUNCTION}],
            "options": {"num_predict": 50, "temperature": 0.5, "stop": ["END"]},
        },
    ),
    "ollama-generate": (
        "/api/generate",
        {
            "model": "M",
            "system": "Be brief.",
            "prompt": "Weather?",
            "images": [PICTURE],
            "options": {"num_predict": 50, "temperature": 0.5, "stop": ["END"]},
        },
    ),
}
PROVIDERS = ("openai", "anthropic", "gemini", "ollama")
GENERATE = "ollama-generate"


@dataclass
class Rig:
    """A gateway with one provider of each kind; `answers` is what they say now."""

    gateway: Running
    providers: dict[str, Provider]
    answers: dict[str, bytes]

    def ask(self, inbound: str, outbound: str, stream: bool) -> Answered:
        path, body = ASKED[inbound]
        if inbound == "gemini":
            verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
            return self.gateway.post(path.replace("M", outbound) + verb, body)
        return self.gateway.post(path, body | {"model": outbound, "stream": stream})


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    answers: dict[str, bytes] = {}

    def script_of(kind: str) -> Any:
        async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
            said = answers[kind]
            streamed = not said.startswith(b"{") or kind == "ollama"
            writer.write(reply(said, kind="text/event-stream" if streamed else "application/json"))

        return script

    with (
        provider(script_of("openai")) as one,
        provider(script_of("anthropic")) as two,
        provider(script_of("gemini")) as three,
        provider(script_of("ollama")) as four,
    ):
        made = dict(zip(PROVIDERS, (one, two, three, four), strict=True))
        lines = [
            f'  {kind}: {{url: "{p.url}", dialect: {kind}, responses: false}}'
            for kind, p in made.items()
        ]
        models = [f"  {kind}: {{provider: {kind}}}" for kind in PROVIDERS]
        policy = "\n".join(["providers:", *lines, "models:", *models, "prototypes:", "  app: {}"])
        with running(tmp_path_factory.mktemp("rig"), policy) as gateway:
            yield Rig(gateway, made, answers)


def whole_text(inbound: str, answer: dict[str, Any]) -> str:
    return "".join(p.text for p in DIALECTS[inbound].answer_passages(answer))


def events_of(inbound: str, body: bytes) -> list[dict[str, Any]]:
    frames = DIALECTS[inbound].frames()
    found = [*frames.push(body), *frames.finish()]
    return [json.loads(f.data) for f in found if f.data != b"[DONE]"]


@pytest.mark.parametrize("outbound", PROVIDERS)
@pytest.mark.parametrize("inbound", ASKED)
def test_a_text_comes_back_in_the_dialect_of_the_caller(
    rig: Rig, inbound: str, outbound: str
) -> None:
    rig.answers[outbound] = json.dumps(TEXT_ANSWERS[outbound]).encode()
    if inbound == GENERATE and outbound == "ollama":
        rig.answers[outbound] = json.dumps(
            {"response": TEXT, "done": True, "eval_count": 3}
        ).encode()
    answered = rig.ask(inbound, outbound, stream=False)
    assert answered.status == 200, answered.body
    assert whole_text(inbound, answered.json) == TEXT
    usage = DIALECTS[inbound].usage(answered.json)
    assert usage is not None
    assert usage.output == 3


@pytest.mark.parametrize("outbound", PROVIDERS)
@pytest.mark.parametrize("inbound", ASKED)
def test_a_stream_comes_back_in_the_dialect_of_the_caller(
    rig: Rig, inbound: str, outbound: str
) -> None:
    rig.answers[outbound] = TEXT_STREAMS[outbound]
    if inbound == GENERATE and outbound == "ollama":
        rig.answers[outbound] = b'{"response":"%s","done":false}\n{"response":"","done":true}\n' % (
            TEXT.encode()
        )
    answered = rig.ask(inbound, outbound, stream=True)
    assert answered.status == 200, answered.body
    events = events_of(inbound, answered.body)
    dialect = DIALECTS[inbound]
    texts = [p.text for e in events for p in dialect.event_passages(e) if not p.whole]
    assert "".join(texts) == TEXT
    assert dialect.ends(events[-1])
    assert sum(dialect.ends(event) for event in events) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("outbound", PROVIDERS)
@pytest.mark.parametrize("inbound", [name for name in ASKED if name != GENERATE])
def test_a_tool_call_comes_back_in_the_dialect_of_the_caller(
    rig: Rig, inbound: str, outbound: str, stream: bool
) -> None:
    said = TOOL_STREAMS[outbound] if stream else json.dumps(TOOL_ANSWERS[outbound]).encode()
    rig.answers[outbound] = said
    answered = rig.ask(inbound, outbound, stream)
    assert answered.status == 200, answered.body
    dialect = DIALECTS[inbound]
    documents = events_of(inbound, answered.body) if stream else [answered.json]
    assert [name for d in documents for name in dialect.tools_called(d)] == [TOOL]
    passages = [
        p
        for d in documents
        for p in (dialect.event_passages(d) if stream else dialect.answer_passages(d))
    ]
    arguments = [p.text for p in passages if p.is_json and not p.whole]
    if arguments:
        assert json.loads("".join(arguments)) == ARGUMENTS
    else:
        assert "Köln" in [p.text for p in passages]


@pytest.mark.parametrize("outbound", PROVIDERS)
@pytest.mark.parametrize("inbound", ASKED)
def test_nothing_of_the_question_is_lost(rig: Rig, inbound: str, outbound: str) -> None:
    rig.answers[outbound] = json.dumps(TEXT_ANSWERS[outbound]).encode()
    if inbound == GENERATE and outbound == "ollama":
        pytest.skip("passes through")
    rig.ask(inbound, outbound, stream=False)
    asked = rig.providers[outbound].asked[-1].json
    kind = "openai-chat" if outbound == "openai" else outbound.replace("ollama", "ollama-chat")
    read = DIALECTS[kind].read_request(asked)
    own = DIALECTS[inbound].read_request(ASKED[inbound][1])
    assert read.system == "Be brief."
    assert (read.max_tokens, read.temperature, read.stop) == (50, 0.5, own.stop)
    assert [t.schema for t in read.tools] == [t.schema for t in own.tools]
    said = json.dumps(asked, ensure_ascii=False)
    assert PICTURE in said
    assert "Weather?" in said
    if inbound != GENERATE:
        assert "rain" in said
        assert "Köln" in said


def test_a_picture_that_is_an_address_goes_to_no_provider_that_cannot_fetch_it(rig: Rig) -> None:
    rig.answers["ollama"] = b"{}"
    before = len(rig.providers["ollama"].asked)
    picture = {"type": "image_url", "image_url": {"url": "http://169.254.169.254/latest"}}
    body = {"model": "ollama", "messages": [{"role": "user", "content": [picture]}]}
    answered = rig.gateway.post("/v1/chat/completions", body)
    assert answered.status == 400
    assert answered.json["error"]["code"] == "not_translatable"
    assert len(rig.providers["ollama"].asked) == before
