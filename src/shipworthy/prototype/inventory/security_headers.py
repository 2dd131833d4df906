"""Where a prototype tells browsers what its pages may do: the security headers of its responses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.exports import is_export
from shipworthy.prototype.inventory.homes import first_line, home_of, live_files
from shipworthy.prototype.inventory.manifests import read_toml, table, text
from shipworthy.prototype.inventory.stack import Part
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Pages(StrEnum):
    """Who answers with the pages of a part."""

    SERVER = "server"  # code of its own, which can set headers
    HOST = "host"  # a host of static files, whose settings stand here
    ELSEWHERE = "elsewhere"  # a host of static files of which nothing is known
    NONE = "none"  # it answers with data alone


class PageHeaders(Struct, frozen=True):
    """A part, who serves its pages, where that is to be seen, and where security headers are set."""

    part: Part
    pages: Pages
    served: Location | None
    by: str  # in a few words, e.g. "Next.js" or "vercel.json"
    headers: Location | None


# https://owasp.org/www-project-secure-headers/: the ones that change what a page may do.
_NAMES = (
    *("Content-Security-Policy", "content-security-policy", "contentSecurityPolicy"),
    *("X-Frame-Options", "x-frame-options", "X_FRAME_OPTIONS", "XFrameOptionsMiddleware"),
    *("Strict-Transport-Security", "strict-transport-security", "SECURE_HSTS_SECONDS"),
    *("frame-ancestors", "frameAncestors", "frameguard("),
)
# Packages that set them with one line.
_PACKAGES = frozenset(
    """helmet koa-helmet @fastify/helmet fastify-helmet next-safe @next-safe/middleware
    next-secure-headers @nosecone/next nosecone lusca flask_talisman flask-talisman talisman secure
    starlette_securityheaders fastapi_security_headers django_csp csp""".split()
)
_CALLS = ("secureHeaders(", "Talisman(")
# What they answer is read by code, not shown as a page.
_DATA_ONLY = regex(r"(^|/)supabase/functions/|(^|/)app/(.*/)?route\.[jt]s$|(^|/)pages/api/")
_HOSTS = regex(
    r"(^|/)(vercel\.json|netlify\.toml|_headers|firebase\.json|staticwebapp\.config\.json|render\.ya?ml"
    r"|[^/]*nginx[^/]*\.(conf|template)|nginx/[^/]+|default\.conf|Caddyfile|\.htaccess|web\.config|static\.json"
    r"|serve\.json|wrangler\.(toml|jsonc?)|amplify\.ya?ml|customHttp\.yml|fly\.toml|[^/]*\.tf)$"
)
_EDGES = regex(
    r"(^|/)(next\.config\.[cm]?[jt]s|(src/)?(middleware|proxy)\.[jt]s|nuxt\.config\.[jt]s|_document\.[jt]sx"
    r"|index\.html|svelte\.config\.js|astro\.config\.m?[jt]s)$"
)
# What sends a page from a server's code.
_SENDS = {
    "express": ("express.static(", "sendFile(", ".render(", "setupVite(", "serveStatic("),
    "fastify": ("@fastify/static", "sendFile(", ".view("),
    "hono": ("serveStatic(", "c.html("),
    "koa": ("koa-static", "ctx.render("),
    "flask": ("render_template(", "render_template_string(", "send_from_directory("),
    "quart": ("render_template(",),
    "fastapi": (".TemplateResponse(", " HTMLResponse(", "html=True"),
    "django": ("render(", "TemplateView", " TemplateResponse("),
}
_SPOKEN = {
    "next": "Next.js",
    "remix": "Remix",
    "express": "Express",
    "flask": "Flask",
    "fastapi": "FastAPI",
    "django": "Django",
}
_RENDERING = ("next", "remix", "nuxt", "sveltekit", "astro")


def read_page_headers(prototype: Prototype) -> tuple[PageHeaders, ...]:
    """Each part with who serves its pages and whether that sets security headers."""
    found = [_of_part(prototype, part) for part in prototype.stack.parts]
    serving = [f"{p.part.folder}/".lstrip("/") for p in found if p.pages is Pages.SERVER]
    return tuple(
        p
        for p in found
        # The pages of `client/` are sent by the server around it.
        if p.pages not in (Pages.HOST, Pages.ELSEWHERE)
        or not p.part.folder.startswith(tuple(serving))
    )


def _of_part(prototype: Prototype, part: Part) -> PageHeaders:
    pages, served, by = _pages(prototype, part)
    headers = min(_headers(prototype, part), default=None) if pages is not Pages.NONE else None
    return PageHeaders(part, pages, served, by, headers)


def _pages(prototype: Prototype, part: Part) -> tuple[Pages, Location | None, str]:
    rendering = next((name for name in _RENDERING if name in part.frameworks), None)
    if rendering is not None and not is_export(prototype, part):
        settings = _configuration(prototype, part)
        if settings is None:  # whether it is a server or an export, they would say
            return Pages.ELSEWHERE, None, ""
        if not any(live_files(prototype, part, Role.PRODUCT)):
            return Pages.NONE, None, ""
        return Pages.SERVER, settings, _SPOKEN.get(rendering, rendering.capitalize())
    for framework, words in _SENDS.items():
        if framework not in part.frameworks:
            continue
        for file in live_files(prototype, part, Role.PRODUCT):
            at = _sends(file, words) if _is_server_code(prototype, file) else None
            if at is not None and not _only_writes(file):
                return Pages.SERVER, at, _SPOKEN.get(framework, framework)
    if rendering is None and not _is_page(prototype, part):
        return Pages.NONE, None, ""
    hosts = [f for f in _hosts(prototype, part) if _serves_files(f)]
    if "electron" in part.frameworks and not any(home_of(prototype, f.path) == part for f in hosts):
        return Pages.NONE, None, ""  # the pages of a desktop app come with it
    if hosts:
        return Pages.HOST, Location(hosts[0].path), hosts[0].name
    return Pages.ELSEWHERE, None, ""


def _sends(file: SourceFile, words: tuple[str, ...]) -> Location | None:
    """The first line that sends pages: a folder of what users have uploaded holds none."""
    if file.text is None or not any(word in file.text for word in words):
        return None
    for number, line in enumerate(file.lines, 1):
        if any(word in line for word in words) and not line.lstrip().startswith(_COMMENTS):
            whole = line if line.rstrip().endswith((")", ";")) else line + file.line(number + 1)
            if not _UPLOADED.search(whole):
                return Location(file.path, number)
    return None


_COMMENTS = ("//", "*", "/*", "#", "{/*", "<!--")
_UPLOADED = regex(
    r"(\bstatic|sendFile|send_from_directory)\(.*(upload|avatar|photo|image|media|attachment|invoice|report|download|storage)",
    re.IGNORECASE,
)


def _only_writes(file: SourceFile) -> bool:
    """True where templates make mails and files alone: `html = render_template(…)`, and no answer of it."""
    text = file.text or ""
    made = list(_TEMPLATE.finditer(text))
    if not made or any(found[1] is None for found in made) or "send_from_directory(" in text:
        return False
    names = "|".join({re.escape(found[1]) for found in made})
    return re.search(rf"\b(return\s+|\w*[rR]esponse\()({names})\b", text) is None


_TEMPLATE = regex(r"(?:\b(\w+)\s*=\s*)?\brender_template(?:_string)?\(")


def _is_server_code(prototype: Prototype, file: SourceFile) -> bool:
    return file.language is not None and file.path not in prototype.modules.browser


def _is_page(prototype: Prototype, part: Part) -> bool:
    folder = f"{part.folder}/" if part.folder else ""
    places = ("index.html", "public/index.html", "src/index.html", "client/index.html")
    return any(folder + place in prototype.files for place in places)


def _configuration(prototype: Prototype, part: Part) -> Location | None:
    folder = f"{part.folder}/" if part.folder else ""
    for name in ("next.config.js", "next.config.mjs", "next.config.ts", "package.json"):
        if folder + name in prototype.files:
            return Location(folder + name)
    return None


def _hosts(prototype: Prototype, part: Part) -> Iterator[SourceFile]:
    """The settings of hosts in a part or around it."""
    for file in prototype.files.values():
        inside = not part.folder or file.path.startswith(f"{part.folder}/")
        around = file.folder == "" or part.folder.startswith(f"{file.folder}/")
        near = inside or around or "nginx" in file.path
        if not near or not _HOSTS.search(file.path) or _is_of_another(file, part):
            continue
        if around or "nginx" in file.path or home_of(prototype, file.path) == part:
            yield file


def _is_of_another(file: SourceFile, part: Part) -> bool:
    """True for a netlify.toml whose `base` is the folder of another part."""
    if file.name != "netlify.toml":
        return False
    base = text(table(read_toml(file.text or ""), "build"), "base").strip("./")
    return bool(base) and base != part.folder.removeprefix(file.folder).strip("/")


def _serves_files(file: SourceFile) -> bool:
    """True for what names a host of static files; the others describe servers or databases."""
    if file.name == "Caddyfile" and "file_server" not in (file.text or ""):
        return False  # it hands on to a server
    return not file.name.endswith((".tf", "fly.toml")) and not file.name.startswith("render.y")


def _headers(prototype: Prototype, part: Part) -> Iterator[Location]:
    """Where security headers are set for the pages of a part."""
    for file in _hosts(prototype, part):
        at = first_line(file, *_NAMES)
        if at is not None:
            yield at
    for file in prototype.files.values():
        if file.role in (Role.TEST, Role.DOCUMENTATION, Role.LOCK, Role.VENDORED, Role.ASSET):
            continue
        if home_of(prototype, file.path) != part or file.path in prototype.abandoned:
            continue
        edge = _EDGES.search(file.path) is not None
        code = file.role is Role.PRODUCT and _is_server_code(prototype, file)
        if edge or (code and not _DATA_ONLY.search(file.path)):
            at = first_line(file, *_NAMES, *_CALLS)
            if at is not None:
                yield at
        packages = prototype.modules.packages.get(file.path, frozenset())
        if code and packages & _PACKAGES:
            yield first_line(file, *packages & _PACKAGES) or Location(file.path)
