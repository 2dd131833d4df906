"""Proxies that hold nothing: an attack that calls them safe is no attack.

`WeakProxy` hands on every byte, by TLS of any age, and turns HTTP/2 and HTTP/3 into HTTP/1 by gluing strings.
Its variants are wrong in other ways: they refuse everybody, repeat what failed, hold back what streams.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from running_proxy import free_ports

from shipworthy.sidecar.check.echo import Echo
from shipworthy.sidecar.check.wire import Connection, Place
from waiting import SECONDS

DENIED = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"


@dataclass
class WeakProxy:
    """A context manager; `https` and `http` are its ports."""

    echo: Echo
    certificate: Path
    key: Path
    denies: bool = False
    repeats: bool = False
    buffers: bool = False
    decodes: bool = False  # paths, and takes parameters out of them
    limit: int = 0  # requests of one address over TCP, of which it remembers twenty
    tells: bytes = b""  # what it answers about itself
    log: Path | None = None
    http3: bool = True
    https: int = 0
    http: int = 0
    gate: int = 0  # opens every tunnel that is asked for
    _ends: list[Any] = field(default_factory=list)
    _counted: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> WeakProxy:
        https, http = free_ports(2)  # HTTP/3 listens at the number of the first one as well
        tls = socket.create_server(("127.0.0.1", https))
        plain = socket.create_server(("127.0.0.1", http))
        self.https, self.http = tls.getsockname()[1], plain.getsockname()[1]
        self._ends = [tls, plain]
        gate = socket.create_server(("127.0.0.1", 0))
        self.gate = gate.getsockname()[1]
        self._ends.append(gate)
        threading.Thread(target=self._open_all, args=(gate,), daemon=True).start()
        for listener in (tls, plain):
            listener.listen(256)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        if self.http3:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, daemon=True).start()
            asyncio.run_coroutine_threadsafe(self._serve_quic(), self._loop).result(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            if isinstance(end, socket.socket):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            end.close()
        if self.http3:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _open_all(self, gate: socket.socket) -> None:
        """Say to everybody that the tunnel is there."""
        while True:
            try:
                caller, _ = gate.accept()
            except OSError:
                return
            with caller, suppress(OSError):
                caller.recv(4096)
                caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                caller.recv(4096)

    def _serve(self, caller: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError, ValueError, IndexError):
            if caller.recv(1, socket.MSG_PEEK) == b"\x16":
                caller = self._context().wrap_socket(caller, server_side=True)
                if caller.selected_alpn_protocol() == "h2":
                    self._serve_h2(caller)
                    return
            if self.denies:
                while asked := caller.recv(65_536):
                    long = b"content-length: 20001" in asked
                    caller.sendall(DENIED.replace(b"403", b"413") if long else DENIED)
                return
            self._tunnel(caller)
        with suppress(OSError):
            caller.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_alpn_protocols(["http/1.1", "h2"])
        return context

    def _tunnel(self, caller: socket.socket) -> None:
        upstream = socket.create_connection(("127.0.0.1", self.echo.port))
        asked = b""
        with caller, upstream:
            while True:
                pending = isinstance(caller, ssl.SSLSocket) and caller.pending()
                ready = [caller] if pending else select.select([caller, upstream], [], [], 30)[0]
                if caller in ready:
                    asked = caller.recv(65_536)
                    if not asked:
                        return
                    self._write(asked)
                    if b"x-envoy-fault-abort-request: 418" in asked:
                        caller.sendall(DENIED.replace(b"403", b"418"))
                        continue
                    if self.limit:
                        asked = self._allowed(caller, asked)
                        if not asked:
                            continue
                    if self.tells:
                        length = f"content-length: {len(self.tells)}\r\n\r\n".encode()
                        caller.sendall(b"HTTP/1.1 200 OK\r\n" + length + self.tells)
                        continue
                    if self.decodes:
                        first, _, rest = asked.partition(b"\r\n")
                        first = unquote_to_bytes(first.replace(b"/;v=1", b""))
                        asked = first + b"\r\n" + rest
                    if self.buffers:
                        asked = asked.replace(b"upgrade: websocket", b"x-gone: websocket")
                    upstream.sendall(asked)
                elif upstream in ready:
                    answer = upstream.recv(65_536)
                    if self.repeats and (not answer or b" 503 " in answer[:20]):
                        upstream = socket.create_connection(("127.0.0.1", self.echo.port))
                        upstream.sendall(asked)
                        upstream.settimeout(1)
                        with suppress(OSError):
                            answer = upstream.recv(65_536) or answer
                        for _ in range(3):
                            with socket.create_connection(("127.0.0.1", self.echo.port)) as more:
                                more.sendall(asked)
                                more.recv(65_536)
                    while self.buffers and b"event-stream" in answer and b"\r\n0\r\n" not in answer:
                        answer += upstream.recv(65_536)
                    if not answer:
                        return
                    caller.sendall(answer)
                else:
                    return

    def _allowed(self, caller: socket.socket, asked: bytes) -> bytes:
        """The requests that are within the limit; the others get 429."""
        source = caller.getpeername()[0]
        if source not in self._counted and len(self._counted) >= 20:
            del self._counted[next(iter(self._counted))]
        requests = asked.count(b"\r\n\r\n")
        for _ in range(requests):
            self._counted[source] = self._counted.get(source, 0) + 1
            if self._counted[source] > self.limit:
                caller.sendall(DENIED.replace(b"403", b"429"))
                _, _, asked = asked.partition(b"\r\n\r\n")
        return asked

    def _write(self, asked: bytes) -> None:
        if self.log:
            with self.log.open("ab") as file:
                file.write(asked.partition(b"\r\n")[0] + b"\n")

    def _glued(
        self, pairs: list[tuple[str, str]], body: bytes = b""
    ) -> tuple[int, list[tuple[str, str]]]:
        """HTTP/1 made of the headers as they are, and what the application says."""
        if self.denies:
            return 403, []
        named = dict(reversed(pairs))
        paths = [v for n, v in pairs if n == ":path"]
        lines = [f"{named.get(':method')} {paths[-1]} HTTP/1.1"]
        hosts = [v for n, v in pairs if n == "host"] or [named.get(":authority", "")]
        lines += [
            f"host: {hosts[-1]}",
            *(f"{n}: {v}" for n, v in pairs if n[0] != ":" and n != "host"),
        ]
        if body and "content-length" not in named and "transfer-encoding" not in named:
            lines.append(f"content-length: {len(body)}")
        with Connection(Place(self.echo.port, tls=False)) as connection:
            connection.send("\r\n".join((*lines, "", "")).encode("latin-1") + body)
            answer = connection.answer()
            connection.rest(0.1)
        return (answer.status, []) if answer else (502, [])

    def _serve_h2(self, caller: socket.socket) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.events import DataReceived, RequestReceived, StreamEnded
        from h2.stream import H2Stream

        lenient = H2Configuration(
            client_side=False,
            header_encoding="latin-1",
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
        )
        H2Stream._track_content_length = lambda *_: None  # type: ignore[method-assign]
        state = H2Connection(lenient)
        state.initiate_connection()
        state.max_inbound_frame_size = 2**20
        caller.sendall(state.data_to_send())
        heads: dict[int, list[tuple[str, str]]] = {}
        bodies: dict[int, bytes] = {}
        while data := caller.recv(65_536):
            try:
                events = state.receive_data(data)
            except Exception:
                state.data_to_send()
                continue
            for event in events:
                if isinstance(event, RequestReceived):
                    heads[event.stream_id] = [(str(n), str(v)) for n, v in event.headers]
                if isinstance(event, DataReceived):
                    bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                if isinstance(event, StreamEnded) and not self._is_flood(heads):
                    pairs = heads[event.stream_id]
                    status, _ = self._glued(pairs, bodies.get(event.stream_id, b""))
                    with suppress(Exception):
                        state.send_headers(
                            event.stream_id, [(":status", str(status))], end_stream=True
                        )
            caller.sendall(state.data_to_send())

    def _is_flood(self, heads: dict[int, Any]) -> bool:
        return len(heads) > 20

    async def _serve_quic(self) -> None:
        from aioquic.asyncio import QuicConnectionProtocol, serve
        from aioquic.h3.connection import H3_ALPN, H3Connection
        from aioquic.h3.events import HeadersReceived
        from aioquic.quic.configuration import QuicConfiguration

        weak = self

        class _Protocol(QuicConnectionProtocol):
            http: H3Connection | None = None

            def quic_event_received(self, event: Any) -> None:
                if self.http is None:
                    self.http = H3Connection(self._quic)
                for found in self.http.handle_event(event):
                    if isinstance(found, HeadersReceived):
                        pairs = [
                            (n.decode("latin-1"), v.decode("latin-1")) for n, v in found.headers
                        ]
                        status, _ = weak._glued(pairs)
                        head = [(b":status", str(status).encode())]
                        self.http.send_headers(found.stream_id, head, end_stream=True)
                self.transmit()

        configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
        configuration.load_cert_chain(self.certificate, self.key)
        server = await serve(
            "127.0.0.1", self.https, configuration=configuration, create_protocol=_Protocol
        )
        self._ends.append(server)


def self_signed(folder: Path, host: str = "localhost") -> tuple[Path, Path]:
    """A certificate and its key, as PEM files."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{host}.pem", folder / f"{host}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    return chain, secret
