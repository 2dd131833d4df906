"""A model provider on a real socket of 127.0.0.1 that answers what a test tells it to, good or hostile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from waiting import SECONDS


@dataclass
class Asked:
    """A request as the provider got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]


Script = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Provider:
    """Answers requests by its script, in the order they come; `asked` keeps them."""

    script: Script
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def provider(script: Script) -> Iterator[Provider]:
    """A running provider, in a thread and an event loop of its own."""
    made = Provider(script)
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(lambda r, w: _connection(made, r, w), "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()))
    thread.start()
    assert ready.wait(SECONDS)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(_end, loop)
        thread.join(SECONDS)
        loop.close()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_later(0.01, loop.stop)


async def _connection(
    made: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {
                n.lower(): v.strip()
                for n, _, v in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(method, path, headers, body, reader)
            made.asked.append(asked)
            await made.script(asked, writer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


# What a provider can say.


def chat(text: str = "hello", usage: Any = None, **more: Any) -> dict[str, Any]:
    """A chat.completion."""
    used = (
        {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10} if usage is None else usage
    )
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **more},
                "finish_reason": "stop",
            }
        ],
        "usage": used,
    }


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A chat.completion.chunk."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": [choice],
    }


def chunks(*texts: str, usage: bool = True) -> list[dict[str, Any]]:
    """A whole stream."""
    used = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": text}) for text in texts),
        chunk({}, "stop"),
        *([chunk({}) | {"choices": [], "usage": used}] if usage else []),
    ]


def sse(events: list[dict[str, Any]], done: bool = True) -> bytes:
    """Events as bytes."""
    body = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    return body + (b"data: [DONE]\n\n" if done else b"")


def reply(
    body: bytes, status: str = "200 OK", kind: str = "application/json", headers: str = ""
) -> bytes:
    """An HTTP response with its length."""
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def says(document: Any, **options: Any) -> Script:
    """A provider that always answers with this document."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(json.dumps(document).encode(), **options))

    return script


def streams(pieces: list[bytes], pause: float = 0.0) -> Script:
    """A provider that sends these pieces one by one, and ends properly."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(pause)
        writer.write(b"0\r\n\r\n")

    return script


def chat_script(text: str = "hello") -> Script:
    """A provider of OpenAI chat completions, streaming where it is asked to."""

    async def script(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.json.get("stream"):
            await streams([sse(chunks(*text.split(" ")))])(asked, writer)
        else:
            await says(chat(text))(asked, writer)

    return script
