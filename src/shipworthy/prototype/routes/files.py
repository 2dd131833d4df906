"""Routes that follow from where a file stands: pages, route handlers, edge functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests
from shipworthy.prototype.routes.declared import Route, RouteKind, url_path
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SCRIPT = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_PAGE = regex(r"(?:(.*)/)?page\.[jt]sx?$")
_PAGES = regex(r"(.*?)(?:(?:^|/)index)?\.[jt]sx?$")
_SUPABASE = regex(r"(?:^|/)supabase/functions/([^_/][^/]*)/index\.[jt]sx?$")
_NETLIFY = regex(r"(?:^|/)netlify/(?:edge-)?functions/([^/]+?)(?:/(?:index|\1))?\.[cm]?[jt]s$")
_HANDLER = regex(r"\bexports\.handler\b|\bexport\b[^;\n]*\bhandler\b|\bmodule\.exports\b")
_SCHEDULED = regex(r"^export\s+const\s+config\b[^;{]*\{[^}]*\bschedule\s*:", re.MULTILINE)
"""A function that a clock starts: it has no address."""
_DENO = regex(r"(?:^|/)functions/([^/_][^/]*?)(?:/(?:index|entry))?\.[jt]s$")
_VERCEL = regex(r"^api/(.+?)(?:/index)?\.[jt]s$")
_STREAMLIT_PAGE = regex(r"^(.*/)?pages/(?:\d+[_ -]+)?([^/]+)\.py$")
_STREAMLIT_ENTRIES = ("app.py", "main.py", "streamlit_app.py", "home.py", "dashboard.py")


def file_routes(prototype: Prototype) -> tuple[Route, ...]:
    """The routes of file-system routers and of supabase/functions."""
    manifests = node_manifests(prototype.files)
    next_folders = [m.folder for m in manifests if "next" in m.dependencies]
    remix = [
        m.folder
        for m in manifests
        if m.dependencies.keys() & {"@remix-run/react", "@react-router/dev"}
    ]
    found: list[Route] = []
    for file in prototype.of_role(Role.PRODUCT):
        if file.name == "+page.svelte" and "src/routes/" in file.path:
            folder = file.folder.partition("src/routes")[2]
            found.append(_route(RouteKind.PAGE, "sveltekit", "GET", url_path(folder), "page", file))
        if file.language not in _SCRIPT or file.name.endswith(".d.ts"):
            continue
        found += _functions(file, is_next=bool(next_folders))
        for folder in next_folders:
            found += _next(file, folder)
        for folder in remix:
            found += _remix(file, folder)
    return (*found, *_streamlit(prototype))


def has_left_next(prototype: Prototype) -> bool:
    """True where Next.js is asked for by nothing but packages whose scripts build and serve with Vite alone,
    without settings of Next.js: after such a move nothing answers at its routes."""
    found = [m for m in node_manifests(prototype.files) if "next" in m.dependencies]
    return bool(found) and all(_has_moved(prototype, m) for m in found)


def _has_moved(prototype: Prototype, manifest: NodeManifest) -> bool:
    said = manifest.scripts
    runs = [said[name].split() for name in ("dev", "build", "start") if name in said]
    if any("next" in words for words in runs) or not any("vite" in words for words in runs):
        return False
    settings = (f"next.config.{ending}" for ending in ("js", "mjs", "cjs", "ts"))
    return not any(join(manifest.folder, name) in prototype.files for name in settings)


def _next(file: SourceFile, folder: str) -> Iterator[Route]:
    """Pages, API routes and the middleware of the Next.js application in a folder."""
    for base in (folder, join(folder, "src")):
        inside = _inside(file.path, join(base, "app"))
        if inside is not None:
            page = _PAGE.fullmatch(inside)
            if page:
                path = url_path(page[1] or "")
                yield _route(RouteKind.PAGE, "next", "GET", path, "default", file)
            return
        inside = _inside(file.path, join(base, "pages"))
        if inside is not None:
            yield from _pages_router(file, inside)
            return
        if file.folder == base and re.fullmatch(r"(middleware|proxy)\.[jt]s", file.name):
            name = file.name.partition(".")[0]
            yield _route(RouteKind.MIDDLEWARE, "next", "*", _matchers(file), name, file)
            return


def _pages_router(file: SourceFile, inside: str) -> Iterator[Route]:
    match = _PAGES.fullmatch(inside)
    if match is None or file.name.startswith(("_app.", "_document.", "_error.")):
        return
    path = f"/{match[1]}"
    if path == "/_middleware":
        yield _route(RouteKind.MIDDLEWARE, "next", "*", "*", "middleware", file)
    elif inside.startswith("api/"):
        yield _route(RouteKind.ROUTE_HANDLER, "next", "*", path, "default", file)
    else:
        yield _route(RouteKind.PAGE, "next", "GET", path, "default", file)


def _matchers(file: SourceFile) -> str:
    """The paths that a middleware says it is for, or "*"."""
    if file.language is None or "matcher" not in (file.text or ""):
        return "*"
    for pair in Syntax(file, file.language).nodes("pair"):
        key, value = pair.field("key"), pair.field("value")
        if key and value and key.text() == "matcher":
            nodes = [value] if value.kind() == "string" else value.find_all(kind="string")
            return ", ".join(s for s in map(string, nodes) if s) or "*"
    return "*"


def _functions(file: SourceFile, *, is_next: bool) -> Iterator[Route]:
    """Functions that a platform serves by their file name."""
    text = file.text or ""
    supabase = _SUPABASE.search(file.path)
    if supabase:
        handler = "Deno.serve" if "Deno.serve(" in text else "serve"
        path = f"/functions/v1/{supabase[1]}"
        yield _route(RouteKind.EDGE_FUNCTION, "supabase", "*", path, handler, file)
    elif "supabase/functions/" in file.path:
        return
    elif netlify := _NETLIFY.search(file.path):
        if not _SCHEDULED.search(text):
            path = f"/.netlify/functions/{netlify[1]}"
            name = "handler" if _HANDLER.search(text) else "default"
            yield from _exported(RouteKind.EDGE_FUNCTION, "netlify", path, name, file)
    elif "Deno.serve(" in text and (deno := _DENO.search(file.path)):
        path = f"/functions/{deno[1]}"
        yield _route(RouteKind.EDGE_FUNCTION, "deno", "*", path, "Deno.serve", file)
    elif not is_next and (vercel := _VERCEL.search(file.path)) and "/_" not in f"/{vercel[1]}":
        path = f"/api/{vercel[1]}"
        yield from _exported(RouteKind.ROUTE_HANDLER, "vercel", path, "default", file)


def _exported(
    kind: RouteKind, framework: str, path: str, handler: str, file: SourceFile
) -> Iterator[Route]:
    """The function of a file that exports something; the others are helpers without a way in."""
    if re.search(r"\bexports?\b", file.text or ""):
        yield _route(kind, framework, "*", path, handler, file)


def _remix(file: SourceFile, folder: str) -> Iterator[Route]:
    """The flat routes of Remix and React Router: `users.$id.tsx` is /users/$id."""
    inside = _inside(file.path, join(folder, "app/routes"))
    if inside is None:
        return
    stem = re.sub(r"(/route)?\.[jt]sx?$", "", inside)
    parts = [p for p in re.split(r"[./]", stem) if p not in ("_index", "index") and p[:1] != "_"]
    path = "/" + "/".join(part.rstrip("_") for part in parts)
    if "export default" in (file.text or ""):
        yield _route(RouteKind.PAGE, "remix", "GET", path, "default", file)
    for name, method in (("loader", "GET"), ("action", "POST")):
        if re.search(rf"export (async function|const|function) {name}\b", file.text or ""):
            yield _route(RouteKind.ROUTE_HANDLER, "remix", method, path, name, file)


def _streamlit(prototype: Prototype) -> Iterator[Route]:
    """The entry of a Streamlit application and the files in pages/ beside it."""
    shown = {
        path
        for path, facts in prototype.facts.items()
        if prototype.files[path].role is Role.PRODUCT
        and any(item.specifier.partition(".")[0] == "streamlit" for item in facts.imports)
    }
    paged = {f"{m[1] or ''}" for path in shown if (m := _STREAMLIT_PAGE.match(path))}
    for path in sorted(shown):
        file = prototype.files[path]
        page = _STREAMLIT_PAGE.match(path)
        if page:
            yield _route(RouteKind.PAGE, "streamlit", "GET", f"/{page[2]}", "module", file)
            continue
        beside_pages = f"{file.folder}/" in paged or (not file.folder and "" in paged)
        configured = "set_page_config" in (file.text or "")
        if configured or (file.name.lower() in _STREAMLIT_ENTRIES and (beside_pages or not paged)):
            yield _route(RouteKind.PAGE, "streamlit", "GET", "/", "module", file)


def _inside(path: str, folder: str) -> str | None:
    """The rest of a path below a folder, or None where it stands elsewhere."""
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _route(
    kind: RouteKind, framework: str, method: str, path: str, handler: str, file: SourceFile
) -> Route:
    return Route(kind, framework, method, path, handler, Location(file.path))
