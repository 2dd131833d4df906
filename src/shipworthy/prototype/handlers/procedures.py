"""The procedures that adapters serve: where each stands on its server, and how it is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shipworthy.prototype.handlers.addresses import paths_of
from shipworthy.prototype.handlers.entering.trpc import (
    Served,
    declared_at,
    procedures_of,
    serves,
    standing_at,
)
from shipworthy.prototype.handlers.evaluation import Mounted
from shipworthy.prototype.handlers.knowledge.requests import WEB
from shipworthy.prototype.handlers.knowledge.trpc import ADAPTERS
from shipworthy.prototype.handlers.program import Remote, functions_of
from shipworthy.prototype.handlers.setting_up import run_module
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Function, Member, Name
from shipworthy.prototype.routes.route import Route


@dataclass(frozen=True, slots=True)
class Place:
    """Where a procedure is served: its URL paths as far as they are known, its mount, if any, and its
    pattern there."""

    paths: tuple[str, ...]
    mount: Mounted | None
    pattern: str
    remote: Remote | None
    procedure: Value


def find_remotes(walk: Walk, paths: Iterable[str]) -> None:
    """Run the code that calls an adapter, where setting the server up has not come by: the handlers of
    a framework that routes by files."""
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


def placed(route: Route, walk: Walk, routes: Iterable[Route]) -> Place | None:
    """Where the procedure of a route is served; None where it can't be followed."""
    found = [s for s in procedures_of(walk.program) if standing_at(route, s.procedure)]
    if not found:
        value = declared_at(route, walk)
        return Place((), None, "", None, value) if value is not None else None
    served = found[0]
    mount = _mount(served, walk)
    below = mount.prefix if mount is not None else _prefix(served, walk, routes)
    pattern = f"{below.rstrip('/*')}/{served.name}"
    if mount is not None:
        paths = paths_of(mount.router, pattern, walk.routing)
    else:
        paths = (pattern,) if below else ()
    return Place(paths, mount, pattern, served.remote, served.procedure)


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
