"""A connection on which we choose every byte: HTTP/1 as no well-behaved client would speak it."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from shipworthy.sidecar.check.loopback import loopback_only

_CHUNK = 65_536
_LARGEST = 1_000_000  # bytes of an answer that are read
_BODILESS = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are in lower case; status 0: something that is no HTTP/1.1."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((v for n, v in self.headers if n == name), None)

    def all(self, name: str) -> list[str]:
        """Every header of that name."""
        return [v for n, v in self.headers if n == name]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect to, and as whom."""

    port: int
    host: str = "localhost"  # for the certificate
    authority: Path | None = None  # whose certificates count; None: any
    source: str = ""  # the loopback address that we come from
    address: str = "127.0.0.1"
    tls: bool = True


@dataclass(slots=True)
class Connection:
    """A TCP connection, with TLS or without. Use as a context manager. Raises OSError."""

    place: Place
    seconds: float = 4.0
    _socket: socket.socket = field(init=False)
    _buffer: bytes = b""
    closed: bool = False

    def __enter__(self) -> Connection:
        place = loopback_only(self.place.address), self.place.port
        source = (self.place.source, 0) if self.place.source else None
        self._socket = socket.create_connection(place, self.seconds, source)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.place.tls:
            context = client_context(self.place.authority)
            try:
                self._socket = context.wrap_socket(self._socket, server_hostname=self.place.host)
            except BaseException:
                self._socket.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> bool:
        """True where all was taken; a refusal in the middle is no error, the answer tells."""
        try:
            self._socket.sendall(data)
        except (OSError, ssl.SSLError):
            return False
        return True

    def answer(self, *, to: str = "GET", seconds: float | None = None) -> Answer | None:
        """The next answer; None where the connection was closed without one. Raises TimeoutError."""
        end = time.monotonic() + (seconds or self.seconds)
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if found and not self._is_interim(head):
                break
            if found:
                self._buffer = rest
            elif not self._more(end):
                return self._odd()
        status, headers = _parsed(head)
        self._buffer = rest
        return Answer(status, headers, self._body(status, headers, to, end))

    def until(self, mark: bytes, count: int) -> bytes:
        """What comes until the mark was there so often. Raises TimeoutError."""
        end = time.monotonic() + self.seconds
        while self._buffer.count(mark) < count:
            if not self._more(end):
                raise TimeoutError("no answer in time")
        taken, self._buffer = self._buffer, b""
        return taken

    def rest(self, seconds: float) -> bytes:
        """Whatever comes in the given time, as it comes."""
        end = time.monotonic() + seconds
        while self._more(end):
            pass
        taken, self._buffer = self._buffer, b""
        return taken

    def _is_interim(self, head: bytes) -> bool:
        return head[9:12].startswith(b"1") and head[9:12] != b"101"

    def _odd(self) -> Answer | None:
        if not self.closed:
            raise TimeoutError("no answer in time")
        if not self._buffer:
            return None
        taken, self._buffer = self._buffer, b""
        return Answer(0, (), taken)

    def _body(
        self, status: int, headers: tuple[tuple[str, str], ...], to: str, end: float
    ) -> bytes:
        if to == "HEAD" or status in _BODILESS or status == 101:
            return b""
        named = dict(headers)
        if "chunked" in named.get("transfer-encoding", ""):
            return self._chunks(end)
        length = named.get("content-length", "")
        wanted = int(length) if length.isdigit() else _LARGEST
        return self._take(min(wanted, _LARGEST), end)

    def _chunks(self, end: float) -> bytes:
        body = b""
        while len(body) < _LARGEST:
            while b"\r\n" not in self._buffer:
                if not self._more(end):
                    return body
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                return body
            body += self._take(size + 2, end)[:size]
            if size == 0:
                return body
        return body

    def _take(self, count: int, end: float) -> bytes:
        while len(self._buffer) < count and self._more(end):
            pass
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _more(self, end: float) -> bool:
        left = end - time.monotonic()
        if left <= 0 or self.closed:
            return False
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(_CHUNK)
        except TimeoutError:
            return False
        except (OSError, ssl.SSLError):
            data = b""
        self.closed = not data
        self._buffer += data
        return bool(data)


@lru_cache(maxsize=8)
def client_context(authority: Path | None, protocol: str = "http/1.1") -> ssl.SSLContext:
    """TLS as a browser of today speaks it, for one protocol. Kept: to read authorities takes a while."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(str(authority))
    context.set_alpn_protocols([protocol])
    return context


def request(
    method: str,
    target: str,
    host: str,
    *headers: tuple[str, str],
    body: bytes = b"",
) -> bytes:
    """An honest HTTP/1.1 request."""
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}", *(f"{n}: {v}" for n, v in headers)]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def _parsed(head: bytes) -> tuple[int, tuple[tuple[str, str], ...]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    pairs = (line.partition(":") for line in lines)
    return status, tuple((n.strip().lower(), v.strip()) for n, _, v in pairs)
