"""The versions of languages, frameworks and databases that a prototype says it runs on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.dependencies.dependency import Dependency
from shipworthy.prototype.dependencies.usage import is_used
from shipworthy.prototype.dependencies.versions import Ecosystem
from shipworthy.prototype.inventory.manifests import read_json, read_toml, strings, table, text
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LEFT_OUT = (Role.TEST, Role.VENDORED, Role.DOCUMENTATION, Role.GENERATED, Role.ASSET)
_PACKAGES = {
    (Ecosystem.NPM, "next"): "next",
    (Ecosystem.NPM, "nuxt"): "nuxt",
    (Ecosystem.NPM, "vue"): "vue",
    (Ecosystem.NPM, "@angular/core"): "angular",
    (Ecosystem.NPM, "express"): "express",
    (Ecosystem.NPM, "electron"): "electron",
    (Ecosystem.PYPI, "django"): "django",
}
_IMAGES = {"node": "node", "python": "python", "postgres": "postgres"}
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_CODENAMES = {"fermium": "14", "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22"}
_IMAGE = regex(r"^(?:FROM\s+(?:--\S+\s+)*|image:\s*[\"']?)([\w./${}-]+):([\w.${}:-]+)", re.I)
_ARGUMENT = regex(r"^ARG\s+(\w+)=[\"']?([\w.-]+)", re.IGNORECASE)
_NUMBER = regex(r"v?(\d+(?:\.\d+)*)")
# nodejs-20 and python-3.11 in .replit; nodejs-18_x, nodejs_18 and python39 in replit.nix; nodejs18.x
# and python3.9 in serverless.yml; python39 in app.yaml.
_MODULE = regex(r"\b(nodejs|python|postgresql)[-_]?(\d+(?:\.\d+)?)")
_PLAIN = regex(r"[=^~v\s]*(\d+)(?:\.(?:\d+|x|\*))*")
_HELD = regex(r"[\^~=v]*(\d+(?:\.\d+)*)")


class RuntimeVersion(Struct, frozen=True):
    """A version of a product of the table of support, and the line that asks for it."""

    product: str
    version: str
    location: Location


def runtime_versions(prototype: Prototype) -> Iterator[RuntimeVersion]:
    """What Dockerfiles, version files, hosts' configurations and lock files say, file by file.

    Open ranges (`>=18`) and moving tags (`node:lts`) name no version and are left out.
    """
    for file in prototype.files.values():
        read = _reader(file)
        left_out = file.role in _LEFT_OUT and file.name != "runtime.txt"
        if read and file.text and not left_out and not is_archived(file.path):
            for product, version, line in read(file):
                if product != "node" or read is not _modules or _runs_node(prototype):
                    yield RuntimeVersion(product, version, Location(file.path, line))
    for one in prototype.dependencies.packages:
        product = _PACKAGES.get((one.ecosystem, one.name), "")
        version = _version(one) if product and one.direct and not one.development else ""
        if version and _is_used(prototype, one):
            yield RuntimeVersion(product, version, one.location)


def _is_used(prototype: Prototype, one: Dependency) -> bool:
    """False for what `pip freeze` has written down of other projects, and no file here imports."""
    if one.ecosystem is not Ecosystem.PYPI:
        return is_used(prototype, one.name)
    return any(one.name in packages for packages in prototype.modules.packages.values())


_Found = Iterator[tuple[str, str, int]]


def _reader(file: SourceFile) -> Callable[[SourceFile], _Found] | None:
    name = file.name.lower()
    if name.startswith(("dockerfile", "containerfile")) or name.endswith(".dockerfile"):
        return None if ".devcontainer" in file.path or _FOR_DEVELOPERS.search(name) else _images
    if re.fullmatch(r"(docker-)?compose([.-].*)?\.ya?ml", name):
        return None if _FOR_DEVELOPERS.search(name) else _images
    return _READERS.get(name)


_FOR_DEVELOPERS = regex(r"[.-](dev|development|local|test|ci)(\.|$)")


def _version(one: Dependency) -> str:
    """The installed version, or the one that `^13.4.1` cannot leave the major of."""
    number = _HELD.fullmatch(one.version or "")
    if number is None and one.ecosystem is Ecosystem.NPM:
        number = _HELD.fullmatch(one.specifier)
    return number[1] if number else ""


def _runs_node(prototype: Prototype) -> bool:
    """False where Node.js is only among what an editor has ready: nothing is there that it would run."""
    return any(
        f.name == "package.json" or (f.language in _SCRIPTS and not _OF_PAGES.search(f.path))
        for f in prototype.files.values()
    )


_OF_PAGES = regex(r"(^|/)(static|public|assets|templates|js|www)/")
"""Folders of scripts that a page loads, where no package.json says more."""


def is_left_behind(file: SourceFile, line: int) -> bool:
    """True for the base of a stage of a Dockerfile that the image which runs does not start from: only
    what it copies over is left of it (https://docs.docker.com/build/building/multi-stage/)."""
    stages = [
        (number, stage[1].lower(), (stage[2] or "").lower())
        for number, said in enumerate(file.lines, 1)
        if (stage := _STAGE.match(said.strip()))
    ]
    runs = {stages[-1][0]} if stages else set()
    base = stages[-1][1] if stages else ""
    for number, image, name in reversed(stages[:-1]):
        if name and name == base:
            runs.add(number)
            base = image
    return any(number == line for number, _, _ in stages) and line not in runs


def is_for_the_editor(prototype: Prototype, path: str, *, elsewhere: bool) -> bool:
    """True for a version that Replit has ready where the app is written: nothing is deployed from there,
    or another file asks for a version of its own where another host runs the app (`elsewhere`)."""
    if path.rpartition("/")[2] not in (".replit", "replit.nix"):
        return False
    told = prototype.files.get(".replit")
    if told is None:
        return False
    if "[deployment]" not in (told.text or ""):
        return True
    return elsewhere and any(_OTHER_HOSTS.search(other) for other in prototype.files)


_OTHER_HOSTS = regex(
    r"^(vercel\.json|netlify\.toml|render\.ya?ml|fly\.toml|railway\.(json|toml)|wrangler\.(toml|jsonc?))$"
)
_STAGE = regex(r"FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)


def _images(file: SourceFile) -> _Found:
    given: dict[str, str] = {}
    for line, said in enumerate(file.lines, 1):
        argument = _ARGUMENT.match(said.strip())
        if argument:
            given[argument[1]] = argument[2]
        image = _IMAGE.match(said.strip())
        if image is None:
            continue
        named = re.sub(r"\$\{?(\w+)[^}]*\}?", lambda m: given.get(m[1], ""), image[2])
        product = _IMAGES.get(image[1].removeprefix("docker.io/").removeprefix("library/"))
        number = _NUMBER.match(named)
        if product and number:
            yield product, number[1], line


def _node_file(file: SourceFile) -> _Found:
    yield from _one("node", _CODENAMES.get(_word(file).removeprefix("lts/"), _word(file)))


def _python_file(file: SourceFile) -> _Found:
    yield from _one("python", _word(file).removeprefix("python-"))


def _word(file: SourceFile) -> str:
    return next((w for w in (file.text or "").split() if not w.startswith("#")), "").lower()


def _one(product: str, version: str, line: int = 1) -> _Found:
    number = _NUMBER.match(version)
    if number:
        yield product, number[1], line


def _tool_versions(file: SourceFile) -> _Found:
    for line, said in enumerate(file.lines, 1):
        words = said.split()
        if len(words) > 1 and words[0] in ("nodejs", "node", "python"):
            yield from _one(words[0].removesuffix("js"), words[1], line)


def _package_json(file: SourceFile) -> _Found:
    content = read_json(file.text or "")
    wanted = text(table(content, "volta"), "node") or text(table(content, "engines"), "node")
    numbers = [_PLAIN.fullmatch(part.strip()) for part in wanted.split("||")] if wanted else []
    found = [int(number[1]) for number in numbers if number]
    if found and len(found) == len(numbers):
        line = next((n for n, said in enumerate(file.lines, 1) if '"node"' in said), 1)
        yield "node", str(max(found)), line


def _modules(file: SourceFile) -> _Found:
    """Of .replit, replit.nix and the configurations of hosts: `nodejs-18`, `python39`."""
    for line, said in enumerate(file.lines, 1):
        said = said.partition("#")[0]
        if re.search(r"modules|pkgs\.|runtime", said):
            for module, number in _MODULE.findall(said):
                if module == "python" and "." not in number and len(number) > 1:
                    number = f"{number[0]}.{number[1:]}"
                product = {"nodejs": "node", "postgresql": "postgres"}.get(module, module)
                yield product, number, line


def _variables(file: SourceFile) -> _Found:
    """`NODE_VERSION = "18"` of netlify.toml, and key and value of render.yaml."""
    lines = file.lines
    for line, said in enumerate(lines, 1):
        named = re.search(r"\b(NODE|PYTHON)_VERSION\b", said)
        if named is None or said.lstrip().startswith("#"):
            continue
        number = re.search(
            r"[=:]\s*[\"']?v?(\d+(?:\.\d+)*)", said + " " + "".join(lines[line : line + 1])
        )
        if number:
            yield named[1].lower(), number[1], line


def _pipfile(file: SourceFile) -> _Found:
    requires = table(read_toml(file.text or ""), "requires")
    for wanted in strings(requires.get("python_full_version") or requires.get("python_version")):
        line = next((n for n, said in enumerate(file.lines, 1) if "python_" in said), 1)
        yield from _one("python", wanted, line)


_READERS: dict[str, Callable[[SourceFile], _Found]] = {
    ".nvmrc": _node_file,
    ".node-version": _node_file,
    ".python-version": _python_file,
    "runtime.txt": _python_file,
    ".tool-versions": _tool_versions,
    "package.json": _package_json,
    ".replit": _modules,
    "replit.nix": _modules,
    "serverless.yml": _modules,
    "serverless.yaml": _modules,
    "template.yaml": _modules,
    "app.yaml": _modules,
    "app.yml": _modules,
    "vercel.json": _modules,
    "netlify.toml": _variables,
    "render.yaml": _variables,
    "pipfile": _pipfile,
}
