"""The admin socket: a Unix socket that only the user of the gateway can open, and no network at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from shipworthy.gateway.intake import Receive, Scope, Send
from shipworthy.gateway.store import BrokenStore

if TYPE_CHECKING:
    from shipworthy.gateway.app import Gateway
    from shipworthy.gateway.control import Control
    from shipworthy.gateway.ledger import Ledger


class Admin:
    """GET /status, and the pages that hooks add, such as /metrics."""

    def __init__(self, gateway: Gateway, control: Control, ledger: Ledger) -> None:
        self._gateway = gateway
        self._control = control
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Serve one request."""
        if scope["type"] != "http":
            return
        page = self._gateway.hooks.metrics.get(scope["path"])
        if scope["method"] != "GET":
            await _send(send, 405, "text/plain", b"only GET\n")
        elif page is not None:
            await _send(send, 200, page.content_type, page.render())
        elif scope["path"] == "/status":
            body = orjson.dumps(await self._status(), option=orjson.OPT_INDENT_2)
            await _send(send, 200, "application/json", body)
        else:
            await _send(send, 404, "text/plain", b"nothing here\n")

    async def _status(self) -> dict[str, Any]:
        return {
            "store": await self._store(),
            "calls": self._gateway.running,
            "resting_models": self._gateway.breakers.broken(),
            "off": sorted(self._control.now_off),
            "models": {
                target.name: {
                    "provider": target.provider_name,
                    "key": bool(target.key) or not target.provider.key,
                    "price": target.cost.source,
                }
                for target in self._gateway.targets
            },
        }

    async def _store(self) -> str:
        """Whether the store can be read; if so, what is off is as it stands now."""
        try:
            await self._control.refresh()
        except BrokenStore as error:
            return str(error)
        return "ok"


async def _send(send: Send, status: int, kind: str, body: bytes) -> None:
    head = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
