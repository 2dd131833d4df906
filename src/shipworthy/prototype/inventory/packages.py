"""The packages that each folder of a prototype asks for and imports, and what its manifest builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.building import building_frameworks
from shipworthy.prototype.inventory.manifests import (
    NodeManifest,
    node_manifests,
    python_manifests,
    table,
)
from shipworthy.prototype.inventory.technologies import CONFIGURED, DATA, FRAMEWORKS
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.roles import is_archived, role_of
from shipworthy.prototype.source import Language, Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Manifests of languages that are not parsed here, looked through for the names of frameworks.
_OTHER_MANIFESTS = frozenset(
    {
        "build.gradle",
        "build.gradle.kts",
        "pom.xml",
        "composer.json",
        "go.mod",
        "Cargo.toml",
        "Gemfile",
    }
)
# What loads the driver of the database by its name, so that no code imports it.
_LOADERS = frozenset({"typeorm", "@nestjs/typeorm", "sequelize", "knex", "@mikro-orm/core"})
_DRIVERS = frozenset({"pg", "mysql2", "mysql", "better-sqlite3", "sqlite3"})
_PASTED = ("attached_assets/", "docs/")


def imported_packages(prototype: Prototype) -> Mapping[str, set[str]]:
    """The packages that code imports, tests left out, by folder."""
    found: dict[str, set[str]] = {}
    for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT):
        if is_archived(file.path):
            continue
        names = set(prototype.modules.packages.get(file.path, ()))
        facts = prototype.facts.get(file.path)
        if facts and file.language is Language.PYTHON:
            dotted = (item.specifier.split(".")[:3] for item in facts.imports)
            names |= {".".join(parts[:count]) for parts in dotted for count in (2, 3)}
            if any(item.specifier == "sqlite3" for item in facts.imports):
                names.add("sqlite3")  # part of Python's own library
        found.setdefault(file.folder, set()).update(names)
    return found


def proven_packages(
    prototype: Prototype, imported: Mapping[str, set[str]]
) -> Mapping[str, set[str]]:
    """The packages that the manifests of each folder prove, by folder."""
    found: dict[str, set[str]] = {}
    at_home = packages_at_home(prototype, imported)
    for manifest in node_manifests(prototype.files):
        proven = built_with(prototype, manifest, at_home)
        listed = {d for d in manifest.dependencies if FRAMEWORKS.get(d) in proven}
        if at_home.get(manifest.folder, set()) & _LOADERS:
            drivers = _DRIVERS & table(manifest.content, "dependencies").keys()
            listed |= drivers if len(drivers) == 1 else set()
        found.setdefault(manifest.folder, set()).update(listed)
    for python in python_manifests(prototype.files):
        used = _below(python.folder, imported)
        listed = {p for p in python.packages if not used or p not in FRAMEWORKS or p in used}
        found.setdefault(python.folder, set()).update(listed)
    for file in prototype.files.values():
        if file.name in _OTHER_MANIFESTS and file.text:
            names = {name for name in (*FRAMEWORKS, *DATA) if _is_named(name, file.text)}
            found.setdefault(file.folder, set()).update(names)
    return {f: names for f, names in found.items() if _is_own(f)}


def packages_at_home(
    prototype: Prototype, imported: Mapping[str, set[str]]
) -> Mapping[str, set[str]]:
    """What code imports, by the folder of the package.json that is nearest above it."""
    homes = {manifest.folder for manifest in node_manifests(prototype.files)}
    found: dict[str, set[str]] = {}
    for folder, names in imported.items():
        home = next((above for above in folders_above(folder) if above in homes), "")
        found.setdefault(home, set()).update(names)
    return found


def built_with(
    prototype: Prototype, manifest: NodeManifest, at_home: Mapping[str, set[str]]
) -> frozenset[str]:
    configured = frozenset(configured_with(prototype, manifest.folder))
    return building_frameworks(manifest, configured, at_home.get(manifest.folder, set()))


def configured_with(prototype: Prototype, folder: str) -> Iterator[str]:
    """The frameworks whose configuration file stands in a folder."""
    for file in (f for f in prototype.files.values() if f.folder == folder):
        stem, _, extension = file.name.rpartition(".")
        if stem in CONFIGURED and extension in ("js", "mjs", "cjs", "ts", "mts"):
            yield CONFIGURED[stem]


def _is_own(folder: str) -> bool:
    """False for what was pasted in, put aside, or came with a package; and for tests."""
    inside = f"{folder}/index.js".lstrip("/")
    foreign = role_of(inside) in (Role.VENDORED, Role.TEST)
    return not (foreign or is_archived(inside) or inside.startswith(_PASTED))


def _below(folder: str, imported: Mapping[str, set[str]]) -> set[str]:
    prefix = f"{folder}/" if folder else ""
    return {n for f, names in imported.items() if f"{f}/".startswith(prefix) for n in names}


def _is_named(package: str, manifest: str) -> bool:
    """True for a package whose name is too long to stand in a manifest by chance."""
    return ("." in package or "/" in package) and package in manifest
