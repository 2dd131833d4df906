"""The server actions of a Next.js program and the pages that hold them, as its build wrote them down.

Next.js runs an action for whoever sends its id to any page of the program: where another page holds it, it
forwards the call itself, past the proxy. So a rule for the path of a page alone does not hold its actions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_MANIFEST = "server/server-reference-manifest.json"
_LARGEST = 20_000_000  # bytes
_ID = re.compile(r"[0-9A-Za-z]{8,128}")
_NO_PART = re.compile(r"\(.*\)|@.*")  # groups and slots: folders that are no part of an address
_INTERCEPTS = re.compile(r"^(\(\.+\))+")  # `(..)photo` is shown in the place of `photo`


def server_actions(folder: Path) -> dict[str, tuple[str, ...]]:
    """Where each action is held, by its id: paths, up to the first parameter. Empty where the program has
    none, or was not built."""
    found: dict[str, tuple[str, ...]] = {}
    for manifest in sorted(folder.glob(f"*/{_MANIFEST}")):
        for id_, pages in _listed(manifest):
            found[id_] = tuple(dict.fromkeys((*found.get(id_, ()), *pages)))
    return found


def _listed(manifest: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        if manifest.is_symlink() or manifest.stat().st_size > _LARGEST:
            return
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return
    for runtime in ("node", "edge"):
        for id_, action in _table(content, runtime).items():
            workers = _table(action, "workers")
            if workers and _ID.fullmatch(id_):
                yield id_, tuple(dict.fromkeys(_address(worker) for worker in workers))


def _table(content: object, name: str) -> Mapping[str, Any]:
    found = content.get(name) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def _address(worker: str) -> str:
    """`app/(shop)/admin/[id]/page` is at `/admin/…`."""
    kept: list[str] = []
    for folder in worker.split("/")[1:-1]:
        part = _INTERCEPTS.sub("", folder)
        if part.startswith("["):
            break
        if not _NO_PART.fullmatch(part):
            kept.append(part)
    return "/" + "/".join(kept)
