"""Files that a developer starts by hand: no user meets what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Python packages that serve, show or schedule: who imports one may be the prototype itself.
SERVING = frozenset(
    """streamlit gradio chainlit fastapi flask starlette django sanic aiohttp nicegui dash panel
    telegram discord slack_bolt celery uvicorn litestar quart bottle tornado falcon reflex shiny
    mesop aiogram telebot apscheduler schedule rq dramatiq mcp fastmcp modal prefect airflow
    tkinter customtkinter PyQt5 PyQt6 PySide6 kivy flet socketserver http
    functions_framework azure mangum chalice watchdog""".split()
)
_NODE_SERVING = frozenset(
    """express fastify koa hono @hapi/hapi @nestjs/core http https node:http node:https ws socket.io
    next/server @vercel/node @netlify/functions node-cron bullmq electron discord.js telegraf vite
    commander yargs @modelcontextprotocol/sdk""".split()
)
_ENTRY = regex(
    r"^(main|server|app|index|worker|sw|service-worker|middleware|proxy|instrumentation.*|handler|lambda"
    r"|lambda_function|function_app|cron|cli|bot|run|start|bootstrap|wsgi|asgi|celery|settings|urls|root"
    r"|manage|conftest|gunicorn.*|__init__|__main__|entry.*|electron|preload|background|content|popup"
    r"|worker.*|job.*|task.*|scheduler.*|.*[-_]?(bot|worker|server|app|api|service|cron|job|agent))$",
    re.IGNORECASE,
)
_BY_PLACE = regex(
    r"(^|/)(api|functions|netlify|supabase|workers?|cron|jobs|tasks|plugins|commands|management|lambda"
    r"|pages|routes|routers|handlers|dags|migrations?|alembic|hooks|tools|skills|agents)/"
)
# What a Python file does when it is started; a module for others only declares.
_RUNS = regex(
    r"""__name__\s*==\s*["']__main__|^(for|while|print\(|(main|run|asyncio\.run)\()""", re.M
)
_TOO_LONG = 400_000  # characters of a file that is not searched for names
_SCRIPTS = (Language.TYPESCRIPT, Language.JAVASCRIPT)


def started_by_hand(prototype: Prototype) -> frozenset[str]:
    """Product files beside the app that nobody imports or names, and that serve nothing.

    Python files anywhere that do something as they are run, script files in the root folder, and elsewhere
    those that look after something: of others `abandoned_files` tells.
    Where no part of the prototype serves anything, such a file may be all of it: then it counts.
    """
    graph = prototype.modules
    imported = frozenset(path for targets in graph.edges.values() for path in targets)
    files = [f for f in _candidates(prototype) if f.path not in imported]
    if not files or not _serves_elsewhere(prototype):
        return frozenset()
    return frozenset(f.path for f in files if not says_name(prototype, f))


def _candidates(prototype: Prototype) -> Iterator[SourceFile]:
    for file in prototype.of_role(Role.PRODUCT):
        facts = prototype.facts.get(file.path)
        packages = prototype.modules.packages.get(file.path, frozenset())
        stem = file.name.partition(".")[0]
        if facts is None or facts.routes or _ENTRY.match(stem) or _BY_PLACE.search(file.path):
            continue
        is_python = file.language is Language.PYTHON and _RUNS.search(file.text or "") is not None
        is_script = file.language in _SCRIPTS and ("/" not in file.path or _looks_after(file))
        if (is_python or is_script) and not packages & (SERVING if is_python else _NODE_SERVING):
            yield file


def _looks_after(file: SourceFile) -> bool:
    """True for a script that tells its developer something and hands nothing on: `check-wallet.js`."""
    text = file.text or ""
    tells = _CHORE.match(file.name) is not None and "console.log(" in text
    return tells and _HANDS_ON.search(text) is None


_CHORE = regex(
    r"(check|test|debug|generate|deploy|verify|seed|fix|migrate|setup|inspect|diagnose|list)[-_][\w-]+\.[cm]?[jt]s$"
)
_HANDS_ON = regex(r"^[ \t]*export\b|\bexports\b", re.MULTILINE)


def _serves_elsewhere(prototype: Prototype) -> bool:
    """True where some product file is an app: it serves, or shows pages."""
    serving = SERVING | _NODE_SERVING
    return any(
        f.language is Language.TSX
        or f.path.endswith(".jsx")
        or prototype.modules.packages.get(f.path, frozenset()) & serving
        for f in prototype.of_role(Role.PRODUCT)
    )


def says_name(prototype: Prototype, file: SourceFile, *, by_imports: bool = True) -> bool:
    """True where any other file but a document says the name: a manifest, a container, a shell
    script, or code that loads or starts it. Without `by_imports` those of Python files do not count."""
    name = file.name.partition(".")[0]
    if not name:
        return True  # a hidden file: what starts it is not to be told by a name
    stem = re.escape(name)
    started = rf"(?<![\w-]){stem}\.(py|[cm]?[jt]s)\b|[\"'./]{stem}[\"':]|-m\s+[\w.]*\b{stem}\b"
    imported = rf"\b(import|from)\b[^\n]{{0,200}}(?<![\w-]){stem}(?![\w-])"
    said = re.compile(f"{started}|{imported}")
    only_started = re.compile(started)
    return any(
        (said if by_imports or other.language is not Language.PYTHON else only_started).search(line)
        for other in prototype.files.values()
        if other.text
        and other.path != file.path
        and other.role not in (Role.DOCUMENTATION, Role.TEST, Role.ASSET, Role.LOCK)
        and len(other.text) < _TOO_LONG
        for line in _lines_with(name, other.text)
    )


def _lines_with(name: str, text: str) -> Iterator[str]:
    """The lines that hold the name: to search all of a text takes a hundred times as long."""
    at = text.find(name)
    while 0 <= at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(name, end)
