"""What answers requests on a server, and who keeps it running: the founder, or a platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.stack import Part
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.routes.declared import Route, RouteKind
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Hosting(StrEnum):
    """Who runs a server."""

    PROCESS = "process"  # a program that somebody starts and keeps running
    FRAMEWORK = "framework"  # the server side of Next.js and its like, which platforms run
    FUNCTIONS = "functions"  # handlers that a platform calls one by one


class Server(Struct, frozen=True):
    """The server side of one part of the prototype ('' is the root).

    `files` are the product files that run there; `start` is the best place to begin to read.
    """

    folder: str
    hosting: Hosting
    framework: str
    routes: tuple[Route, ...]
    files: frozenset[str]
    start: Location

    @property
    def subject(self) -> str:
        """How findings name the part."""
        return self.folder or "prototype"


_FUNCTIONS = regex(
    r"(^|/)(supabase/functions|netlify/(edge-)?functions|functions|lambdas?|workers?)/"
)
_LISTENS = (".listen(", "Bun.serve(", "serve({", "serve(app", "Deno.serve(")
_SCREENS = ("streamlit", "gradio", "chainlit")  # Python that serves its own pages
_HANDLED = (RouteKind.ROUTE_HANDLER, RouteKind.SERVER_ACTION)
_WAYS_IN = (*_HANDLED, RouteKind.ENDPOINT, RouteKind.EDGE_FUNCTION)
_PYTHON = (Language.PYTHON,)
_SCRIPT = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
# Files that start a program on a machine of one's own, whatever else describes functions.
_STARTERS = regex(
    r"(^|/)(Dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|Procfile|fly[^/]*\.toml|render\.ya?ml"
    r"|railway\.(json|toml)|ecosystem\.config\.c?js|\.replit|app\.ya?ml)$"
)


def read_servers(prototype: Prototype) -> tuple[Server, ...]:
    """The servers of each part, by folder; tests, scripts and abandoned code left out."""
    found: dict[tuple[str, Hosting], list[Route]] = {}
    by_path: dict[str, list[Route]] = {}
    for route in prototype.routes:
        if route.kind in _WAYS_IN and _is_live(prototype, route.location.path):
            by_path.setdefault(route.location.path, []).append(route)
    started: dict[tuple[str, bool], bool] = {}
    for path, routes in by_path.items():
        part = home(prototype, path)
        if part is not None:
            language = (part.folder, path.endswith(".py"))
            if language not in started:
                started[language] = _is_started(prototype, part, path.endswith(".py"))
            for route in routes:
                hosting = _hosting(route, started[language])
                found.setdefault((part.folder, hosting), []).append(route)
    servers = [_server(prototype, *key, routes) for key, routes in sorted(found.items())]
    return (*servers, *_screens(prototype, {s.folder for s in servers}))


def home(prototype: Prototype, path: str) -> Part | None:
    """The part that a file stands in: the one with the longest folder around it."""
    around = [p for p in prototype.stack.parts if not p.folder or path.startswith(p.folder + "/")]
    return max(around, key=lambda p: len(p.folder), default=None)


def _is_live(prototype: Prototype, path: str) -> bool:
    return path not in prototype.abandoned and path not in prototype.by_hand


def _hosting(route: Route, started: bool) -> Hosting:
    """Who runs the code behind a route; `started`: its part has a program that somebody starts."""
    if route.kind is RouteKind.EDGE_FUNCTION or _FUNCTIONS.search(route.location.path):
        return Hosting.FUNCTIONS
    if route.kind in _HANDLED:
        return Hosting.FUNCTIONS if route.framework == "vercel" else Hosting.FRAMEWORK
    return Hosting.PROCESS if started else Hosting.FUNCTIONS


def _is_started(prototype: Prototype, part: Part, python: bool) -> bool:
    """True where code of the part opens a port itself, or its framework is started to do so."""
    if python:
        wrapped = any("Mangum(" in (f.text or "") for f in _code(prototype, part, _PYTHON))
        return not wrapped and not _runs_on_vercel(prototype)
    return any(
        any(sign in (f.text or "") for sign in _LISTENS) for f in _code(prototype, part, _SCRIPT)
    )


def _runs_on_vercel(prototype: Prototype) -> bool:
    """True where Vercel is told to call Python, and nothing else starts it."""
    vercel = [f for f in prototype.files.values() if f.name == "vercel.json"]
    told = any("@vercel/python" in (f.text or "") or ".py" in (f.text or "") for f in vercel)
    return told and not any(_STARTERS.search(path) for path in prototype.files)


def runs_for_each_request(prototype: Prototype) -> bool:
    """True where nothing starts a process and a host is named that calls code request by request:
    Vercel, Netlify or Cloudflare, which keep what was logged by request."""
    if any(_STARTERS.search(path) and path.count("/") < 2 for path in prototype.files):
        return False  # deeper ones start what stands beside the app
    named = any(_CALLS_CODE.search(path) for path in prototype.files)
    return named or any(
        name.startswith(_OF_SUCH_HOSTS)
        for name in (d.name for d in prototype.dependencies.packages if d.direct)
    )


# Lovable's settings of Vite build for Cloudflare.
_OF_SUCH_HOSTS = (
    *("@vercel/", "@netlify/", "@cloudflare/", "@opennextjs/"),
    "@lovable.dev/vite-tanstack-config",
)
_CALLS_CODE = regex(r"(^|/)(vercel\.json|netlify\.toml|wrangler\.(toml|jsonc?)|\.vercel/)")


def _code(prototype: Prototype, part: Part, languages: Iterable[Language]) -> Iterator[SourceFile]:
    wanted = tuple(languages)
    return (
        file
        for file in prototype.of_role(Role.PRODUCT)
        if file.language in wanted and home(prototype, file.path) == part
    )


def _server(prototype: Prototype, folder: str, hosting: Hosting, routes: list[Route]) -> Server:
    python = routes[0].location.path.endswith(".py")
    files = frozenset(
        path
        for path, side in sides(prototype).items()
        if side is Side.SERVER
        and (hosting is Hosting.FUNCTIONS or python == path.endswith(".py"))
        and prototype.files[path].role is Role.PRODUCT
        and _is_live(prototype, path)
        and (place := home(prototype, path)) is not None
        and place.folder == folder
        and (hosting is Hosting.FUNCTIONS) == bool(_FUNCTIONS.search(path))
    )
    files |= {route.location.path for route in routes}
    start = _start(prototype, files, routes)
    return Server(folder, hosting, routes[0].framework, tuple(routes), files, start)


def _start(prototype: Prototype, files: frozenset[str], routes: list[Route]) -> Location:
    """Where the server that leads to most routes opens its port or is made; else its first route."""
    places = {route.location.path for route in routes}
    for sign in (".listen(", "FastAPI(", "Flask(", "NestFactory.create", "serve("):
        making = [path for path in sorted(files) if sign in (prototype.files[path].text or "")]
        if making:
            path = max(making, key=lambda p: len(places & prototype.modules.reachable([p])))
            lines = enumerate(prototype.files[path].lines, 1)
            return Location(path, next((number for number, line in lines if sign in line), 1))
    return min(route.location for route in routes)


def _screens(prototype: Prototype, known: set[str]) -> Iterator[Server]:
    """Streamlit, Gradio and Chainlit: the program serves pages without a route of its own."""
    for part in prototype.stack.parts:
        framework = next((f for f in part.frameworks if f in _SCREENS), None)
        if framework is None or part.folder in known:
            continue
        files = {
            file.path: file
            for file in _code(prototype, part, _PYTHON)
            if _is_live(prototype, file.path)
        }
        using = [
            path
            for path in sorted(files)
            if framework in prototype.modules.packages.get(path, frozenset())
        ]
        if using:
            start = Location(min(using, key=lambda path: (path.count("/"), path)))
            yield Server(part.folder, Hosting.PROCESS, framework, (), frozenset(files), start)
