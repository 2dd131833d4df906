"""The official SDKs, unmodified, as callers of a gateway in front of a provider that is sometimes hostile."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from native import ARGUMENTS, TEXT, TEXT_ANSWERS, TEXT_STREAMS, TOOL, TOOL_ANSWERS
from provider import Asked, Provider, provider, reply
from running import Running, running

if TYPE_CHECKING:
    import openai

NODE = shutil.which("node")
QUESTION = "I am a@b.com. What is the weather?"
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")


def _native(dialect: str, tool: bool = False) -> Any:
    """A provider of that kind, streaming where it is asked to."""

    async def script(asked: Asked, writer: asyncio.StreamWriter) -> None:
        streams = asked.json.get("stream") or "streamGenerateContent" in asked.path
        if streams:
            kind = "application/x-ndjson" if dialect == "ollama" else "text/event-stream"
            writer.write(reply(TEXT_STREAMS[dialect], kind=kind))
        else:
            answers = TOOL_ANSWERS if tool else TEXT_ANSWERS
            writer.write(reply(json.dumps(answers[dialect]).encode()))

    return script


async def _overloaded(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(b"<html>upstream is sad</html>", "503 Service Unavailable", "text/html"))


async def _garbage(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(b'{"choices": [{"mess', kind="application/json"))


@contextmanager
def _gateway(folder: Path, dialect: str, script: Any = None) -> Iterator[tuple[Running, Provider]]:
    with provider(script or _native(dialect)) as fake:
        root = fake.url if dialect == "openai" else f"http://127.0.0.1:{fake.port}"
        policy = f"""
providers:
  fake: {{url: "{root}", key: FAKE_KEY, dialect: {dialect}}}
models:
  m: {{provider: fake, price: {{input: 0, output: 0}}, output_tokens: 1000}}
prototypes:
  app: {{retries: {{attempts: 1}}}}
"""
        with running(folder, policy) as gateway:
            yield gateway, fake


def _kept_in(fake: Provider) -> bool:
    sent = b" ".join(asked.body for asked in fake.asked)
    return b"a@b.com" not in sent and b"[EMAIL_1]" in sent


def _openai(gateway: Running) -> openai.OpenAI:
    import openai  # each SDK takes a second or more, and every process collects this module

    return openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0)


def test_openai_python(tmp_path: Path) -> None:
    with _gateway(tmp_path, "openai") as (gateway, fake):
        client = _openai(gateway)
        made = client.chat.completions.create(model="m", messages=MESSAGES)
        stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        pieces = [c.choices[0].delta.content or "" for c in stream if c.choices]
    assert made.choices[0].message.content == TEXT
    assert made.usage is not None
    assert made.usage.total_tokens == 10
    assert "".join(pieces) == TEXT
    assert _kept_in(fake)


def test_openai_python_asynchronously_with_tools(tmp_path: Path) -> None:
    import openai

    async def ask(gateway: Running) -> Any:
        async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key) as client:
            return await client.chat.completions.create(model="m", messages=MESSAGES)

    with _gateway(tmp_path, "openai", _native("openai", tool=True)) as (gateway, _):
        made = asyncio.run(ask(gateway))
    call = made.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == (TOOL, ARGUMENTS)


def test_openai_python_responses_of_a_provider_that_speaks_anthropic(tmp_path: Path) -> None:
    with _gateway(tmp_path, "anthropic") as (gateway, fake):
        made = _openai(gateway).responses.create(model="m", input=QUESTION)
    assert made.output_text == TEXT
    assert _kept_in(fake)


@pytest.mark.parametrize("script", [_overloaded, _garbage])
def test_openai_python_knows_our_errors(tmp_path: Path, script: Any) -> None:
    import openai

    with _gateway(tmp_path, "openai", script) as (gateway, _):
        with pytest.raises(openai.InternalServerError) as failed:
            _openai(gateway).chat.completions.create(model="m", messages=MESSAGES)
        stranger = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="sk-x", max_retries=0)
        with pytest.raises(openai.AuthenticationError):
            stranger.chat.completions.create(model="m", messages=MESSAGES)
    assert failed.value.code
    assert "sad" not in str(failed.value)


def test_anthropic_python(tmp_path: Path) -> None:
    import anthropic

    with _gateway(tmp_path, "anthropic") as (gateway, fake):
        client = anthropic.Anthropic(base_url=gateway.url, api_key=gateway.key, max_retries=0)
        made = client.messages.create(model="m", max_tokens=50, messages=MESSAGES)
        with client.messages.stream(model="m", max_tokens=50, messages=MESSAGES) as stream:
            streamed = "".join(stream.text_stream)
        fake.script = _overloaded
        with pytest.raises(anthropic.APIStatusError) as failed:
            client.messages.create(model="m", max_tokens=50, messages=MESSAGES)
    assert made.content[0].text == streamed == TEXT
    assert made.usage.output_tokens == 3
    assert made._request_id
    assert failed.value.status_code >= 500
    assert _kept_in(fake)


def test_google_genai_python(tmp_path: Path) -> None:
    from google import genai
    from google.genai import errors as gemini_errors
    from google.genai import types as gemini

    with _gateway(tmp_path, "gemini") as (gateway, fake):
        client = genai.Client(
            api_key=gateway.key, http_options=gemini.HttpOptions(base_url=gateway.url)
        )
        made = client.models.generate_content(model="m", contents=QUESTION)
        pieces = client.models.generate_content_stream(model="m", contents=QUESTION)
        streamed = "".join(piece.text or "" for piece in pieces)
        fake.script = _overloaded
        with pytest.raises(gemini_errors.APIError):
            client.models.generate_content(model="m", contents=QUESTION)
    assert made.text == streamed == TEXT
    assert _kept_in(fake)


def test_ollama_python(tmp_path: Path) -> None:
    import ollama

    with _gateway(tmp_path, "ollama") as (gateway, fake):
        headers = {"Authorization": f"Bearer {gateway.key}"}
        client = ollama.Client(host=gateway.url, headers=headers)
        made = client.chat(model="m", messages=MESSAGES)
        pieces = client.chat(model="m", messages=MESSAGES, stream=True)
        streamed = "".join(piece.message.content or "" for piece in pieces)
        fake.script = _overloaded
        with pytest.raises(ollama.ResponseError):
            client.chat(model="m", messages=MESSAGES)
    assert made.message.content == streamed == TEXT
    assert _kept_in(fake)


NODE_PROGRAM = """
import OpenAI from "openai";
const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user", content: process.argv[2] }];
const made = await client.chat.completions.create({ model: "m", messages });
console.log(made.choices[0].message.content);
let text = "";
for await (const part of await client.chat.completions.create({ model: "m", messages, stream: true }))
  text += part.choices[0]?.delta?.content ?? "";
console.log(text);
try {
  await new OpenAI({ maxRetries: 0, apiKey: "sk-x" }).chat.completions.create({ model: "m", messages });
} catch (error) {
  console.log(error.constructor.name, error.code);
}
"""


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The OpenAI SDK for Node; skipped where npm cannot bring it."""
    if NODE is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "openai@6"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode:
        pytest.skip(f"npm cannot install openai here: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def test_openai_node(tmp_path: Path, node_modules: Path) -> None:
    program = node_modules / "program.mjs"
    program.write_text(NODE_PROGRAM)
    with _gateway(tmp_path, "openai") as (gateway, fake):
        env = {"OPENAI_BASE_URL": f"{gateway.url}/v1", "OPENAI_API_KEY": gateway.key}
        done = subprocess.run(
            [NODE or "node", str(program), QUESTION], env=env, capture_output=True, text=True
        )
    assert done.stdout.splitlines() == [TEXT, TEXT, "AuthenticationError invalid_api_key"]
    assert _kept_in(fake)
