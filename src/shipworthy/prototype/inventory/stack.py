"""What the prototype is built with: languages, frameworks, services, parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.inventory.manifests import (
    NodeManifest,
    node_manifests,
    text,
)
from shipworthy.prototype.inventory.packages import (
    built_with,
    configured_with,
    imported_packages,
    packages_at_home,
    proven_packages,
)
from shipworthy.prototype.inventory.technologies import (
    BUILDING,
    DATA,
    FRAMEWORKS,
    IMAGES,
    IMPLIED,
    LANGUAGES,
    LOCKS,
    MODEL_FRAMEWORKS,
    SERVICES,
    named,
    service_of_host,
)
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.prototype.tables.sql import Dialect
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Part(Struct, frozen=True):
    """One deployable part of a prototype: its folder ('' is the root) and its frameworks."""

    folder: str
    frameworks: tuple[str, ...]
    managers: tuple[str, ...]


class Stack(Struct, frozen=True):
    """The whole: lines of product code per language, frameworks, data stores, services, parts."""

    languages: dict[str, int]
    frameworks: tuple[str, ...]  # "vite", "react", "next", "express", "fastapi", "streamlit", …
    data: tuple[str, ...]  # "supabase", "postgres", "mysql", "drizzle", "prisma", "firebase", …
    services: tuple[str, ...]  # "stripe", "openai", "resend", "sentry", …
    dialect: Dialect
    parts: tuple[Part, ...]


_RUN = frozenset({"start", "serve", "deploy"})  # scripts of something that runs by itself


def read_stack(prototype: Prototype) -> Stack:
    """Recognise the stack from manifests, configuration files and imports."""
    imported = imported_packages(prototype)
    packages = proven_packages(prototype, imported)
    everything = {name for names in packages.values() for name in names}
    everything |= {name for names in imported.values() for name in names}
    data = _data(prototype, everything)
    parts = _parts(prototype, packages, imported)
    return Stack(
        languages=_languages(prototype),
        frameworks=_in_order(FRAMEWORKS, _called(everything), *_frameworks(parts)),
        data=data,
        services=_services(prototype, everything),
        dialect=_dialect(prototype, data),
        parts=parts,
    )


def _called(packages: Iterable[str]) -> Iterator[str]:
    return (name for name in named(packages, FRAMEWORKS) if name not in BUILDING)


def _languages(prototype: Prototype) -> dict[str, int]:
    lines: Counter[str] = Counter()
    for file in prototype.of_role(Role.PRODUCT):
        language = LANGUAGES.get(file.name.rpartition(".")[2].lower())
        if language and file.text:
            lines[language] += file.text.count("\n") + 1
    return dict(lines.most_common())


def _data(prototype: Prototype, packages: Iterable[str]) -> tuple[str, ...]:
    found = list(named(packages, DATA))
    places = ("supabase/config.toml", "supabase/migrations/", "supabase/functions/")
    if any(place in path for path in prototype.files for place in places):
        found.append("supabase")
    if "firebase.json" in prototype.files:
        found.append("firebase")
    for table in prototype.tables:
        if table.source == "prisma":
            found.append("prisma")
        if table.source in ("prisma", "drizzle") and table.dialect is not Dialect.UNKNOWN:
            found.append(table.dialect.value)
    known = {IMPLIED.get(name, name) for name in found}
    found += (store for store in _images(prototype) if not _is_left_over(store, known))
    found += [IMPLIED[name] for name in found if name in IMPLIED]
    return _in_order(DATA, found)


_MAIN = frozenset({"postgres", "mysql", "mongodb"})


def _is_left_over(store: str, known: set[str]) -> bool:
    """True for a container with another main database than the one that the code speaks to."""
    return store in _MAIN and store not in known and not known.isdisjoint(_MAIN)


def _images(prototype: Prototype) -> Iterator[str]:
    """The stores that compose files start."""
    for path in prototype.delivery.containers:
        for line in prototype.files[path].lines:
            key, _, image = line.strip().partition(":")
            name = image.strip().strip("\"'").partition(":")[0].partition("@")[0]
            store = IMAGES.get(name) or IMAGES.get("/".join(name.split("/")[-2:]))
            if key == "image" and store:
                yield store


def _services(prototype: Prototype, packages: Iterable[str]) -> tuple[str, ...]:
    hosts = {use.host for use in prototype.hosts}
    by_host = {service for host in hosts if (service := service_of_host(host))}
    return tuple(sorted({*named(packages, SERVICES), *by_host}))


def _dialect(prototype: Prototype, data: tuple[str, ...]) -> Dialect:
    """What most tables are written in; what is installed tells Supabase from PostgreSQL."""
    tables = {(t.name, t.dialect) for t in prototype.tables if t.dialect is not Dialect.UNKNOWN}
    counted = Counter(dialect for _, dialect in tables).most_common(1)
    if counted and counted[0][0] is not Dialect.POSTGRES:
        return counted[0][0]
    if "supabase" in data:
        return Dialect.SUPABASE
    if counted:
        return counted[0][0]
    known = (Dialect.POSTGRES, Dialect.MYSQL, Dialect.SQLITE)
    named_stores = [dialect for dialect in known if dialect.value in data]
    return named_stores[0] if len(named_stores) == 1 else Dialect.UNKNOWN


def _parts(
    prototype: Prototype, packages: Mapping[str, set[str]], imported: Mapping[str, set[str]]
) -> tuple[Part, ...]:
    """The folders with a manifest of something that runs; the root where there is none."""
    node = {m.folder: m for m in node_manifests(prototype.files)}
    names = {folder: set(found) for folder, found in packages.items()}
    for folder, found in imported.items():
        home = next((above for above in folders_above(folder) if above in packages), None)
        if home is not None:
            names[home] |= found
    at_home = packages_at_home(prototype, imported)
    parts = []
    for folder in sorted(names):
        manifest = node.get(folder)
        built = (
            frozenset(configured_with(prototype, folder))
            if manifest is None
            else built_with(prototype, manifest, at_home)
        )
        frameworks = _in_order(FRAMEWORKS, _called(names[folder]), built)
        if _is_copied_release(folder, names):
            continue
        is_page = folder and f"{folder}/index.html" in prototype.files
        shown = bool(frameworks) and (is_page or not _is_library(manifest, frameworks))
        if shown or _runs(prototype, folder, manifest):
            parts.append(Part(folder, frameworks, _managers(prototype, folder)))
    return tuple(parts) or _only_part(prototype, imported)


_RELEASE = regex(
    r"(^|[-_])(deploy|deployment|release)([-_](package|bundle|files|build|ready|final))?$"
)


def _is_copied_release(folder: str, names: Mapping[str, set[str]]) -> bool:
    """True for `deployment-package/` inside another part: what was built there, copied for a host."""
    inside = any(above in names for above in folders_above(folder) if above != folder)
    return inside and _RELEASE.search(folder.rpartition("/")[2]) is not None


def _is_library(manifest: NodeManifest | None, frameworks: tuple[str, ...]) -> bool:
    """True for a workspace package that others import and that nothing runs by itself."""
    if manifest is None or not manifest.folder:
        return False
    shown = set(frameworks) - {"react", "vue", "svelte", *MODEL_FRAMEWORKS}
    exported = any(key in manifest.content for key in ("exports", "main", "module", "types"))
    return not shown or (exported and not _RUN & manifest.scripts.keys())


def _runs(prototype: Prototype, folder: str, manifest: NodeManifest | None) -> bool:
    prefix = f"{folder}/" if folder else ""
    if manifest is not None and _RUN & manifest.scripts.keys():
        return True
    return any(f"{prefix}{name}" in prototype.files for name in ("Dockerfile", "Procfile"))


def _only_part(prototype: Prototype, imported: Mapping[str, set[str]]) -> tuple[Part, ...]:
    names = {name for found in imported.values() for name in found}
    frameworks = list(named(names, FRAMEWORKS))
    if not frameworks and "index.html" in prototype.files:
        frameworks = ["static"]
    if not frameworks and not any(True for _ in prototype.of_role(Role.PRODUCT)):
        return ()
    return (Part("", _in_order(FRAMEWORKS, frameworks), _managers(prototype, "")),)


def _managers(prototype: Prototype, folder: str) -> tuple[str, ...]:
    """The package managers whose lock file or manifest stands in a folder or around it."""
    for above in folders_above(folder):
        found = sorted({m for file in _in(prototype, above) if (m := _manager(file))})
        if found:
            return tuple(found)
    return ()


def _manager(file: SourceFile) -> str | None:
    if file.name in LOCKS:
        return LOCKS[file.name]
    if file.name.startswith("requirements") and file.name.endswith(".txt"):
        return "pip"
    if file.name == "package.json" and "packageManager" in (file.text or ""):
        manifest = next(iter(node_manifests({file.path: file})), None)
        return text(manifest.content, "packageManager").partition("@")[0] if manifest else None
    return None


def _in(prototype: Prototype, folder: str) -> Iterator[SourceFile]:
    return (file for file in prototype.files.values() if file.folder == folder)


def _frameworks(parts: Iterable[Part]) -> Iterator[str]:
    return (name for part in parts for name in part.frameworks)


def _in_order(meanings: Mapping[str, str], *found: Iterable[str] | str) -> tuple[str, ...]:
    """Names in the order of their table, each once, unknown ones last."""
    given: dict[str, None] = {}
    for item in found:
        given |= dict.fromkeys((item,) if isinstance(item, str) else item)
    order = {name: number for number, name in enumerate(dict.fromkeys(meanings.values()))}
    return tuple(sorted(given, key=lambda name: order.get(name, len(order))))
