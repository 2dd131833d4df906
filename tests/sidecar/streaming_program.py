"""A program with web sockets, a stream of events and slow answers, for the tests of the sidecar."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from aiohttp import WSMsgType, web

STEPS = web.AppKey("STEPS", asyncio.Queue)


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data.upper())
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def _events(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    steps = request.app[STEPS]
    for number in range(int(request.query.get("n", "3"))):
        await answer.write(f"data: {number}\n\n".encode())
        await steps.get()
    return answer


async def _step(request: web.Request) -> web.Response:
    """Let the stream of events go on."""
    request.app[STEPS].put_nowait(None)
    return web.Response()


async def _slow(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query.get("seconds", "1")))
    return web.Response(text="slow")


async def _large(_: web.Request) -> web.Response:
    return web.json_response({"text": "word " * 10_000})


@contextmanager
def streaming_program() -> Iterator[int]:
    """It runs on the port for the time of the block."""
    loop = asyncio.new_event_loop()
    application = web.Application()
    application[STEPS] = asyncio.Queue()
    application.add_routes(
        [
            web.get("/socket", _socket),
            web.get("/events", _events),
            web.get("/step", _step),
            web.route("*", "/slow", _slow),
            web.get("/large", _large),
        ]
    )
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield runner.addresses[0][1]
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
