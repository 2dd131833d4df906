"""Which program people open, and which others must run beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.code.syntax import properties
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.running.configured import configurations, values
from shipworthy.prototype.running.program import Files, Program
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

LOCAL_URL = regex(r"\b(?:https?|wss?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{2,5})")
_SCREENS = ("streamlit", "gradio", "chainlit")
_APIS = ("fastapi", "flask", "django")
_MOST_BESIDE = 3
_LONGEST = 400_000  # characters of a file that are searched


class Beside(Struct, frozen=True):
    """A program that the pages call. `prefixes` are the paths that lead to it, `port` the one that
    the pages expect it at; None where they name none."""

    program: Program
    prefixes: tuple[str, ...]
    port: int | None


class Chosen(Struct, frozen=True):
    """The program that people open, those beside it, and what is left out, in words."""

    main: Program
    beside: tuple[Beside, ...] = ()
    left_out: tuple[str, ...] = ()


def choose(programs: tuple[Program, ...], prototype: Prototype) -> Chosen | None:
    """The program that shows pages nearest to the top, with the servers that it asks. None for none."""
    if not programs:
        return None
    libraries = _libraries(prototype)
    main = min(programs, key=lambda program: _rank(prototype, program, libraries))
    expected = _expected(prototype, main, programs)
    beside = tuple(_beside(prototype, main, programs, expected))[:_MOST_BESIDE]
    running = {id(main), *(id(found.program) for found in beside)}
    left_out = tuple(p.name for p in programs if id(p) not in running)
    return Chosen(main, beside, left_out)


def _libraries(prototype: Prototype) -> frozenset[str]:
    """The folders of packages that others of the same prototype ask for: parts of an app, with a page for
    those who make them at best."""
    manifests = node_manifests(prototype.files)
    asked = {name for one in manifests for name in one.dependencies if name != one.name}
    return frozenset(one.folder for one in manifests if one.folder and one.name in asked)


def _rank(prototype: Prototype, program: Program, libraries: frozenset[str]) -> tuple[object, ...]:
    prefix = f"{program.folder}/" if program.folder else ""
    files = sum(1 for f in prototype.of_role(Role.PRODUCT) if f.path.startswith(prefix))
    screen = program.framework in _SCREENS
    depth = program.folder.count("/") + bool(program.folder)
    return (not program.pages, program.folder in libraries, depth, screen, -files)


def _beside(
    prototype: Prototype, main: Program, programs: tuple[Program, ...], expected: Mapping[int, str]
) -> Iterator[Beside]:
    """Servers without pages, where the main program is made of files or names a local port."""
    proxied = {} if main.python else proxied_paths(prototype, main)
    servers = list(_servers(main, programs, bool(proxied)))
    asks = bool(expected) or any(isinstance(way, Files) for way in main.ways)
    if not asks or (main.python and main.framework not in _SCREENS):
        return
    ports = expected if len(expected) == 1 else [port for port in set(proxied.values()) if port]
    for server in servers:
        port = _port_of(prototype, server, expected) if len(servers) > 1 else _only(ports)
        prefixes = tuple(path for path, to in proxied.items() if to in (port, None))
        if main.python:
            yield Beside(server, (), port)  # asked by the program itself, never by a browser
        else:
            yield Beside(server, prefixes or _own_prefixes(prototype, server), port)


def _servers(main: Program, programs: tuple[Program, ...], proxied: bool) -> Iterator[Program]:
    """The programs without pages; of two that begin with the same file, the one in its own folder. Where the
    pages hand paths on to one, it may have pages too: in production it hands out those that were built."""
    deepest: dict[object, Program] = {}
    for program in programs:
        key = program.entry or program
        serves = not program.pages or (proxied and program.framework in _APIS)
        if program is not main and serves:
            other = deepest.get(key)
            if other is None or len(program.folder) > len(other.folder):
                deepest[key] = program
    yield from deepest.values()


def _only(expected: Collection[int]) -> int | None:
    return next(iter(expected)) if len(expected) == 1 else None


def _port_of(prototype: Prototype, server: Program, expected: Mapping[int, str]) -> int | None:
    """The expected port that the server's own code names."""
    file = prototype.files.get(server.entry)
    text = (file.text or "") if file else ""
    return next((port for port in expected if str(port) in text), None)


def _expected(prototype: Prototype, main: Program, programs: tuple[Program, ...]) -> dict[int, str]:
    """The local ports that the code of a program names, with a file that does."""
    prefix = f"{main.folder}/" if main.folder else ""
    others = [p for p in programs if p is not main]
    folders = tuple(f"{p.folder}/" for p in others if p.folder != main.folder and p.folder)
    theirs = prototype.modules.reachable(p.entry for p in others if p.entry)
    found: dict[int, str] = {}
    for file in prototype.of_role(Role.PRODUCT, Role.CONFIG, Role.SCRIPT, Role.ENVIRONMENT):
        own = file.path.startswith(prefix) and not file.path.startswith(folders)
        if own and file.path not in theirs and file.text:
            for match in LOCAL_URL.finditer(file.text[:_LONGEST]):
                found.setdefault(int(match[1]), file.path)
    return found


def _own_prefixes(prototype: Prototype, server: Program) -> tuple[str, ...]:
    """The first parts of the paths that a server answers; those that begin with a parameter cannot
    be told from pages and are left out."""
    prefix = f"{server.folder}/" if server.folder else ""
    reached = prototype.modules.reachable([server.entry]) if server.entry else frozenset()
    parts = set()
    for route in prototype.routes:
        path = route.location.path
        if route.kind is RouteKind.ENDPOINT and (
            path in reached or (prefix and path.startswith(prefix))
        ):
            first = route.path.strip("/").partition("/")[0]
            if first and first[0].isalnum():
                parts.add(f"/{first}")
    return tuple(sorted(parts))


def proxied_paths(prototype: Prototype, main: Program) -> dict[str, int | None]:
    """The paths that Vite's development server hands on, and to which local port; None for one that its
    configuration makes up."""
    found: dict[str, int | None] = {}
    for file in configurations(prototype.files, main.folder, "vite.config"):
        for proxy in (value for value in values(file, "proxy") if value.kind() == "object"):
            for path, to in properties(proxy).items():
                port = LOCAL_URL.search(to.text())
                if port or "://" not in to.text():  # else it leads to another machine
                    found[path.lstrip("^")] = int(port[1]) if port else None
    return {path: port for path, port in found.items() if path.startswith("/") and len(path) > 1}
