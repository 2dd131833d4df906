"""The admin socket: a Unix socket that only the user of the gateway can open, and no network at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from shipworthy.gateway.request import Request
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

    async def __call__(self, request: Request) -> None:
        """Serve one request."""
        page = self._gateway.hooks.metrics.get(request.path)
        if request.method != "GET":
            _reply(request, 405, "text/plain", b"only GET\n")
        elif page is not None:
            _reply(request, 200, page.content_type, page.render())
        elif request.path == "/status":
            body = orjson.dumps(await self._status(), option=orjson.OPT_INDENT_2)
            _reply(request, 200, "application/json", body)
        else:
            _reply(request, 404, "text/plain", b"nothing here\n")

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


def _reply(request: Request, status: int, kind: str, body: bytes) -> None:
    request.reply(status, [(b"content-type", kind.encode())], body)
