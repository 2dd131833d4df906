"""A connection that speaks HTTP/2 with headers that no well-behaved client would send."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from shipworthy.errors import MissingExtra
from shipworthy.sidecar.check.loopback import loopback_only
from shipworthy.sidecar.check.wire import Answer, Place, client_context

if TYPE_CHECKING:
    from h2.connection import H2Connection

Pairs = Sequence[tuple[str, str]]


class NoHttp2(OSError):
    """The server does not speak HTTP/2."""


@dataclass(slots=True)
class Frames:
    """One connection. Use as a context manager. Raises OSError."""

    place: Place
    seconds: float = 4.0
    ended: bool = False  # by the server
    _socket: ssl.SSLSocket = field(init=False)
    _state: H2Connection = field(init=False)
    _answers: dict[int, Answer] = field(default_factory=dict)
    _reset: set[int] = field(default_factory=set)

    def __enter__(self) -> Frames:
        try:
            from h2.config import H2Configuration
            from h2.connection import H2Connection
        except ImportError as error:
            raise MissingExtra("HTTP/2 for the check", "sidecar") from error
        source = (self.place.source, 0) if self.place.source else None
        where = loopback_only(self.place.address), self.place.port
        plain = socket.create_connection(where, self.seconds, source)
        context = client_context(self.place.authority, "h2")
        try:
            self._socket = context.wrap_socket(plain, server_hostname=self.place.host)
        except BaseException:
            plain.close()
            raise
        if self._socket.selected_alpn_protocol() != "h2":
            self._socket.close()
            raise NoHttp2("the server does not speak HTTP/2")
        lenient = H2Configuration(
            client_side=True,
            header_encoding="latin-1",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._state = H2Connection(lenient)
        self._state.initiate_connection()
        self.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def open(self, headers: Pairs, body: bytes = b"", *, flush: bool = True) -> int:
        """Send a request; its stream."""
        stream = self._state.get_next_available_stream_id()
        self._state.send_headers(stream, list(headers), end_stream=not body)
        if body:
            self._state.send_data(stream, body, end_stream=True)
        if flush:
            self.flush()
        return stream

    def reset(self, stream: int) -> None:
        """Take the request back at once."""
        self._state.reset_stream(stream, 8)

    def raw(self, data: bytes) -> bool:
        """Bytes past the state of the connection; False once the server has hung up."""
        try:
            self._socket.sendall(data)
        except OSError:
            self.ended = True
        return not self.ended

    def flush(self) -> bool:
        """Send what is due."""
        return self.raw(self._state.data_to_send())

    def answer(self, stream: int) -> Answer | None:
        """The answer; None where the stream was reset or the connection ended. Raises TimeoutError."""
        end = time.monotonic() + self.seconds
        while stream not in self._reset and not self.ended:
            if stream in self._answers and self._answers[stream].status >= 0:
                return self._answers[stream]
            if time.monotonic() > end:
                raise TimeoutError("no answer in time")
            self.read(min(0.5, end - time.monotonic()))
        found = self._answers.get(stream)
        return found if stream not in self._reset else None

    def read(self, seconds: float) -> None:
        """Take in what the server says within the time."""
        import h2.events as events
        from h2.exceptions import ProtocolError

        self._socket.settimeout(max(seconds, 0.01))
        try:
            data = self._socket.recv(65_536)
            received = self._state.receive_data(data) if data else []
        except TimeoutError:
            return
        except (OSError, ProtocolError):
            self.ended = True
            return
        self.ended = self.ended or not data
        for event in received:
            if isinstance(event, events.ResponseReceived):
                pairs = [(_text(n), _text(v)) for n, v in event.headers]
                status = int(dict(pairs).get(":status", "0"))
                self._answers[event.stream_id] = Answer(status, tuple(pairs))
            elif isinstance(event, events.StreamReset):
                self._reset.add(event.stream_id)
            elif isinstance(event, events.ConnectionTerminated):
                self.ended = True
        self.flush()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
