"""How each JavaScript framework is built and served: the commands of its own documentation."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from shipworthy.prototype.code.syntax import string
from shipworthy.prototype.inventory.manifests import (
    NodeManifest,
    read_json,
    table,
    text,
)
from shipworthy.prototype.running.configured import configurations, path, values
from shipworthy.prototype.running.program import HOST, PORT, Files, Way

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_VITE = Way(("vite", "--host", HOST, "--port", PORT, "--strictPort"))
_PREVIEW = Way(("vite", "preview", "--host", HOST, "--port", PORT, "--strictPort"))
_NITRO = Way(("node", ".output/server/index.mjs"), made=".output/server/index.mjs")


class Framework(Struct, frozen=True):
    """What makes and serves pages. `commands` are its programs, `packages` what an app of it lists."""

    name: str
    packages: frozenset[str]
    commands: frozenset[str]
    build: tuple[str, ...] = ()  # where the script of the app does not
    ways: tuple[Way, ...] = ()
    develop: Way | None = None
    files: tuple[str, ...] = ()  # folders that the build may leave
    fallback: bool = False
    ways_first: bool = True  # a server before files


def _framework(name: str, packages: str, commands: str, **more: object) -> Framework:
    return Framework(name, frozenset(packages.split()), frozenset(commands.split()), **more)  # type: ignore[arg-type]


# The order decides where an app lists several: what is built on Vite stands before Vite.
FRAMEWORKS = (
    _framework(
        "next",
        "next",
        "next",
        build=("next", "build"),
        ways=(
            Way(("next", "start", "-H", HOST, "-p", PORT), made=".next/BUILD_ID"),
            Way(("node", ".next/standalone/server.js"), made=".next/standalone/server.js"),
        ),
        develop=Way(("next", "dev", "-H", HOST, "-p", PORT)),
        files=("out",),
        ways_first=False,  # a static export leaves both, and `next start` refuses it
    ),
    _framework(
        "tanstack-start",
        "@tanstack/react-start @tanstack/start @tanstack/solid-start @lovable.dev/vite-tanstack-config",
        "vite vinxi",
        build=("vite", "build"),
        ways=(
            _NITRO,
            Way(_PREVIEW.argv, made="dist/server"),
        ),
        develop=_VITE,
        files=("dist/client", "dist"),
        fallback=True,
    ),
    _framework(
        "react-router",
        "@react-router/dev @react-router/serve",
        "react-router react-router-serve",
        build=("react-router", "build"),
        ways=(
            Way(
                ("react-router-serve", "build/server/index.js"),
                (("NODE_ENV", "production"),),
                made="build/server/index.js",
            ),
        ),
        develop=Way(("react-router", "dev", "--host", HOST, "--port", PORT)),
        files=("build/client",),
        fallback=True,
    ),
    _framework(
        "remix",
        "@remix-run/dev @remix-run/serve",
        "remix remix-serve vite",
        build=("remix", "vite:build"),
        ways=(
            Way(
                ("remix-serve", "build/server/index.js"),
                (("NODE_ENV", "production"),),
                made="build/server/index.js",
            ),
            Way(("remix-serve", "build/index.js"), made="build/index.js"),
        ),
        develop=Way(("remix", "vite:dev", "--host", HOST, "--port", PORT)),
    ),
    _framework(
        "sveltekit",
        "@sveltejs/kit",
        "vite svelte-kit",
        build=("vite", "build"),
        ways=(
            Way(("node", "build/index.js"), made="build/index.js"),
            Way(_PREVIEW.argv, made=".svelte-kit/output/server/index.js"),
        ),
        develop=_VITE,
        files=("build",),
        ways_first=True,
    ),
    _framework(
        "nuxt",
        "nuxt nuxi",
        "nuxt nuxi",
        build=("nuxt", "build"),
        ways=(_NITRO,),
        develop=Way(("nuxt", "dev", "--host", HOST, "--port", PORT)),
        files=(".output/public",),
    ),
    _framework(
        "astro",
        "astro",
        "astro",
        build=("astro", "build"),
        ways=(Way(("node", "dist/server/entry.mjs"), made="dist/server/entry.mjs"),),
        develop=Way(("astro", "dev", "--host", HOST, "--port", PORT)),
        files=("dist",),
    ),
    _framework(
        "create-react-app",
        "react-scripts @craco/craco react-app-rewired",
        "react-scripts craco react-app-rewired",
        build=("react-scripts", "build"),
        develop=Way(("react-scripts", "start"), (("BROWSER", "none"),)),
        files=("build",),
        fallback=True,
    ),
    _framework(
        "angular",
        "@angular/core",
        "ng",
        build=("ng", "build"),
        develop=Way(("ng", "serve", "--host", HOST, "--port", PORT)),
        files=("dist",),
        fallback=True,
    ),
    _framework(
        "vite",
        "vite",
        "vite",
        build=("vite", "build"),
        develop=_VITE,
        files=("dist", "build"),
        fallback=True,
    ),
)
SERVERS = (
    ("nestjs", "@nestjs/core"),
    ("fastify", "fastify"),
    ("hono", "hono"),
    ("koa", "koa"),
    ("express", "express"),
)
"""The name of a server's framework, and its package."""


def files_of(prototype: Prototype, manifest: NodeManifest, framework: Framework) -> Iterator[Files]:
    """The folders where the built files may lie, the configured one first."""
    folders = [*_configured(prototype, manifest, framework), *framework.files]
    base = _base(prototype, manifest, framework)
    for folder in dict.fromkeys(folders):
        yield Files(folder, framework.fallback, base)


def _base(prototype: Prototype, manifest: NodeManifest, framework: Framework) -> str:
    """The path below which the pages expect to be, where it is written out: `base: "/shop/"`."""
    stem = _CONFIGS.get(framework.name, "")
    for file in configurations(prototype.files, manifest.folder, stem):
        for value in values(file, "base"):
            if (said := string(value)) and said.startswith("/") and not said.startswith("//"):
                return f"/{said.strip('/')}/" if said.strip("/") else "/"
    home = text(manifest.content, "homepage")  # of Create React App: a path or a whole URL
    path_there = urlsplit(home).path.strip("/") if framework.name == "create-react-app" else ""
    return f"/{path_there}/" if path_there and path_there != "." else "/"


def _configured(
    prototype: Prototype, manifest: NodeManifest, framework: Framework
) -> Iterator[str]:
    if framework.name == "angular":
        yield from _angular(prototype, f"{manifest.folder}/" if manifest.folder else "")
    stem = _CONFIGS.get(framework.name, "")
    for file in configurations(prototype.files, manifest.folder, stem):
        root = next(filter(None, map(path, values(file, "root"))), "")
        for made in filter(None, map(path, values(file, "outDir"))):
            yield from _below(made, root)


_CONFIGS = {"vite": "vite.config", "astro": "astro.config", "tanstack-start": "vite.config"}


def _below(folder: str, root: str) -> Iterator[str]:
    """The output folder, which Vite takes from its root (https://vite.dev/config/build-options)."""
    for place in (join(root, folder), folder):
        made = normpath(place)
        if not made.startswith(("..", "/")):
            yield made


def _angular(prototype: Prototype, prefix: str) -> Iterator[str]:
    """`outputPath` of the builder; the application builder puts the pages into `browser` below it."""
    file = prototype.files.get(f"{prefix}angular.json")
    projects = table(read_json(file.text or ""), "projects") if file else {}
    for name in projects:
        options = table(table(table(table(projects, name), "architect"), "build"), "options")
        made = text(options, "outputPath") or text(table(options, "outputPath"), "base")
        yield from (f"{made or f'dist/{name}'}/browser", made or f"dist/{name}")
