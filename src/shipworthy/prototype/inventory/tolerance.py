"""Where a build or a check is told to pass whatever it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.inventory.pipelines import swallows_failure, what_it_checks
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Tolerance(Struct, frozen=True):
    """One place that lets errors pass: `checks` are the "types", "lint" or "tests" that it ignores,
    `said` the words that do so."""

    checks: str
    said: str
    location: Location


_CONFIG = regex(r"^next\.config\.[cm]?[jt]s$")
_ORDER = ("next.config.js", "next.config.mjs", "next.config.ts")
_SETTINGS = {"ignoreBuildErrors": "types", "ignoreDuringBuilds": "lint"}
_NO_LINT = 16  # the major version of Next.js from which a build never lints
_VARIABLES = {"TSC_COMPILE_ON_ERROR=true": "types", "--noCheck": "types"}


def read_tolerances(prototype: Prototype) -> tuple[Tolerance, ...]:
    """The settings of Next.js, the scripts of package.json and the steps of pipelines."""
    return (*_settings(prototype), *_scripts(prototype), *_steps(prototype))


def without_settings(file: SourceFile) -> str | None:
    """The text of a next.config in which errors fail the build; None where none is ignored."""
    edits = [edit for _, _, edit in _ignored(file)]
    return edited(file.text or "", edits) if edits else None


def _settings(prototype: Prototype) -> Iterator[Tolerance]:
    for file in prototype.files.values():
        if not _CONFIG.match(file.name) or _is_shadowed(prototype, file):
            continue
        if _is_left_over(prototype, file):
            continue
        for name, line, _ in _ignored(file):
            if name == "ignoreDuringBuilds" and _next_major(prototype, file.folder) >= _NO_LINT:
                continue
            said = f"{name}: true"
            yield Tolerance(_SETTINGS[name], said, Location(file.path, line))


def _is_shadowed(prototype: Prototype, file: SourceFile) -> bool:
    """True for a next.config beside one that Next.js looks for before it; it reads one alone."""
    before = _ORDER[: _ORDER.index(file.name)] if file.name in _ORDER else ()
    folder = f"{file.folder}/" if file.folder else ""
    return any(folder + name in prototype.files for name in before)


def _is_left_over(prototype: Prototype, file: SourceFile) -> bool:
    """True for a next.config where another tool builds the app, and no script or host speaks of Next.js."""
    manifest = next((m for m in node_manifests(prototype.files) if m.folder == file.folder), None)
    if manifest is None or not _OTHER_BUILD.search(manifest.scripts.get("build", "")):
        return False
    said = [*manifest.scripts.values(), *(d for d in manifest.dependencies if "vinext" in d)]
    hosts = (f.text or "" for f in prototype.files.values() if _HOST.search(f.name))
    return not any("next" in text for text in (*said, *hosts))


_OTHER_BUILD = regex(r"\b(vite|react-scripts|astro|nuxt|remix|ng|parcel|rsbuild) build\b")
_HOST = regex(
    r"^(vercel|netlify|amplify|render|railway|wrangler|nixpacks|fly)\.\w+$|Dockerfile|\.replit$"
)


def _ignored(file: SourceFile) -> Iterator[tuple[str, int, Edit]]:
    """The settings that are the literal `true`, their lines, and what turns each off."""
    text = file.text or ""
    if file.language is None or not any(name in text for name in _SETTINGS):
        return
    for pair in Syntax(file, file.language).nodes("pair"):
        key, value = pair.field("key"), pair.field("value")
        name = (string(key) or key.text()) if key else ""
        if value is not None and name in _SETTINGS and value.text() in ("true", "!0"):
            yield name, value.range().start.line + 1, replacing(value, "false")


def _next_major(prototype: Prototype, folder: str) -> int:
    for manifest in node_manifests(prototype.files):
        major = re.search(r"\d+", manifest.dependencies.get("next", ""))
        if manifest.folder == folder and major:
            return int(major[0])
    return 0


def _scripts(prototype: Prototype) -> Iterator[Tolerance]:
    for manifest in node_manifests(prototype.files):
        lines = prototype.files[manifest.path].lines
        for name, command in manifest.scripts.items():
            found = _tolerated(command)
            if found is not None:
                sign = f'"{name}":'
                line = next((n for n, text in enumerate(lines, 1) if sign in text), 1)
                yield Tolerance(*found, Location(manifest.path, line))


def _tolerated(command: str) -> tuple[str, str] | None:
    """What a script ignores, and the words that say so."""
    for part in re.split(r"&&|;", command):
        checks = what_it_checks(part.strip())
        if checks in ("types", "lint", "tests") and swallows_failure(part):
            return checks, part.strip()
        for sign, ignored in _VARIABLES.items():
            if sign in part and re.search(r"\b(tsc|react-scripts|craco)\b", part):
                return ignored, part.strip()
    return None


def _steps(prototype: Prototype) -> Iterator[Tolerance]:
    for step in prototype.pipelines:
        if step.tolerated is not None and step.checks in ("types", "lint", "tests"):
            line = prototype.files[step.tolerated.path].line(step.tolerated.line).strip()
            yield Tolerance(step.checks, line, step.tolerated)
