"""Let npm choose packages anew within the ranges that are asked for, by taking what it chose before
out of its lock file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from shipworthy.prototype.code.json_edits import with_members, without_member
from shipworthy.prototype.dependencies.dependency import Dependencies, Dependency, Ecosystem
from shipworthy.prototype.dependencies.npm_ranges import in_range
from shipworthy.prototype.dependencies.versions import parse_version
from shipworthy.prototype.inventory.manifests import read_json, table, text
from shipworthy.prototype.source import SourceFile

_LOCK = "package-lock.json"
_MODULES = "node_modules/"
_ASKED_IN = ("dependencies", "devDependencies", "optionalDependencies")
_NEEDED_IN = ("dependencies", "optionalDependencies", "peerDependencies")
_PREFIXES = ("", "^", "~")


class Newer(Struct, frozen=True):
    """A package, and the first version that will do."""

    dependency: Dependency
    version: str


def renewed(
    files: Mapping[str, SourceFile], known: Dependencies, wanted: Iterable[Newer]
) -> dict[str, str]:
    """The new texts by path, after which the next installation takes these versions or later ones.

    Only within the major version (before 1.0 the minor), and only where all other packages allow it.
    Empty where that is not so, and for package managers other than npm where no manifest asks for it.
    """
    texts: dict[str, str] = {}
    for one in wanted:
        if not _is_small_step(one):
            return {}
        changed = _of_one(files, known, one, texts)
        if changed is None:
            return {}
        texts |= changed
    return {path: new for path, new in texts.items() if new != files[path].text}


def _of_one(
    files: Mapping[str, SourceFile], known: Dependencies, one: Newer, texts: Mapping[str, str]
) -> dict[str, str] | None:
    changed: dict[str, str] = {}
    package = one.dependency
    if package.direct:
        path = package.location.path
        raised = _raised(texts.get(path, files[path].text or ""), one)
        if raised is None:
            return None
        changed[path] = raised
    lock = _lock(files, known, package)
    if lock is None:
        return changed  # the manager of another lock file follows the manifest alone
    without = _without(texts.get(lock.path, lock.text or ""), one)
    return None if without is None else changed | {lock.path: without}


def _is_small_step(one: Newer) -> bool:
    return (
        one.dependency.ecosystem is Ecosystem.NPM
        and parse_version(Ecosystem.NPM, one.dependency.version or "") is not None
        and in_range(f"^{one.dependency.version}", one.version)
    )


def _raised(manifest: str, one: Newer) -> str | None:
    """The manifest, asking for no earlier version, as the package manager would write it; as it stands
    where its range is of another form and allows one, and None where that one does not."""
    for kind in _ASKED_IN:
        asked = table(read_json(manifest), kind).get(one.dependency.name)
        if not isinstance(asked, str):
            continue
        prefix = asked.rstrip("0123456789.")
        if prefix not in _PREFIXES or asked == prefix:
            return manifest if in_range(asked, one.version) else None
        return with_members(manifest, (kind,), {one.dependency.name: f'"{prefix}{one.version}"'})
    return None


def _lock(
    files: Mapping[str, SourceFile], known: Dependencies, package: Dependency
) -> SourceFile | None:
    """npm's lock file, where the package was read from one."""
    part = known.part_of(package)
    manifest = next((m for m in known.manifests if m.path == part), None)
    path = manifest.locks[0] if manifest is not None and manifest.locks else ""
    return files[path] if path.rpartition("/")[2] == _LOCK else None


def _without(lock: str, one: Newer) -> str | None:
    """The lock file without the package in its present version; None where another package that it
    holds does not allow a later one, or it is of a form that npm no longer writes."""
    packages = table(read_json(lock), "packages")
    gone = [
        key
        for key, entry in packages.items()
        if key.endswith(f"{_MODULES}{one.dependency.name}")
        and isinstance(entry, dict)
        and text(entry, "version") == one.dependency.version
    ]
    if not packages or not all(
        in_range(asked, one.version) for asked in _asked_by_others(packages, one)
    ):
        return None
    for key in gone:
        lock = without_member(lock, ("packages",), key) or lock
    return lock


def _asked_by_others(packages: Mapping[str, object], one: Newer) -> Iterator[str]:
    """The ranges of the packages that would have taken this version."""
    for key, entry in packages.items():
        if _MODULES not in key or not isinstance(entry, dict):
            continue
        for kind in _NEEDED_IN:
            asked = table(entry, kind).get(one.dependency.name)
            if isinstance(asked, str) and in_range(asked, one.dependency.version or ""):
                yield asked
