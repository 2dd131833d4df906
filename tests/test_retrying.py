"""The module that sends reads again: it runs, stops in time, and leaves other failures alone."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from shipworthy.prototype.outbound.python_retrying import python_retry
from shipworthy.prototype.outbound.retrying import script_retry

NODE = shutil.which("node")
_MAIN = """
import { again } from "./again.mjs";
const said = {};
async function ask(name, answers) {
  let sent = 0;
  const send = async () => {
    const next = answers[sent++];
    if (next instanceof Error) throw next;
    return { status: next, body: null };
  };
  const got = await again(send).then((answer) => answer.status, (error) => error.name);
  said[name] = [got, sent];
}
const late = Object.assign(new Error("late"), { name: "TimeoutError" });
await Promise.all([
  ask("well", [200]),
  ask("busy", [503, 200]),
  ask("dropped", [new TypeError("fetch failed"), 429, 200]),
  ask("down", [503, 503, 503, 200]),
  ask("unknown", [404]),
  ask("late", [late, 200]),
]);
console.log(JSON.stringify(said));
"""


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_a_read_is_sent_again_only_while_that_helps(tmp_path: Path) -> None:
    (tmp_path / "again.mjs").write_text(script_retry(typed=False))
    (tmp_path / "main.mjs").write_text(_MAIN)
    ran = subprocess.run(
        [NODE or "", "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == {
        "well": [200, 1],
        "busy": [200, 2],
        "dropped": [200, 3],
        "down": [503, 3],
        "unknown": [404, 1],
        "late": ["TimeoutError", 1],
    }


DROPPED, LATE = -1, -2
WAYS = {
    "well": [200],
    "busy": [503, 200],
    "dropped": [DROPPED, 429, 200],
    "down": [503, 503, 503, 200],
    "unknown": [404],
    "late": [LATE, 200],
}
SEEN = {
    "well": (200, 1),
    "busy": (200, 2),
    "dropped": (200, 3),
    "down": (503, 3),
    "unknown": (404, 1),
    "late": ("ReadTimeout", 1),
}


@contextmanager
def service() -> Iterator[tuple[str, dict[str, int]]]:
    """A server that answers each path as `WAYS` says, and how often each was asked."""
    sent = dict.fromkeys(WAYS, 0)
    over = threading.Event()

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            status = WAYS[name][sent[name]]
            sent[name] += 1
            if status == LATE:
                over.wait(60)
            elif status != DROPPED:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def seconds(name: str) -> float:
    """What a caller waits for an answer."""
    return 0.2 if name == "late" else 60.0


def made() -> dict[str, Any]:
    """The module that a prototype is given, without its pauses."""
    module: dict[str, Any] = {}
    exec(python_retry("httpx", {"again", "again_async"}), module)  # noqa: S102
    module["pause"] = lambda _: 0.0
    return module


def test_a_read_of_httpx_is_sent_again_only_while_that_helps() -> None:
    module, seen = made(), dict[str, object]()
    with service() as (address, sent):
        for name in WAYS:
            try:
                send = partial(httpx.get, f"{address}/{name}", timeout=seconds(name))
                got = module["again"](send)
                seen[name] = (got.status_code, sent[name])
            except httpx.HTTPError as error:
                seen[name] = (type(error).__name__, sent[name])
    assert seen == SEEN


def test_a_read_of_an_async_client_is_sent_again_as_well() -> None:
    module, seen = made(), dict[str, object]()

    async def ask(address: str, sent: dict[str, int]) -> None:
        async with httpx.AsyncClient() as client:
            for name in WAYS:
                try:
                    send = partial(client.get, f"{address}/{name}", timeout=seconds(name))
                    seen[name] = ((await module["again_async"](send)).status_code, sent[name])
                except httpx.HTTPError as error:
                    seen[name] = (type(error).__name__, sent[name])

    with service() as (address, sent):
        asyncio.run(ask(address, sent))
    assert seen == SEEN


def test_a_module_for_requests_asks_for_what_it_needs_alone() -> None:
    text = python_retry("requests", {"again"})
    compile(text, "again.py", "exec")
    assert "requests.ConnectionError" in text
    assert not {word for word in ("asyncio", "Awaitable", "httpx") if word in text}
