"""Give a server an address that tells whether it works, by editing where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import after_line, margin, style_of
from shipworthy.prototype.code.syntax import Syntax, callee, identifiers
from shipworthy.prototype.inventory.servers import Server
from shipworthy.prototype.source import SourceFile

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
_PYTHON = {"FastAPI": 'get("/healthz")', "Flask": 'route("/healthz")'}
_FUNCTION = """@APP.ROUTE
def healthz() -> dict[str, str]:
    return {"status": "ok", "build": os.environ.get("BUILD_ID", "unknown")}
"""
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
        text = _added(file) if file is not None else None
        if text is not None:
            return path, text
    return None


def _added(file: SourceFile) -> str | None:
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if "healthz" in identifiers(syntax.root):
        return None
    makers = _PYTHON if syntax.python else _SCRIPT
    for kind in ("assignment", "variable_declarator"):
        for node in syntax.nodes(kind):
            name = node.field("left") or node.field("name")
            value = node.field("right") or node.field("value")
            called = callee(value) if value is not None else ""
            if called in makers and name is not None and name.kind() == "identifier":
                add = _python if syntax.python else _script
                return edited(file.text, add(syntax, node, name.text(), called, file.text))
    return None


def _script(syntax: Syntax, node: SgNode, name: str, called: str, text: str) -> list[Edit]:
    style, at = style_of(syntax), after_line(node, text)
    block = _SCRIPT[called].replace("APP", name).replace("BUILD", _BUILD)
    before = margin(node, text)
    lines = style.written(block).splitlines(keepends=True)
    return [Edit(at, at, "".join(before + line for line in lines))]


def _python(syntax: Syntax, node: SgNode, name: str, called: str, text: str) -> list[Edit]:
    at, before = after_line(node, text), margin(node, text)
    rest = text[at:]
    blank = len(rest) - len(rest.lstrip("\n"))
    apart = "\n" if before else "\n\n"
    code = _FUNCTION.replace("APP", name).replace("ROUTE", _PYTHON[called])
    lines = "".join(before + line for line in code.splitlines(keepends=True))
    after = apart[min(blank, len(apart)) :] if rest.strip() else ""
    start = "" if text[:at].endswith("\n") else "\n"
    return [Edit(at, at, f"{start}{apart}{lines}{after}"), *importing(syntax, "os")]


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
