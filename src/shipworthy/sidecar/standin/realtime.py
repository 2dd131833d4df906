"""The socket of supabase-js's channels: opened, kept alive, and every channel refused with a reason.

Messages are those of Phoenix channels: an object in version 1 of the serializer, an array in version 2.
A client that is refused goes on without live changes; one that finds no socket would try for ever.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web

_REASON = "the local stand-in for Supabase has no realtime: reload to see what changed"
_LARGEST = 1 << 20


async def refuse_channels(request: web.Request) -> web.StreamResponse:
    """Take the socket and answer each message until the client leaves."""
    from aiohttp import WSMsgType, web

    socket = web.WebSocketResponse(max_msg_size=_LARGEST, heartbeat=30.0)
    await socket.prepare(request)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        reply = _reply(message.data)
        if reply:
            await socket.send_str(reply)
    return socket


def _reply(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    if isinstance(found, dict):
        topic, event, ref = (found.get(k) for k in ("topic", "event", "ref"))
        payload = _payload(event)
        document: Any = {"topic": topic, "event": "phx_reply", "ref": ref, "payload": payload}
        return json.dumps(document) if payload else ""
    if isinstance(found, list) and len(found) == 5:
        join, ref, topic, event, _ = found
        payload = _payload(event)
        return json.dumps([join, ref, topic, "phx_reply", payload]) if payload else ""
    return ""


def _payload(event: object) -> dict[str, Any] | None:
    if event in ("heartbeat", "phx_leave", "access_token"):
        return {"status": "ok", "response": {}}
    if event == "phx_join":
        return {"status": "error", "response": {"reason": _REASON}}
    return None
