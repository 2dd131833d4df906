"""A GitHub workflow that builds and tests each part of a prototype with its own package manager."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.dependencies.dependency import Ecosystem, Manifest
from shipworthy.prototype.inventory.delivery import is_test_command
from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests
from shipworthy.prototype.inventory.newer_runtimes import supported_version
from shipworthy.prototype.inventory.placeholders import placeholders
from shipworthy.prototype.inventory.runtimes import runtime_versions
from shipworthy.prototype.inventory.support import support_table
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_HEAD = """name: checks
on: [push, pull_request]
permissions:
  contents: read
jobs:
"""
_MOST_PARTS = 6
_TYPES = ("typecheck", "type-check", "check-types", "types:check", "tsc")
_PLACEHOLDER = regex(r"no tests? (specified|yet|configured)|^\s*(echo|exit|true)\b", re.I)
_RUNNERS = {"vitest": "vitest run", "jest": "jest"}
_ELSE = {"node": "24", "python": "3.12"}
_MANAGERS = ("npm", "yarn", "pnpm", "bun")
# https://pnpm.io/: the version that writes this version of the lock file, by its first digit.
_PNPM = {"5": "7", "6": "8", "9": "10"}
_INSTALL = {
    "npm": ("npm ci", "npm install"),
    "yarn": ("yarn install --frozen-lockfile", "yarn install"),
    "pnpm": ("pnpm install --frozen-lockfile", "pnpm install"),
    "bun": ("bun install --frozen-lockfile", "bun install"),
}
_RUN = {"npm": "npm run", "yarn": "yarn", "pnpm": "pnpm", "bun": "bun run"}
_ONCE = {"npm": "npx", "yarn": "yarn", "pnpm": "pnpm exec", "bun": "bunx"}


def workflow(prototype: Prototype) -> str | None:
    """The text of the workflow; None where nothing says how a part is built or tested."""
    jobs: dict[str, list[str]] = {}
    for manifest in prototype.dependencies.manifests:
        if manifest.workspace_of is None and len(jobs) < _MOST_PARTS:
            steps = list(_steps(prototype, manifest))
            if steps:
                lines = [*_place(manifest), *_settings(prototype, manifest), *steps]
                jobs.setdefault(_named(manifest), lines)
    if not jobs:
        return None
    return _HEAD + "".join(_job(name, lines) for name, lines in jobs.items())


def _job(name: str, lines: list[str]) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"  {name}:\n    runs-on: ubuntu-latest\n{body}"


def _named(manifest: Manifest) -> str:
    folder = manifest.path.rpartition("/")[0]
    kind = "node" if manifest.ecosystem is Ecosystem.NPM else "python"
    return re.sub(r"[^\w-]+", "-", folder).strip("-") or kind


def _place(manifest: Manifest) -> Iterator[str]:
    folder = manifest.path.rpartition("/")[0]
    if folder:
        yield from ("defaults:", "  run:", f'    working-directory: "{folder}"')


def _settings(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    """What a build of Next.js reads: it loads the files of the server, and many stop without a setting."""
    content = next((m for m in node_manifests(prototype.files) if m.path == manifest.path), None)
    if content is None or "next" not in content.dependencies or "build" not in content.scripts:
        return
    folder = manifest.path.rpartition("/")[0]
    inside = {
        read.name
        for read in prototype.environment
        if read.location.path.startswith(f"{folder}/" if folder else "")
        and prototype.files[read.location.path].language is not Language.PYTHON
    }
    values = {name: v for name, v in placeholders(prototype).items() if name in inside}
    if values:
        yield "# For the build alone: no value leads anywhere."
        yield "env:"
        yield from (f'  {name}: "{value}"' for name, value in values.items())


def _steps(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    """The lines of `steps`; none where nothing can be checked."""
    node = manifest.ecosystem is Ecosystem.NPM
    commands = list(_node(prototype, manifest) if node else _python(prototype, manifest))
    if not commands:
        return
    yield "steps:"
    yield "  - uses: actions/checkout@v4"
    if node:
        yield from (f"  {line}" for line in _node_setup(prototype, manifest))
    else:
        yield "  - uses: actions/setup-python@v5"
        yield "    with:"
        yield f"      {_python_version(prototype, manifest)}"
    yield from (f"  - run: {command}" for command in commands)


def _node_setup(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    if manifest.manager == "bun":
        yield "- uses: oven-sh/setup-bun@v2"
        return
    folder = manifest.path.rpartition("/")[0]
    file = f"{folder}/.nvmrc" if folder else ".nvmrc"
    known = file in prototype.files
    version = (
        f'node-version-file: "{file}"' if known else f"node-version: {_asked(prototype, 'node')}"
    )
    yield from ("- uses: actions/setup-node@v4", "  with:", f"    {version}")
    if manifest.manager != "npm":
        yield "- run: corepack enable"
    if manifest.manager == "pnpm":
        yield from _pnpm(prototype, manifest)


def _pnpm(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    """The version that reads the lock file, unless package.json names one."""
    named = '"packageManager"' in (prototype.files[manifest.path].text or "")
    lock = next((p for p in manifest.locks if p.endswith("pnpm-lock.yaml")), "")
    written = prototype.files[lock].text or "" if lock in prototype.files else ""
    version = re.match(r"lockfileVersion: '?(\d)", written)
    if not named and version is not None and version[1] in _PNPM:
        yield f"- run: corepack prepare pnpm@{_PNPM[version[1]]} --activate"


def _node(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    content = next((m for m in node_manifests(prototype.files) if m.path == manifest.path), None)
    if content is None or manifest.manager not in _MANAGERS:
        return
    checks = list(_checks(prototype, content, manifest))
    if checks:
        yield _INSTALL[manifest.manager][0 if _has_lock(manifest) else 1]
        yield from checks


def _checks(prototype: Prototype, content: NodeManifest, manifest: Manifest) -> Iterator[str]:
    run, once = _RUN[manifest.manager], _ONCE[manifest.manager]
    types = next((name for name in _TYPES if name in content.scripts), None)
    if types is not None:
        yield f"{run} {types}"
    if "build" in content.scripts:
        yield f"{run} build"
    told = content.scripts.get("test", "")
    if told and not _PLACEHOLDER.search(told) and (is_test_command(told) or "test" in told):
        yield f"{run} test"
    elif _is_tested(prototype, manifest, python=False):
        runner = next((c for name, c in _RUNNERS.items() if name in content.dependencies), None)
        if runner is not None:
            yield f"{once} {runner}"
    if content.scripts.get("test:e2e", "").startswith("playwright test"):
        yield f"{once} playwright install --with-deps chromium"
        yield f"{run} test:e2e"


def _has_lock(manifest: Manifest) -> bool:
    """True where the lock file of the package manager itself is there; npm reads no other."""
    names = {"npm": "package-lock.json", "yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml"}
    folder = manifest.path.rpartition("/")[0]
    wanted = names.get(manifest.manager, "bun.lock")
    known = (*manifest.locks, *manifest.unread_locks)
    return any(p.rpartition("/")[0] == folder and wanted in p for p in known)


def _python(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    name = manifest.path.rpartition("/")[2]
    tested = _is_tested(prototype, manifest, python=True)
    start = ""
    if name == "requirements.txt":
        yield f"pip install -r {name}" + (" pytest" if tested else "")
    elif manifest.manager == "uv":
        yield from ("pip install uv", "uv sync --locked")
        start = "uv run "
    elif manifest.manager == "poetry":
        yield from ("pip install poetry", "poetry install")
        start = "poetry run "
    else:
        return
    broken = _broken(prototype, manifest.path.rpartition("/")[0])
    yield f"{start}python -m compileall -q" + (f" -x '{broken}'" if broken else "") + " ."
    if tested:
        yield f"{start}python -m pytest"


def _broken(prototype: Prototype, folder: str) -> str:
    """A pattern for the files that are no Python already: the pipeline is not red from its first day."""
    start = f"{folder}/" if folder else ""
    paths = (
        unread.path.removeprefix(start)
        for unread in prototype.unread
        if unread.path.startswith(start) and unread.path.endswith(".py")
    )
    return "|".join(f"(^|/){re.escape(path)}$" for path in paths if "'" not in path)


def _python_version(prototype: Prototype, manifest: Manifest) -> str:
    folder = manifest.path.rpartition("/")[0]
    file = f"{folder}/.python-version" if folder else ".python-version"
    known = file in prototype.files
    return (
        f'python-version-file: "{file}"'
        if known
        else f'python-version: "{_asked(prototype, "python")}"'
    )


def _asked(prototype: Prototype, product: str) -> str:
    """The version that the prototype runs on, while it gets fixes; else the next that gets some years."""
    table = support_table()
    for one in runtime_versions(prototype):
        support = table.of(one.product, one.version)
        kept = support is not None and support.ends is not None and support.ends > table.as_of
        if one.product == product and support is not None and kept:
            return support.cycle
    return supported_version(product) or _ELSE[product]


def _is_tested(prototype: Prototype, manifest: Manifest, python: bool) -> bool:
    folder = manifest.path.rpartition("/")[0]
    inside = (c.location.path for c in prototype.tests if c.asserts)
    return any(
        path.endswith(".py") is python and (not folder or path.startswith(f"{folder}/"))
        for path in inside
    )
