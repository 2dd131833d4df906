"""Give a server an address that tells whether it works, by editing where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.app_edits import behind_app
from shipworthy.prototype.inventory.servers import Server

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_BUILD = 'build: process.env.BUILD_ID ?? "unknown"'
# Few pages are called `/healthz`, unlike `/health`.
_SCRIPT = {
    "express": 'APP.get("/healthz", (_req, res) => {\n  res.json({ status: "ok", BUILD });\n});\n',
    "fastify": 'APP.get("/healthz", async () => ({ status: "ok", BUILD }));\n',
    "Fastify": 'APP.get("/healthz", async () => ({ status: "ok", BUILD }));\n',
    "Hono": 'APP.get("/healthz", (c) => c.json({ status: "ok", BUILD }));\n',
}
_FUNCTION = """@APP.ROUTE
def healthz() -> dict[str, str]:
    return {"status": "ok", "build": os.environ.get("BUILD_ID", "unknown")}
"""
_BLOCKS = {
    **{made: block.replace("BUILD }", f"{_BUILD} }}") for made, block in _SCRIPT.items()},
    "FastAPI": _FUNCTION.replace("ROUTE", 'get("/healthz")'),
    "Flask": _FUNCTION.replace("ROUTE", 'route("/healthz")'),
}
_ROUTE = """export const dynamic = "force-dynamic";

export function GET() {
  return Response.json({ status: "ok", BUILD });
}
"""
_PAGE = """import type { NextApiRequest, NextApiResponse } from "next";

export default function handler(_req: NextApiRequest, res: NextApiResponse) {
  res.status(200).json({ status: "ok", BUILD });
}
"""


def with_health(prototype: Prototype, server: Server) -> tuple[str, str] | None:
    """The path and new text of the file that answers; None where nothing shows how to add it."""
    if server.framework == "next":
        return _next(prototype, server)
    for path in (server.start.path, *sorted(server.files)):
        file = prototype.files.get(path)
        text = behind_app(file, _BLOCKS, "healthz", "os") if file is not None else None
        if text is not None:
            return path, text
    return None


def _next(prototype: Prototype, server: Server) -> tuple[str, str] | None:
    """A route of its own beside those that are there."""
    inside = f"{server.folder}/" if server.folder else ""
    typed = f"{inside}tsconfig.json" in prototype.files
    kind = "ts" if typed else "js"
    for place in ("app", "src/app"):
        if any(f"{inside}{place}/layout.{k}" in prototype.files for k in ("tsx", "jsx", "js")):
            text = _ROUTE.replace("BUILD", _BUILD)
            return f"{inside}{place}/api/healthz/route.{kind}", text
    for place in ("pages", "src/pages"):
        if any(path.startswith(f"{inside}{place}/") for path in prototype.files):
            text = _PAGE.replace("BUILD", _BUILD)
            if not typed:
                text = text.partition("\n\n")[2]
                text = text.replace(": NextApiRequest", "").replace(": NextApiResponse", "")
            return f"{inside}{place}/api/healthz.{kind}", text
    return None
