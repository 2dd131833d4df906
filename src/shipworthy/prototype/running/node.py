"""The programs that a package.json describes: a framework's app, a server of its own, a single-page app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import join, normpath
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import NodeManifest, text
from shipworthy.prototype.running.declared import declared_command
from shipworthy.prototype.running.frameworks import FRAMEWORKS, SERVERS, Framework, files_of
from shipworthy.prototype.running.program import Program, Way
from shipworthy.prototype.running.scripts import Ran, commands, is_code
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_STARTS = ("start", "serve", "start:prod", "prod", "preview")
_ASIDE = ("server", "start:server", "server:start", "dev:server", "server:dev", "api", "backend")
_ENTRIES = ("server", "index", "app", "main", "src/server", "src/index", "src/app", "src/main")
_LISTENS = regex(r"\.listen\(|\bserve\(|Bun\.serve|createServer\(|NestFactory\.create")
_BUILD = ("npm", "run", "build")
_WATCHING = frozenset({"watch", "--watch", "--hot", "--inspect"})
_TYPED = (".ts", ".mts", ".cts", ".tsx")


def node_programs(prototype: Prototype, manifest: NodeManifest) -> Iterator[Program]:
    """The programs of one folder. One that serves pages comes first."""
    framework = _framework(manifest)
    own = _own_server(prototype, manifest, framework)
    if own is not None and (framework is None or own.pages or framework.files):
        # It hands out what the framework builds, or stands in front of it.
        yield own
        if framework is None or own.pages:
            return
    if framework is not None:
        yield _of_framework(prototype, manifest, framework)
    if own is None and (aside := _server_aside(prototype, manifest)) is not None:
        yield aside


def _framework(manifest: NodeManifest) -> Framework | None:
    """What builds and serves the pages: the one whose command the scripts run, else the first listed."""
    listed = [f for f in FRAMEWORKS if not f.packages.isdisjoint(manifest.dependencies)]
    run = {
        ran.program
        for name in ("dev", "build", "start", "preview", "serve")
        for ran in commands(manifest.scripts, name)
    }
    used = [f for f in listed if f.commands & run]
    return next(iter(used), None)


def _of_framework(prototype: Prototype, manifest: NodeManifest, framework: Framework) -> Program:
    build = [framework.build]
    run = list(commands(manifest.scripts, "build"))
    if [ran.words for ran in run] == [framework.build]:
        build = [_BUILD]
    elif "build" in manifest.scripts:
        # A script that does not build with the framework may do anything: deploy, for one.
        known = any(ran.program in framework.commands for ran in run)
        build.insert(0 if known else 1, _BUILD)
    files = files_of(prototype, manifest, framework)
    return Program(
        folder=manifest.folder,
        framework=framework.name,
        pages=True,
        ways=(*framework.ways, *files) if framework.ways_first else (*files, *framework.ways),
        build=tuple(build),
        develop=framework.develop,
        home=manifest.folder,
    )


def _own_server(
    prototype: Prototype, manifest: NodeManifest, framework: Framework | None
) -> Program | None:
    """The server that `npm start` runs; None where the script starts a framework's own or nothing."""
    for name in _STARTS:
        run = list(commands(manifest.scripts, name))
        if any(framework and ran.program in framework.commands for ran in run):
            return None
        serving = next((ran for ran in run if _serves(prototype, manifest, ran)), None)
        if serving is None or (len(run) > 1 and _starts_several(manifest, name)):
            continue
        way = Way(("npm", "run", name), made=_made(prototype, manifest, serving))
        built = "build" in manifest.scripts
        return Program(
            folder=manifest.folder,
            framework=_server_framework(manifest),
            pages=framework is not None or _has_pages(prototype, manifest),
            ways=(way,),
            build=(_BUILD,) if built else (),
            develop=_developed(prototype, manifest),
            entry=_path(manifest, serving.file),
            home=manifest.folder,
        )
    return _declared(prototype, manifest, framework) or (
        _without_script(prototype, manifest) if framework is None else None
    )


def _declared(
    prototype: Prototype, manifest: NodeManifest, framework: Framework | None
) -> Program | None:
    """The server that a build makes and a host is told to start: `node dist/index.js`."""
    scripts = {**manifest.scripts, "declared": declared_command(prototype)}
    run = list(commands(scripts, "declared")) if not manifest.folder else []
    if len(run) != 1 or "build" not in scripts or run[0].program != "node":
        return None
    if not run[0].file or _source(prototype, manifest, run[0].file) is not None:
        return None
    return Program(
        folder=manifest.folder,
        framework=_server_framework(manifest),
        pages=framework is not None or _has_pages(prototype, manifest),
        ways=(Way(run[0].words, run[0].settings, made=run[0].file),),
        build=(_BUILD,),
        develop=_developed(prototype, manifest),
        entry=_path(manifest, run[0].file),
        home=manifest.folder,
    )


def _serves(prototype: Prototype, manifest: NodeManifest, ran: Ran) -> bool:
    """True for a command that runs a file: one that is here and listens, or that a build makes."""
    if ran.program == "nest":
        return "start" in ran.words
    if not ran.file:
        return False
    found = _source(prototype, manifest, ran.file)
    if found is None:
        return "build" in manifest.scripts and not _path(manifest, ran.file).startswith("../")
    return _listens(prototype, found)


def _starts_several(manifest: NodeManifest, name: str) -> bool:
    line = manifest.scripts[name]
    return any(word in line for word in ("concurrently", "run-p", "npm-run-all", " & "))


def _developed(prototype: Prototype, manifest: NodeManifest) -> Way | None:
    """What `npm run dev` starts, where that is a server as well."""
    for ran in commands(manifest.scripts, "dev"):
        if _serves(prototype, manifest, ran):
            return Way(_once(manifest, ran), (*ran.settings, ("NODE_ENV", "development")))
    return None


def _server_aside(prototype: Prototype, manifest: NodeManifest) -> Program | None:
    """A server beside the pages, that a script of its own or `npm run dev` starts."""
    for name in (*_ASIDE, "start", "dev"):
        for ran in commands(manifest.scripts, name):
            path = _source(prototype, manifest, ran.file) if ran.file else None
            if path is not None and _listens(prototype, path):
                way = Way(_once(manifest, ran), ran.settings)
                return _api(manifest, way, path)
    return None


def _without_script(prototype: Prototype, manifest: NodeManifest) -> Program | None:
    """A server that no script starts: the file that `main` names, or one with a usual name."""
    main = text(manifest.content, "main").removeprefix("./")
    names = [main, *(f"{stem}{end}" for stem in _ENTRIES for end in (".js", ".ts", ".mjs"))]
    for name in filter(None, names):
        path = _path(manifest, name)
        if path in prototype.files and is_code(name) and _listens(prototype, path):
            way = Way(_once(manifest, Ran(("node", name))))
            program = _api(manifest, way, path)
            return replace(program, pages=_has_pages(prototype, manifest))
    return None


def _api(manifest: NodeManifest, way: Way, path: str) -> Program:
    return Program(
        folder=manifest.folder,
        framework=_server_framework(manifest),
        pages=False,
        ways=(way,),
        entry=path,
        home=manifest.folder,
    )


def _once(manifest: NodeManifest, ran: Ran) -> tuple[str, ...]:
    """The command without what watches files and starts it again."""
    if ran.program in ("tsx", "node", "ts-node") and ran.file:
        kept = tuple(word for word in ran.words if word not in _WATCHING)
        return ("tsx", *kept[1:]) if kept[0] == "node" and ran.file.endswith(_TYPED) else kept
    runner = "tsx" if ran.file.endswith(_TYPED) else "node"
    known = {"ts-node-dev": "ts-node", "esno": "esno"}.get(ran.program, runner)
    if runner == "tsx" and "tsx" not in manifest.dependencies:
        listed = [name for name in ("ts-node", "esno") if name in manifest.dependencies]
        return (listed[0], ran.file) if listed else ("npx", "--yes", "tsx@4", ran.file)
    return (known if known in manifest.dependencies else runner, ran.file)


def _made(prototype: Prototype, manifest: NodeManifest, ran: Ran) -> str:
    """The file that only a build makes; '' where the file is here as it is run."""
    if not ran.file or _path(manifest, ran.file) in prototype.files:
        return ""
    return ran.file if is_code(ran.file) else ""


def _source(prototype: Prototype, manifest: NodeManifest, file: str) -> str | None:
    """The path of a file that a script names; its ending may be left out."""
    path = _path(manifest, file)
    names = (path, f"{path}.js", f"{path}.ts", f"{path}/index.js", f"{path}/index.ts")
    return next((name for name in names if name in prototype.files), None)


def _path(manifest: NodeManifest, file: str) -> str:
    return normpath(join(manifest.folder, file)) if file else ""


def _listens(prototype: Prototype, path: str) -> bool:
    """True where the file, or one that it imports, opens a port."""
    reached = prototype.modules.reachable([path])
    files = (prototype.files[name] for name in reached if name in prototype.files)
    return any(_LISTENS.search(file.text or "") for file in files)


def _server_framework(manifest: NodeManifest) -> str:
    return next((name for name, package in SERVERS if package in manifest.dependencies), "node")


def _has_pages(prototype: Prototype, manifest: NodeManifest) -> bool:
    """True where the folder holds pages that a server hands out: HTML, or templates."""
    prefix = f"{manifest.folder}/" if manifest.folder else ""
    places = ("index.html", "public/index.html", "views/", "client/index.html", "dist/index.html")
    return any(
        file.path.startswith(tuple(prefix + place for place in places))
        for file in prototype.files.values()
        if file.role is not Role.VENDORED
    )
