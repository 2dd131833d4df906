"""A gateway as it runs in production: on a real socket, in a thread of the test."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from shipworthy.gateway.control import Control
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.policy_file import read_policy
from shipworthy.gateway.serve import Serving
from shipworthy.gateway.state import open_control
from waiting import SECONDS


@dataclass
class Answered:
    """An answer as a caller gets it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of a stream, "[DONE]" included."""
        data = [line[6:] for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [d if d == "[DONE]" else json.loads(d) for d in data]

    @property
    def streamed_text(self) -> str:
        """The text of a chat stream."""
        choices = [e["choices"][0] for e in self.events if isinstance(e, dict) and e.get("choices")]
        return "".join(c["delta"].get("content") or "" for c in choices)


@dataclass
class Running:
    """A gateway and a key for it."""

    port: int
    key: str
    folder: Path
    serving: Serving

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self) -> Control:
        """The same store, opened a second time as the command line does."""
        return open_control(self.folder / "ai.yaml", self.serving.policy)

    def post(
        self, path: str, body: Any, headers: dict[str, str] | None = None, key: str | None = None
    ) -> Answered:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"authorization": f"Bearer {key or self.key}", "content-type": "application/json"}
        connection.request("POST", path, raw, {**given, **(headers or {})})
        response = connection.getresponse()
        read = response.read()
        connection.close()
        return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, read)

    def chat(self, text: str = "hi", stream: bool = False, **more: Any) -> Answered:
        """One chat completion."""
        body = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
        headers = body.pop("headers", None)
        return self.post(
            "/v1/chat/completions", {**body, "stream": True} if stream else body, headers
        )


@contextmanager
def running(folder: Path, policy: str, hooks: Hooks | None = None) -> Iterator[Running]:
    """A gateway with this policy, and a key for its prototype "app"."""
    file = folder / "ai.yaml"
    file.write_text(policy)
    read = read_policy(file)
    control = open_control(file, read)
    _, key = control.add_key("app", "", "test")
    control.close()
    serving = Serving(file, read, hooks=hooks, port=0)
    thread = threading.Thread(target=lambda: asyncio.run(serving.run()))
    thread.start()
    assert serving.ready.wait(SECONDS)
    try:
        yield Running(serving.bound_port, key, folder, serving)
    finally:
        serving.stop()
        thread.join(SECONDS)


async def ask_at_once(url: str, key: str, number: int) -> list[int]:
    """The statuses of so many calls at the same time."""
    body = json.dumps(
        {"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 3}
    )
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def once() -> int:
            async with session.post(
                f"{url}/v1/chat/completions", data=body, headers=headers
            ) as got:
                await got.read()
                return got.status

        return await asyncio.gather(*(once() for _ in range(number)))
