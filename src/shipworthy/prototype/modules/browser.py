"""Which files end up in what visitors download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import join, normpath
from typing import TYPE_CHECKING

from ast_grep_py import SgRoot

from shipworthy.prototype.code.directives import directives
from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests, python_manifests
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

Edges = Mapping[str, frozenset[str]]

_BUNDLERS = ("vite", "react-scripts", "parcel", "webpack", "@rsbuild/core")
_ENTRIES = ("src/main", "src/index", "main", "index")
_SERVERS = ("main.py", "app.py", "server.js", "server.ts", "index.js", "index.html")
_SERVED = ("public", "static")  # folders whose files are sent as they are
_WORKERS = ("sw.ts", "sw.js", "service-worker.ts", "instrumentation-client.ts")
_NEVER = frozenset({"server-only"})  # importing it makes the bundler refuse a client component


def browser_files(prototype: Prototype, edges: Edges, packages: Edges) -> frozenset[str]:
    """The files that a bundler or a static folder sends to visitors.

    Roots are the scripts of HTML pages, Vite and Create React App entries, "use client" components
    and the pages router of Next.js, and files in static folders. Frameworks whose compiler splits
    one file between both sides (Remix, TanStack Start, SvelteKit, Nuxt) are not placed.
    """
    files = prototype.files
    manifests = node_manifests(files)
    roots = {
        *_served(prototype, manifests),
        *_pages(files, manifests),
        *_bundled(files, manifests),
        *_next(files, manifests, edges),
    }
    server = {path for path, names in packages.items() if names & _NEVER}
    return _spread(roots, edges, lambda path: path in server or _is_action(files.get(path)))


def _spread(roots: Iterable[str], edges: Edges, stops: Callable[[str], bool]) -> frozenset[str]:
    """All that the roots import; a server action is only a reference in the browser."""
    seen: set[str] = set()
    pending = list(roots)
    while pending:
        path = pending.pop()
        if path in seen or stops(path):
            continue
        seen.add(path)
        pending.extend(edges.get(path, ()))
    return frozenset(seen)


def _is_action(file: SourceFile | None) -> bool:
    text = file.text if file else None
    return bool(text and "use server" in text and "use server" in directives(text))


def _served(prototype: Prototype, manifests: Iterable[NodeManifest]) -> Iterator[str]:
    """Scripts and pages in the public/ or static/ folder of a part."""
    files = prototype.files
    parts = {"", *(m.folder for m in manifests)}
    parts |= {m.folder for m in python_manifests(files)}
    parts |= {f.folder for f in files.values() if f.name in _SERVERS}
    for file in prototype.of_role(Role.PRODUCT):
        if file.language is Language.JAVASCRIPT or file.name.endswith((".html", ".htm")):
            names = file.folder.split("/")
            places = (number for number, name in enumerate(names) if name in _SERVED)
            if any("/".join(names[:number]) in parts for number in places):
                yield file.path


def _pages(files: Mapping[str, SourceFile], manifests: Iterable[NodeManifest]) -> Iterator[str]:
    """HTML pages and the scripts that they load; of a bundled part only its index.html counts."""
    bundled = {m.folder for m in manifests if m.dependencies.keys() & set(_BUNDLERS)}
    for file in files.values():
        if not file.name.endswith((".html", ".htm")) or file.role is not Role.PRODUCT:
            continue
        if "<script" not in (file.text or ""):
            continue
        is_part = any(folder in bundled for folder in folders_above(file.folder))
        if is_part and file.name != "index.html" and "public" not in file.folder.split("/"):
            continue
        yield file.path
        yield from _scripts(file, files)


def _scripts(file: SourceFile, files: Mapping[str, SourceFile]) -> Iterator[str]:
    for source in _sources(file.text or ""):
        if source.startswith("/"):
            rest = source.lstrip("/")
            above = folders_above(file.folder)
            candidates = [p for f in above for p in (join(f, rest), join(f, "public", rest))]
        else:
            candidates = [normpath(join(file.folder, source))]
        found = next((path for path in candidates if path in files), None)
        if found:
            yield found


def _sources(html: str) -> Iterator[str]:
    """The `src` of every script tag, without query."""
    for tag in SgRoot(html, "html").root().find_all(kind="start_tag", regex="^<script"):
        for attribute in tag.find_all(kind="attribute", regex="^src"):
            value = attribute.find(kind="attribute_value")
            if value:
                yield value.text().partition("?")[0].replace("%PUBLIC_URL%", "")


def _bundled(files: Mapping[str, SourceFile], manifests: Iterable[NodeManifest]) -> Iterator[str]:
    """The entry of a part that is bundled, where no index.html names it."""
    for manifest in manifests:
        wanted = manifest.dependencies
        if "expo" in wanted and "next" not in wanted:  # v0 lists it for pages of Next.js, too
            prefix = join(manifest.folder, "app", "")
            yield from (p for p in files if p.startswith(prefix) and "+api." not in p)
            yield from _entry(files, manifest.folder, ("App", "index"))
        elif "react-scripts" in wanted or ("vite" in wanted and "react" in wanted):
            yield from _entry(files, manifest.folder, _ENTRIES[:2])


def _entry(files: Mapping[str, SourceFile], folder: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for extension in ("tsx", "jsx", "ts", "js"):
            path = join(folder, f"{name}.{extension}")
            if path in files:
                yield path


_ROUTED = regex(r"(^|/)(app|pages)/.*\.[jt]sx?$")


def _next(
    files: Mapping[str, SourceFile], manifests: Iterable[NodeManifest], edges: Edges
) -> Iterator[str]:
    """Client components and the pages router of Next.js; a component that no page leads to is built
    into none."""
    routed = [path for path in files if _ROUTED.search(path)]
    reached = _spread(routed, edges, lambda _: False)
    by_folder = {m.folder: m for m in manifests}
    folders = [m.folder for m in manifests if "next" in m.dependencies]
    if not folders:
        return
    pages = tuple(join(folder, p) for folder in folders for p in ("pages/", "src/pages/"))
    for file in files.values():
        if file.language in (None, Language.PYTHON) or file.role is Role.TEST:
            continue
        if file.name in _WORKERS:
            yield file.path
        elif file.path.startswith(pages):
            if "/api/" not in file.path and not file.name.startswith("_document."):
                yield file.path
        elif "use client" in (file.text or "")[:4_000]:
            nearest = next(f for f in folders_above(file.folder) if f in by_folder or not f)
            bundler = by_folder[nearest].dependencies if nearest in by_folder else {}
            other = "vite" in bundler and "next" not in bundler
            if other or "use client" not in directives(file.text):
                continue
            if not routed or file.path in reached:
                yield file.path
