"""The path that the proxy asks to see whether a prototype is well."""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.prototype import Prototype
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.sidecar.derive.entry_points import EntryPoint

_WORDS = ("healthz", "health", "ping", "livez", "live", "readyz", "ready")
_WHOLE = ("/status", "/api/status")  # deeper ones tell the state of something else
_SCREENS = {"streamlit": "/_stcore/health", "chainlit": "/", "gradio": "/"}
_PAGED = frozenset(
    """vite create-react-app static next remix astro sveltekit angular nuxt vue svelte
    tanstack-start""".split()
)


def health(prototype: Prototype, entries: Sequence[EntryPoint]) -> tuple[str, str]:
    """The path and the file it comes from; "/" where no entry point tells."""
    pages = _serves_pages(prototype)
    asked = [
        e for e in entries if e.whole and _answers_anybody(e) and not (pages and _is_python(e))
    ]
    for word in _WORDS:
        for entry in asked:
            if entry.address.rpartition("/")[2].lower() == word:
                return entry.address, entry.file
    for entry in asked:
        if entry.address in _WHOLE:
            return entry.address, entry.file
    for server in prototype.servers:
        if server.framework in _SCREENS:
            return _SCREENS[server.framework], server.start.path
    roots = [entry.file for entry in asked if entry.address == "/"]
    roots += [
        r.location.path for r in prototype.routes if r.kind is RouteKind.PAGE and r.path == "/"
    ]
    return "/", roots[0] if roots else ""  # whatever is answered there below 500 is life


def _serves_pages(prototype: Prototype) -> bool:
    return bool(_PAGED & set(prototype.stack.frameworks))


def _is_python(entry: EntryPoint) -> bool:
    """True for a program beside the pages: what answers there is another one."""
    return entry.file.endswith(".py")


def _answers_anybody(entry: EntryPoint) -> bool:
    supabase = entry.address.startswith("/functions/")
    known = entry.handler.principal is not None or entry.asks_model
    return entry.method in ("GET", "*") and not known and not supabase
