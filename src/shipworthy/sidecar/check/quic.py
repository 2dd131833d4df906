"""Requests over HTTP/3."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipworthy.errors import MissingExtra
from shipworthy.sidecar.check.loopback import loopback_only
from shipworthy.sidecar.check.wire import Answer, Place

if TYPE_CHECKING:
    from aioquic.quic.configuration import QuicConfiguration


@dataclass(slots=True)
class _Getting:
    """The answers of one connection, as far as they are there."""

    headers: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    closed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


def ask(
    place: Place, requests: Sequence[Sequence[tuple[str, str]]], seconds: float = 10.0
) -> list[Answer | None]:
    """The answers to requests without a body, in their order; None where a stream or all was closed.

    Raises OSError where there is no HTTP/3, TimeoutError where nothing comes.
    """
    try:
        import aioquic  # noqa: F401
    except ImportError as error:
        raise MissingExtra("HTTP/3 for the check", "sidecar") from error
    return asyncio.run(asyncio.wait_for(_asked(place, requests), seconds))


async def _asked(
    place: Place, requests: Sequence[Sequence[tuple[str, str]]]
) -> list[Answer | None]:
    from aioquic.quic.connection import QuicConnection

    state = _Getting()
    protocol_class = _protocol_class(state)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: protocol_class(QuicConnection(configuration=_configuration(place))),
        local_addr=(place.source or "127.0.0.1", 0),
    )
    try:
        protocol.connect((loopback_only(place.address), place.port))
        await protocol.wait_connected()
        streams = [protocol.request(headers) for headers in requests]
        while not state.closed and not set(streams) <= state.ended:
            state.changed.clear()
            await state.changed.wait()
        return [_answer(state, stream) for stream in streams]
    finally:
        protocol.close()
        transport.close()


def _answer(state: _Getting, stream: int) -> Answer | None:
    pairs = state.headers.get(stream)
    return Answer(int(dict(pairs).get(":status", "0")), pairs) if pairs else None


def _configuration(place: Place) -> QuicConfiguration:
    import ssl

    from aioquic.h3.connection import H3_ALPN
    from aioquic.quic.configuration import QuicConfiguration

    found = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, server_name=place.host)
    if place.authority is None:
        found.verify_mode = ssl.CERT_NONE
    else:
        found.load_verify_locations(str(place.authority))
    return found


def _protocol_class(state: _Getting) -> Any:
    from aioquic.asyncio.protocol import QuicConnectionProtocol
    from aioquic.h3.connection import H3Connection
    from aioquic.h3.events import DataReceived, HeadersReceived
    from aioquic.quic.events import ConnectionTerminated, QuicEvent, StreamReset

    class _Protocol(QuicConnectionProtocol):
        def __init__(self, quic: Any) -> None:
            super().__init__(quic)
            self._http = H3Connection(quic)

        def request(self, headers: Sequence[tuple[str, str]]) -> int:
            stream = self._quic.get_next_available_stream_id()
            pairs = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]
            self._http.send_headers(stream, pairs, end_stream=True)
            self.transmit()
            return stream

        def quic_event_received(self, event: QuicEvent) -> None:
            if isinstance(event, ConnectionTerminated):
                state.closed = True
            elif isinstance(event, StreamReset):
                state.ended.add(event.stream_id)
            for found in self._http.handle_event(event):
                if isinstance(found, HeadersReceived):
                    pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in found.headers]
                    state.headers.setdefault(found.stream_id, tuple(pairs))
                if isinstance(found, HeadersReceived | DataReceived) and found.stream_ended:
                    state.ended.add(found.stream_id)
            state.changed.set()

    return _Protocol
