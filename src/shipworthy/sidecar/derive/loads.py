"""From where the pages of a prototype load what they show and run: one source for each host and use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ast_grep_py import SgRoot

from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.host_uses import Use
from shipworthy.prototype.inventory.hosts import is_third_party
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.sidecar.derive.services import used_by_pages

_DIRECTIVES = {
    Use.IMAGE: "image",
    Use.MEDIA: "media",
    Use.FONT: "font",
    Use.STYLE: "style",
    Use.SCRIPT: "script",
    Use.FRAME: "frame",
    Use.REQUEST: "connect",
}
_DIRECTIVE_OF_LINK = {"stylesheet": "style", "icon": "image", "apple-touch-icon": "image"}
_LARGEST = 400_000  # bytes of a style sheet; larger ones are built
_SUPABASE = ".supabase.co"
INLINE = "'unsafe-inline'"
EVAL = "'unsafe-eval'"
# They write scripts into each page that they send.
_WRITES_SCRIPTS = ("next", "remix", "nuxt", "sveltekit", "astro", "tanstack-start")
_EVALUATES = ("streamlit", "gradio", "chainlit")


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """One source that a directive has to allow, and the file that shows it."""

    directive: str  # a key of services.DIRECTIVES
    source: str
    path: str


def loads(prototype: Prototype) -> tuple[Load, ...]:
    """Every source of the pages, each once, sorted."""
    found = [*_of_pages(prototype), *_of_styles(prototype), *_of_code(prototype)]
    hosts = [(urlsplit(load.source).hostname or "", load.path) for load in found]
    for used in used_by_pages(prototype, hosts):
        for directive, sources in used.service.needs:
            found += [Load(directive, source, used.path) for source in sources]
    found += [*_of_supabase(prototype), *_of_frameworks(prototype)]
    first: dict[tuple[str, str], Load] = {}
    for load in sorted(found):
        first.setdefault((load.directive, load.source), load)
    return tuple(first.values())


def _of_pages(prototype: Prototype) -> Iterator[Load]:
    """Scripts and style sheets of HTML pages, and the scripts that stand in them."""
    for item in prototype.pages:
        if item.code.strip() and not _is_data(item.code):
            yield Load("script", INLINE, item.location.path)
        url = f"https:{item.url}" if item.url.startswith("//") else item.url
        if not url.startswith("http"):
            continue
        directive = _DIRECTIVE_OF_LINK.get(item.rel.split(" ")[-1]) if item.rel else "script"
        if directive is not None:
            yield from _load(directive, url, item.location.path)


def _is_data(code: str) -> bool:
    """True for JSON-LD and other data in a script element, which no browser runs."""
    try:
        json.loads(code)
    except ValueError:
        return False
    return True


def _of_styles(prototype: Prototype) -> Iterator[Load]:
    """`@import url(…)` and `url(…)` of style sheets."""
    for file in prototype.of_role(Role.PRODUCT, Role.ASSET, Role.UI_KIT):
        if not file.name.endswith(".css") or file.size > _LARGEST:
            continue
        text = file.text or _read(prototype, file)
        if "//" not in text:
            continue
        root = SgRoot(text, "css").root()
        for node in root.find_all(
            any=[{"kind": "plain_value"}, {"kind": "string_value"}], regex="^[\"']?(https?:)?//"
        ):
            url = node.text().strip("\"'")
            url = f"https:{url}" if url.startswith("//") else url
            imported = any(above.kind() == "import_statement" for above in node.ancestors())
            yield from _load(_directive_of(url, imported), url, file.path)


def _read(prototype: Prototype, file: SourceFile) -> str:
    """The text of a style sheet, which the facts do not hold."""
    path = prototype.root / file.path
    try:
        inside = path.resolve().is_relative_to(prototype.root.resolve())
        return path.read_text(encoding="utf-8", errors="replace") if inside else ""
    except OSError:
        return ""


def _directive_of(url: str, imported: bool) -> str:
    path = urlsplit(url).path
    if imported:
        return "style"
    return "font" if path.endswith((".woff", ".woff2", ".ttf", ".otf")) else "image"


def _of_code(prototype: Prototype) -> Iterator[Load]:
    """URLs of components, and what code of the browser asks."""
    browser = prototype.modules.browser
    for found in prototype.hosts:
        path = found.location.path
        file = prototype.files[path]
        if file.role is not Role.PRODUCT or path in prototype.abandoned:
            continue
        # Pictures and frames are shown by pages that a server writes as well.
        shown = found.use in (Use.IMAGE, Use.MEDIA, Use.FRAME) and not _is_function(path)
        if found.use in _DIRECTIVES and (path in browser or shown):
            line = file.line(found.location.line)
            scheme = "wss" if f"wss://{found.host.lstrip('*')}" in line else "https"
            yield from _host(_DIRECTIVES[found.use], found.host, path, scheme)
    for path in sorted(browser):
        file = prototype.files[path]
        if "<iframe" in (file.text or "") and path not in prototype.abandoned:
            yield Load("frame", "blob:", path)  # documents that the page makes itself
            break
    for call in prototype.outbound_calls:
        path = call.location.path
        if path in browser and call.target and is_third_party(call.target):
            yield from _host("connect", call.target, path)


def _is_function(path: str) -> bool:
    return "supabase/functions/" in path


def _of_supabase(prototype: Prototype) -> Iterator[Load]:
    """The project that a page speaks to: REST, files and the socket of live updates."""
    browser = prototype.modules.browser
    using = [
        path
        for path in sorted(browser)
        if path not in prototype.abandoned
        and any(p.startswith("@supabase/") for p in prototype.modules.packages.get(path, ()))
    ]
    if not using:
        return
    named = sorted(
        {
            found.host
            for found in prototype.hosts
            if found.host.endswith(_SUPABASE)
            and is_project(found.host)
            and not _is_function(found.location.path)
        }
    )
    host = named[0] if len(named) == 1 else "*.supabase.co"
    yield Load("connect", f"https://{host}", using[0])
    yield Load("connect", f"wss://{host}", using[0])
    yield Load("image", f"https://{host}", using[0])
    yield Load("media", f"https://{host}", using[0])


def _of_frameworks(prototype: Prototype) -> Iterator[Load]:
    for part in prototype.stack.parts:
        folder = f"{part.folder}/" if part.folder else ""
        manifest = f"{folder}package.json" if f"{folder}package.json" in prototype.files else ""
        for name in part.frameworks:
            if name in _WRITES_SCRIPTS or name in _EVALUATES:
                yield Load("script", INLINE, manifest or name)
            if name in _EVALUATES:
                yield Load("script", EVAL, name)


def is_project(host: str) -> bool:
    """False for a stand-in such as placeholder.supabase.co: projects have names of twenty letters."""
    return not host.endswith(_SUPABASE) or len(host) == len(_SUPABASE) + 20


_SHARED = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})  # of .co.uk and its like


def known_part(host: str) -> str:
    """The host, or `*.` and the end of it that is known; "" where that end belongs to many owners."""
    known = host.rpartition("*")[2]
    if host == known:
        return host
    parts = known.strip(".").split(".")
    shared = len(parts) < 2 or (len(parts) == 2 and parts[0] in _SHARED)
    return f"*.{'.'.join(parts)}" if known.startswith(".") and not shared else ""


def _load(directive: str, url: str, path: str) -> Iterator[Load]:
    found = urlsplit(url).hostname or ""
    if is_third_party(found):
        yield Load(directive, f"https://{found}", path)


def _host(directive: str, host: str, path: str, scheme: str = "https") -> Iterator[Load]:
    """A source for a host; one that is only known in part is allowed below its known end."""
    named = known_part(host)
    if named and is_project(host):
        yield Load(directive, f"{scheme}://{named}", path)
