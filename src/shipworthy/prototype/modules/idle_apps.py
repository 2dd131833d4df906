"""Apps of Python that nothing starts, beside the one that serves the same paths: `main_clean.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.started import says_name
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_APP = regex(r"=\s*(\w+\.)?(FastAPI|Flask|Quart|Sanic|Starlette)\(")
_STEM = regex(r"^(main|app|server|api|index|wsgi|asgi|application|run)$")
_SAME = 0.5  # of the paths of the app that is left aside


def idle_apps(prototype: Prototype) -> frozenset[str]:
    """Paths of apps that no file imports or names, documents included, where at least half of what they
    serve is served by an app in the same folder as well that is named, or is called `main` or its like."""
    by_folder: dict[str, list[SourceFile]] = {}
    for file in prototype.of_role(Role.PRODUCT):
        if file.language is Language.PYTHON and _APP.search(file.text or ""):
            by_folder.setdefault(file.folder, []).append(file)
    return frozenset(
        path for apps in by_folder.values() if len(apps) > 1 for path in _idle(prototype, apps)
    )


def _idle(prototype: Prototype, apps: list[SourceFile]) -> Iterator[str]:
    imported = {path for targets in prototype.modules.edges.values() for path in targets}
    left = [
        f
        for f in apps
        if f.path not in imported
        and not _STEM.match(_stem(f))
        and not says_name(prototype, f)
        and not _is_told_of(prototype, f)
    ]
    served = [_served(prototype, f) for f in apps if f not in left]
    for file in left:
        own = _served(prototype, file)
        if own and any(len(own & other) >= len(own) * _SAME for other in served):
            yield file.path


def _served(prototype: Prototype, file: SourceFile) -> frozenset[tuple[str, str]]:
    facts = prototype.facts.get(file.path)
    return frozenset((r.method, r.path) for r in facts.routes) if facts is not None else frozenset()


def _is_told_of(prototype: Prototype, file: SourceFile) -> bool:
    """True where a document says how it is started: `uvicorn main_v2:app`."""
    said = re.compile(rf"(?<![\w-]){re.escape(_stem(file))}(?![\w-])")
    documents = prototype.of_role(Role.DOCUMENTATION)
    lines = (line for document in documents for line in document.lines if said.search(line))
    return any(map(_STARTS.search, lines))


_STARTS = regex(r"\b(uvicorn|gunicorn|hypercorn|granian|flask|fastapi|python3?|py|poetry|uv)\s")


def _stem(file: SourceFile) -> str:
    return file.name.partition(".")[0]
