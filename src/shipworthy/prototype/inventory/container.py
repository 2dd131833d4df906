"""A Dockerfile that builds and starts one server of a prototype from what its files say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests, python_manifests
from shipworthy.prototype.inventory.servers import Server
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

IGNORED = """.git
.env
.env.*
!.env.example
node_modules
__pycache__
.venv
*.log
"""
_PYTHON = """FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txtMORE
COPY . .
RUN useradd --create-home app
USER app
EXPOSE 8000
CMD [COMMAND]
"""
_NODE = """FROM node:22-slim
WORKDIR /app
COPY COPIED ./
RUN INSTALL
COPY . .
BUILDENV NODE_ENV=production
USER node
CMD [COMMAND]
"""
_MADE = regex(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Flask|Quart)\(", re.MULTILINE)
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container, whose host decides what is open
_RUNNERS = {"FastAPI": "uvicorn", "Flask": "gunicorn", "Quart": "hypercorn"}


def dockerfile(prototype: Prototype, server: Server) -> str | None:
    """The text; None where nothing shows how the server is started."""
    if server.start.path.endswith(".py"):
        return _python(prototype, server)
    manifest = next((m for m in node_manifests(prototype.files) if m.folder == server.folder), None)
    return _node(prototype, server, manifest) if manifest is not None else None


def _python(prototype: Prototype, server: Server) -> str | None:
    folder = f"{server.folder}/" if server.folder else ""
    packages = next(
        (
            m.packages
            for m in python_manifests(prototype.files)
            if m.path == f"{folder}requirements.txt"
        ),
        None,
    )
    text = prototype.files[server.start.path].text or ""
    made = _MADE.search(text)
    if packages is None or made is None:
        return None
    runner = _RUNNERS[made[2]]
    module = server.start.path[len(folder) :].removesuffix(".py").replace("/", ".")
    command = _command(runner, f"{module}:{made[1]}")
    more = "" if runner in packages else f" {runner}"
    return _PYTHON.replace("MORE", more).replace("COMMAND", command)


def _command(runner: str, app: str) -> str:
    words = {
        "uvicorn": ["uvicorn", app, "--host", _EVERYWHERE, "--port", "8000"],
        "gunicorn": ["gunicorn", app, "--bind", f"{_EVERYWHERE}:8000"],
        "hypercorn": ["hypercorn", app, "--bind", f"{_EVERYWHERE}:8000"],
    }
    return ", ".join(f'"{word}"' for word in words[runner])


def _node(prototype: Prototype, server: Server, manifest: NodeManifest) -> str | None:
    folder = f"{server.folder}/" if server.folder else ""
    entry = server.start.path[len(folder) :]
    locked = f"{folder}package-lock.json" in prototype.files
    typed = entry.endswith((".ts", ".tsx", ".mts"))
    copied = "package.json package-lock.json" if locked else "package.json"
    install = "npm ci" if locked else "npm install"
    if typed and "tsx" not in manifest.dependencies:
        install += " && npm install --no-save tsx@4"
    words = ["npx", "tsx", entry] if typed else ["node", entry]
    build = "RUN npm run build\n" if "build" in manifest.scripts else ""
    command = ", ".join(f'"{word}"' for word in words)
    text = _NODE.replace("COPIED", copied).replace("INSTALL", install)
    return text.replace("BUILD", build).replace("COMMAND", command)
