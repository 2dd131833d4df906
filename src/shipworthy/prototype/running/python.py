"""The Python programs: FastAPI, Flask, Django, Streamlit, Gradio and Chainlit, and where they begin."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import python_manifests
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.running.program import HOST, PORT, Program, Way
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

PYTHON = "python"
"""Stands first in a command that the Python with the program's own packages runs."""
_MADE = regex(
    r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?"
    r"(FastAPI|Flask|Quart|Starlette|create_app|make_app|get_app)\(",
    re.MULTILINE,
)
_FACTORY = regex(r"^def (create_app|make_app|get_app)\(", re.MULTILINE)
_MAIN = regex(r"""^if __name__\s*==\s*["']__main__["']""", re.MULTILINE)
_RELATIVE = regex(r"^from \.", re.MULTILINE)
_RUNS_FLASK = regex(r"\b\w+\.run\(")
_LAUNCHES = regex(r"\.launch\(")
_STATIC_ROOT = regex(r"^STATIC_ROOT\s*=", re.MULTILINE)
_FIRST = ("app", "main", "streamlit_app", "server", "api", "home", "index", "run", "wsgi", "asgi")
_SCREENS = ("streamlit", "chainlit", "gradio")
_SAID_BY = ("Procfile", "Dockerfile", ".replit", "README.md", "docker-compose.yml", "compose.yaml")
_NO_APPS = ("test", "tests", "pages", "scripts", "notebooks", "examples")
_STREAMLIT = (
    *("--server.port", PORT, "--server.address", HOST, "--server.headless", "true"),
    *("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"),
    *(
        "--global.developmentMode",
        "false",
    ),  # it takes packages outside of site-packages for its own
)


def python_programs(prototype: Prototype) -> Iterator[Program]:
    """One program for each folder of requirements and framework that code in it uses."""
    homes = sorted({m.folder for m in python_manifests(prototype.files)} | {""}, key=len)
    by_home: dict[str, list[SourceFile]] = {home: [] for home in homes}
    for file in prototype.of_role(Role.PRODUCT):
        if file.language is Language.PYTHON and not is_archived(file.path):
            by_home[_home(by_home, file)].append(file)
    for file in prototype.files.values():  # a script to others, here what starts the server
        if (
            file.name == "manage.py"
            and "django" in (file.text or "")
            and not is_archived(file.path)
        ):
            yield _django(prototype, file, _home(by_home, file))
    for home, files in by_home.items():
        yield from _of_home(prototype, home, files)


def _home(homes: Container[str], file: SourceFile) -> str:
    """The folder of requirements that a file stands in."""
    return next((above for above in folders_above(file.folder) if above in homes), "")


def _of_home(prototype: Prototype, home: str, files: list[SourceFile]) -> Iterator[Program]:
    for screen in _SCREENS:
        using = [f for f in files if screen in prototype.modules.packages.get(f.path, ())]
        if screen == "gradio":
            using = [f for f in using if _LAUNCHES.search(f.text or "")]
        if entry := _entry(prototype, [*using, *_leading(prototype, files, using)]):
            yield _screen(prototype, screen, entry, home)
    for framework, names in (("fastapi", ("FastAPI", "Starlette")), ("flask", ("Flask", "Quart"))):
        making = [f for f in files if _makes(f, names)]
        if entry := _entry(prototype, making, by_routes=True):
            yield _api(prototype, framework, entry, home)


def _leading(
    prototype: Prototype, files: list[SourceFile], using: list[SourceFile]
) -> Iterator[SourceFile]:
    """Files that show nothing themselves, lead to one that does, and are what a document says to run."""
    shown = {file.path for file in using}
    for file in files:
        reached = prototype.modules.reachable([file.path])
        if file.path not in shown and shown & reached and _is_said(prototype, file):
            yield file


def _makes(file: SourceFile, names: Iterable[str]) -> bool:
    text = file.text or ""
    return any(f"{name}(" in text for name in names) and (
        _MADE.search(text) is not None or _FACTORY.search(text) is not None
    )


def _entry(
    prototype: Prototype, files: list[SourceFile], by_routes: bool = False
) -> SourceFile | None:
    """The file to start with: the one that a document or a host's file names, that leads to most
    routes, that nothing imports, with a usual name, nearest to the top."""
    imported = {path for targets in prototype.modules.edges.values() for path in targets}
    routes = {route.location.path for route in prototype.routes}

    def rank(file: SourceFile) -> tuple[object, ...]:
        stem = file.name.removesuffix(".py").lower()
        reached = len(routes & prototype.modules.reachable([file.path])) if by_routes else 0
        return (
            bool({*file.folder.split("/")} & {*_NO_APPS}),
            not _is_said(prototype, file),
            -reached,
            file.path in imported and not by_routes,
            _FIRST.index(stem) if stem in _FIRST else len(_FIRST),
            file.path.count("/"),
            file.path,
        )

    return min(files, key=rank, default=None)


def _is_said(prototype: Prototype, file: SourceFile) -> bool:
    """True where a file that starts things, or the README, has a command with this file in it."""
    module = file.path.removesuffix(".py").replace("/", ".")
    stem = re.escape(file.name.removesuffix(".py"))
    said = re.compile(
        rf"(streamlit run|chainlit run|python3?|uvicorn|gunicorn)\s[^\n]*"
        rf"({re.escape(file.name)}|{re.escape(module)}:|(?<![\w.]){stem}:\w)"
    )
    texts = (
        other.text or ""
        for other in prototype.files.values()
        if other.name in _SAID_BY and file.path.startswith(other.folder)
    )
    return any(said.search(text[:200_000]) for text in texts)


def _screen(prototype: Prototype, screen: str, entry: SourceFile, home: str) -> Program:
    folder = _import_root(prototype, entry, home)
    path = _from(folder, entry.path)
    argv: tuple[str, ...]
    if screen == "streamlit":
        argv = (PYTHON, "-m", "streamlit", "run", path, *_STREAMLIT)
    elif screen == "chainlit":
        argv = (PYTHON, "-m", "chainlit", "run", path, "-h", "--host", HOST, "--port", PORT)
    else:
        argv = (PYTHON, path)
    settings = (("GRADIO_SERVER_PORT", PORT), ("GRADIO_SERVER_NAME", HOST))
    way = Way(argv, settings if screen == "gradio" else ())
    return _program(screen, home, way, entry, folder, pages=True)


def _api(prototype: Prototype, framework: str, entry: SourceFile, home: str) -> Program:
    folder = _import_root(prototype, entry, home)
    text = entry.text or ""
    made, factory = _MADE.search(text), _FACTORY.search(text)
    module = _from(folder, entry.path).removesuffix(".py").replace("/", ".")
    if module.endswith(".__init__"):
        module = module.removesuffix(".__init__")
    pages = "render_template" in text or "Jinja2Templates" in text or "StaticFiles" in text
    if framework == "flask":
        return _program("flask", home, _flask(entry, folder, module, made), entry, folder, pages)
    app = f"{module}:{made[1]}" if made else f"{module}:{factory[1] if factory else 'app'}"
    factories = () if made else ("--factory",)
    argv = (PYTHON, "-m", "uvicorn", app, *factories, "--host", HOST, "--port", PORT)
    return _program("fastapi", home, Way(argv), entry, folder, pages, ("uvicorn",))


def _flask(entry: SourceFile, folder: str, module: str, made: re.Match[str] | None) -> Way:
    """Run as a script where it starts itself: what it prepares there is prepared nowhere else."""
    text = entry.text or ""
    main = _MAIN.search(text)
    if made and main and _RUNS_FLASK.search(text[main.end() :]):
        return Way((PYTHON, _from(folder, entry.path)))
    argv = (PYTHON, "-m", "flask", "--app", module, "run", "--host", HOST, "--port", PORT)
    return Way(argv)


def _django(prototype: Prototype, manage: SourceFile, home: str) -> Program:
    """Static files are collected where the settings say where to, and handed out where DEBUG is off as well:
    https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#runserver."""
    inside = f"{manage.folder}/" if manage.folder else ""
    texts = [
        file.text or ""
        for file in prototype.files.values()
        if file.language is Language.PYTHON and file.path.startswith(inside)
    ]
    static = any("django.contrib.staticfiles" in text for text in texts)
    collected = static and any(_STATIC_ROOT.search(text) for text in texts)
    insecure = ("--insecure",) if static else ()
    argv = (PYTHON, "manage.py", "runserver", f"{HOST}:{PORT}", "--noreload", *insecure)
    return Program(
        folder=home,
        framework="django",
        pages=True,
        ways=(Way(argv),),
        build=((PYTHON, "manage.py", "migrate", "--noinput"),),
        entry=manage.path,
        python=True,
        home=manage.folder,
        finish=((PYTHON, "manage.py", "collectstatic", "--noinput"),) if collected else (),
    )


def _program(
    framework: str,
    home: str,
    way: Way,
    entry: SourceFile,
    folder: str,
    pages: bool,
    packages: tuple[str, ...] = (),
) -> Program:
    return Program(
        folder=home,
        framework=framework,
        pages=pages,
        ways=(way,),
        entry=entry.path,
        python=True,
        home=folder,
        packages=packages,
    )


def _import_root(prototype: Prototype, entry: SourceFile, home: str) -> str:
    """The folder that the program's own imports are written for: `backend` where
    `backend/app/main.py` imports `app.core`."""
    roots: dict[str, int] = {}
    for path in prototype.modules.reachable([entry.path]):
        for specifier, target in prototype.modules.targets.get(path, {}).items():
            root = _root_of(specifier, target)
            if root is not None and f"{entry.folder}/".startswith(f"{root}/" if root else ""):
                roots[root] = roots.get(root, 0) + 1
    if entry.folder and _RELATIVE.search(
        entry.text or ""
    ):  # it runs as a part of its package alone
        roots = {root: count for root, count in roots.items() if root != entry.folder}
        if not roots:
            return _above_package(prototype, entry.folder)
    if roots:
        return max(roots, key=lambda root: (roots[root], len(root)))
    is_package = f"{entry.folder}/__init__.py" in prototype.files
    return home if is_package else entry.folder


def _above_package(prototype: Prototype, folder: str) -> str:
    """The nearest folder above that is no package itself."""
    above = folder.rpartition("/")[0]
    while above and f"{above}/__init__.py" in prototype.files:
        above = above.rpartition("/")[0]
    return above


def _root_of(specifier: str, target: str) -> str | None:
    """Where a dotted module begins: '' for `app.core` found at `app/core.py`."""
    if specifier.startswith("."):
        return None
    module = specifier.replace(".", "/")
    for ending in (f"{module}.py", f"{module}/__init__.py"):
        if target == ending or target.endswith(f"/{ending}"):
            return target.removesuffix(ending).rstrip("/")
    above = module.rpartition("/")[0]  # `from app.core import name`: the name is in no path
    return _root_of(above.replace("/", "."), target) if above else None


def _from(folder: str, path: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path
