"""A client that asks over HTTP/3, for the tests of the sidecar."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent

from waiting import SECONDS


class _Asking(QuicConnectionProtocol):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._http = H3Connection(self._quic)
        self._answers: dict[int, tuple[dict[str, str], bytearray]] = {}
        self._ended: dict[int, asyncio.Event] = {}

    async def ask(self, host: str, path: str) -> tuple[dict[str, str], bytes]:
        stream = self._quic.get_next_available_stream_id()
        self._answers[stream] = ({}, bytearray())
        self._ended[stream] = asyncio.Event()
        head = {":method": "GET", ":scheme": "https", ":authority": host, ":path": path}
        self._http.send_headers(
            stream, [(k.encode(), v.encode()) for k, v in head.items()], end_stream=True
        )
        self.transmit()
        await asyncio.wait_for(self._ended[stream].wait(), SECONDS)
        headers, body = self._answers[stream]
        return headers, bytes(body)

    def quic_event_received(self, event: QuicEvent) -> None:
        for each in self._http.handle_event(event):
            if isinstance(each, HeadersReceived):
                found = {k.decode(): v.decode() for k, v in each.headers}
                self._answers[each.stream_id][0].update(found)
            elif isinstance(each, DataReceived):
                self._answers[each.stream_id][1].extend(each.data)
            if isinstance(each, HeadersReceived | DataReceived) and each.stream_ended:
                self._ended[each.stream_id].set()


def ask_http3(port: int, authority: Path, paths: list[str]) -> list[tuple[dict[str, str], bytes]]:
    """The headers (with `:status`) and body of each answer, over one connection."""

    async def asked() -> list[tuple[dict[str, str], bytes]]:
        settings = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name="localhost")
        settings.load_verify_locations(str(authority))
        async with connect(
            "127.0.0.1", port, configuration=settings, create_protocol=_Asking
        ) as connected:
            asking = cast(_Asking, connected)
            return [await asking.ask(f"localhost:{port}", path) for path in paths]

    return asyncio.run(asked())
