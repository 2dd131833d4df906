"""An Envoy of ours in front of a small program, on free ports, for the tests of the sidecar."""

from __future__ import annotations

import itertools
import os
import secrets
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec

from shipworthy.sidecar import proxy
from shipworthy.sidecar.certificate import certificate_for
from shipworthy.sidecar.policy import Policy, Ports
from shipworthy.sidecar.proxy.identity import Provider
from waiting import SECONDS

# Each worker of the tests has ports of its own, below those that the system gives to connections:
# nobody takes one between its choice and its use.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 24
_OURS = [10_000 + 400 * _WORKER + n for n in range(400)]  # below 20,000, where those of runs begin
_ports = itertools.cycle(_OURS[(start := secrets.randbelow(400)) :] + _OURS[:start])


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at the moment, and that no other test chooses."""
    return list(itertools.islice(filter(_is_free, _ports), count))


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as trying:
            try:
                trying.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@dataclass
class Seen:
    """A request as the program behind the proxy got it."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def of(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key.lower() == name]


Answer = Callable[[Seen], tuple[int, Mapping[str, str], bytes]]


def _ok(seen: Seen) -> tuple[int, Mapping[str, str], bytes]:
    return 200, {"content-type": "text/plain"}, f"{seen.method} {seen.path}".encode()


@contextmanager
def program(answer: Answer = _ok) -> Iterator[tuple[int, list[Seen]]]:
    """A program on a free port, and what it was asked."""
    asked: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Telling/1.0"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding") == "chunked":
                body = b"".join(self._chunks())
            seen = Seen(self.command, self.path, list(self.headers.items()), body)
            asked.append(seen)
            status, headers, content = answer(seen)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def _chunks(self) -> Iterator[bytes]:
            """The body of a request that does not say how long it is."""
            while size := int(self.rfile.readline() or b"0", 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = handle_any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Front:
    """A running proxy and how to ask it."""

    proxy: proxy.Proxy
    policy: Policy
    authority: Path
    place: Path
    upstreams: proxy.Upstreams

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://{self.policy.host}:{self.policy.ports.https}"

    def client(self, **more: Any) -> httpx.Client:
        """A client that trusts its certificate, and waits as long as a busy machine needs."""
        trusted = ssl.create_default_context(cafile=self.authority)
        settings = {"timeout": SECONDS, **more}
        return httpx.Client(verify=trusted, base_url=self.url, trust_env=False, **settings)

    def changed(self, **more: Any) -> proxy.Configuration:
        """The configuration for a policy that differs in some sections."""
        policy = msgspec.structs.replace(self.policy, **more)
        return proxy.build(policy, self.upstreams, self.place, {})


@contextmanager
def surrounded(
    place: Path,
    port: int,
    policy: Policy | None = None,
    prefixes: Mapping[str, int] | None = None,
    change: Callable[[proxy.Configuration], proxy.Configuration] = lambda c: c,
    secrets: Mapping[str, str] | None = None,
    provider: Provider | None = None,
    actions: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Front]:
    """The proxy in front of a port. `change` breaks the configuration on purpose."""
    http, https = free_ports(2)
    own = msgspec.structs.replace(policy or Policy(), ports=Ports(http=http, https=https))
    upstreams = proxy.Upstreams(port, prefixes or {}, actions or {})
    certificate = certificate_for(own, place / "authorities")
    authority = place / "authority.pem"
    authority.write_bytes(certificate.authority)
    configuration = change(proxy.build(own, upstreams, place, secrets or {}, provider))
    running = proxy.Proxy.start(configuration, certificate)
    try:
        yield Front(running, own, authority, place, upstreams)
    finally:
        running.stop(0)
