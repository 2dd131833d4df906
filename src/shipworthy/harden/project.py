"""What must be installed before the prototype's own checks can run, and with which settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Ecosystem, Manifest
from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests

_MOST = 6  # packages of one prototype that are installed
_NOT_APPS = ("example", "template", "fixture", "supabase/functions", "docs/")


@dataclass(frozen=True, slots=True)
class Package:
    """One folder with a package.json of its own, and how its packages are installed."""

    folder: str  # from the root of the prototype, '' there
    manager: str  # npm, pnpm, yarn or bun
    locks: tuple[str, ...]
    scripts: Mapping[str, str]
    dependencies: Mapping[str, str]
    members: tuple[str, ...] = ()  # the folders of a workspace

    @property
    def name(self) -> str:
        """As the user finds it: "package.json", "server/package.json"."""
        return f"{self.folder}/package.json" if self.folder else "package.json"


def packages(prototype: Prototype) -> tuple[Package, ...]:
    """The folders to install, the outermost first."""
    known = {m.path: m for m in prototype.dependencies.manifests if m.ecosystem is Ecosystem.NPM}
    manifests = {m.path: m for m in node_manifests(prototype.files)}
    found = [
        _package(manifests[path], manifest, known)
        for path, manifest in sorted(known.items(), key=lambda item: (item[0].count("/"), item[0]))
        if path in manifests and not manifest.workspace_of and not _is_no_app(path)
    ]
    return tuple(found[:_MOST])


def _package(manifest: NodeManifest, known: Manifest, manifests: Mapping[str, Manifest]) -> Package:
    return Package(
        folder=manifest.folder,
        manager=known.manager,
        locks=(*known.locks, *known.unread_locks),
        scripts=manifest.scripts,
        dependencies=manifest.dependencies,
        members=tuple(_members(known.path, manifests)),
    )


def _members(path: str, manifests: Mapping[str, Manifest]) -> Iterator[str]:
    for other in manifests.values():
        if other.workspace_of == path:
            yield other.path.rpartition("/")[0]


def _is_no_app(path: str) -> bool:
    return any(word in path for word in _NOT_APPS)
