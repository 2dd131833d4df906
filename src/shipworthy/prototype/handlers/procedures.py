"""The procedures that adapters serve: where each stands on its server, and how it is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.prototype.handlers.addresses import paths_of
from shipworthy.prototype.handlers.entering.routers import before
from shipworthy.prototype.handlers.entering.script import Entry
from shipworthy.prototype.handlers.entering.trpc import (
    Served,
    TrpcEntry,
    declared_at,
    declared_in,
    procedures_of,
    resolver_at,
    serves,
)
from shipworthy.prototype.handlers.evaluation import Mounted
from shipworthy.prototype.handlers.following import Follower
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.knowledge.requests import WEB
from shipworthy.prototype.handlers.knowledge.trpc import ADAPTERS
from shipworthy.prototype.handlers.middleware import middleware_guards
from shipworthy.prototype.handlers.program import Remote, functions_of
from shipworthy.prototype.handlers.setting_up import run_module
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Function, Member, Name
from shipworthy.prototype.routes.route import Route


class _Place(Struct, frozen=True):
    """Where a procedure is served: its URL paths as far as they are known, its mount, if any, and its
    pattern there."""

    paths: tuple[str, ...]
    mount: Mounted | None
    pattern: str
    remote: Remote | None
    procedure: Value


def find_procedures(walk: Walk, paths: Iterable[str]) -> Mapping[tuple[str, int], Served]:
    """The procedures that adapters serve, by the file and line that declare them.

    Runs the code that calls an adapter where setting the server up has not come by: handlers that a
    framework finds by their files."""
    for path in sorted(paths):
        module = walk.program.modules[path]
        adapters = {i.local for i in module.imports if i.module.startswith(ADAPTERS)}
        if not adapters:
            continue
        run_module(walk, path)
        unit = walk.program.unit(path)
        for _, function in functions_of(module):
            known = any(remote.path == path for remote in walk.program.remotes)
            if not known and _calls(function, adapters):
                walk.guards, walk.steps = frozenset(), ()
                given = tuple(_given(p.target) for p in function.parameters)
                walk.enter(Closure(function, unit.scope, module), given, {}, function.at)
    found: dict[tuple[str, int], Served] = {}
    for served in procedures_of(walk.program):
        found.setdefault(declared_in(served.procedure), served)
    return found


def _calls(function: Function, names: set[str]) -> bool:
    for call in nodes_in(function.body, Call):
        called = call.function
        owner = called.object if isinstance(called, Member) else called
        if isinstance(owner, Name) and owner.id in names:
            return True
    return False


def _given(target: object) -> Value:
    """The request, by itself or as a part of what the framework passes."""
    request = Value(what=WEB, tags=frozenset({"truthy"}))
    if isinstance(target, Name) and target.id in ("req", "request"):
        return request
    return Value(fields={"request": request, "req": request, "...": UNKNOWN})


def follow_procedure(
    route: Route,
    served: Served | None,
    routes: list[Route],
    walk: Walk,
    follower: Follower,
    layers: tuple[Route, ...],
) -> Iterator[Handler]:
    """A procedure, followed behind what stands before its adapter; nothing where it was not found."""
    place = _placed(route, served, walk, routes)
    if place is None:
        return
    remote, mount = place.remote, place.mount
    above: tuple[Value, ...] = ()
    if mount is not None and remote is not None:
        passed = before(mount.router, mount.number, place.pattern, walk.routing.mounts)
        own = (v for v in mount.chain if not serves(v, remote))
        above = (*passed, *own)
    style = remote.style if remote is not None else "web"
    front = Entry(route.location, style, above)
    at = resolver_at(place.procedure, route)
    entry = TrpcEntry(place.procedure, remote, front, at)
    if remote is not None:
        entry.guards |= remote.guards
        handing = next((r for r in routes if r.location.path == remote.path), None)
        if handing is not None:  # its GET and its POST stand behind the same middleware
            path = place.paths[0] if place.paths else handing.path
            asked = replace(handing, path=path, method=route.method)
            entry.guards |= middleware_guards(layers, asked, walk.program, walk.knowledge)
    yield follower.follow(route, entry, place.paths)


def _placed(
    route: Route, served: Served | None, walk: Walk, routes: Iterable[Route]
) -> _Place | None:
    """Where the procedure of a route is served; None where it can't be followed."""
    if served is None:
        value = declared_at(route, walk)
        return _Place((), None, "", None, value) if value is not None else None
    mount = _mount(served, walk)
    below = mount.prefix if mount is not None else _prefix(served, walk, routes)
    pattern = f"{below.rstrip('/*')}/{served.name}"
    if mount is not None:
        paths = paths_of(mount.router, pattern, walk.routing)
    else:
        paths = (pattern,) if below else ()
    return _Place(paths, mount, pattern, served.remote, served.procedure)


def _mount(served: Served, walk: Walk) -> Mounted | None:
    if served.remote is None:
        return None
    mounts = (m for m in walk.routing.mounts if any(serves(v, served.remote) for v in m.chain))
    return next(mounts, None)


def _prefix(served: Served, walk: Walk, routes: Iterable[Route]) -> str:
    """What the adapter says, or the folder of the file that hands requests to it."""
    remote = served.remote
    if remote is None or remote.prefix:
        return remote.prefix if remote is not None else ""
    handing = (r for r in routes if "[" in r.path and _hands_to(remote, r, walk))
    return next((r.path for r in handing), "").partition("/[")[0]


def _hands_to(remote: Remote, route: Route, walk: Walk) -> bool:
    path = route.location.path
    return path == remote.path or serves(walk.exported(path, "default"), remote)
