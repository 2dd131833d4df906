"""Packages that a manifest asks for in whatever version is newest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem, Manifest
from shipworthy.prototype.dependencies.published import is_published
from shipworthy.prototype.inventory.manifests import node_manifests, read_json, table
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ANY = frozenset({"", "*", "x", "X", "latest", ">=0", ">=0.0.0"})
_TAG = regex(r"[a-z][a-z-]*")  # next, beta, canary: the registry says which version that is
_SHORT = regex(r"[\w.-]+/[\w.-]+(#.*)?")  # GitHub's `owner/name`
_GIT = regex(r"^(git[+:@]|git\+|ssh:|github:|gitlab:|bitbucket:)|\.git(#|@|$)")
_HELD = regex(r"[#@](semver:|v?\d+\.\d|[0-9a-f]{7,40}\b)")  # a commit, or the tag of a release
_NUMBERED = regex(r"\d+\.\d+|[0-9a-f]{20}")  # `xlsx-0.20.3.tgz`, or a hash in the address


class Loose(Struct, frozen=True):
    """A package whose specifier allows every version. `lock` is the file that holds it to one for
    now, '' where none does; `moving` says what the specifier follows."""

    dependency: Dependency
    manifest: str
    lock: str
    moving: str  # "registry", "git" or "download"


def loose_packages(prototype: Prototype) -> Iterator[Loose]:
    """Every package that a manifest asks for itself without saying which version.

    Peers are left out, whose version the other side decides, the author's own packages, tools of
    developers that a lock file holds or that users of a published library never get, and Python
    packages that a lock file holds: their manifests give
    ranges, if any, by custom.
    """
    dependencies = prototype.dependencies
    own = {m.name for m in node_manifests(prototype.files)}
    for manifest in dependencies.manifests:
        peers = _peers(prototype, manifest)
        lock = _lock(manifest, dependencies.manifests)
        if lock == manifest.path:
            continue  # every line of it names one version
        for one in dependencies.packages:
            if one.location.path != manifest.path or not one.direct or one.name in peers | own:
                continue
            held = lock and (one.development or one.ecosystem is Ecosystem.PYPI)
            held = held or (one.development and is_published(prototype, manifest.path))
            moving = "" if held else _moving(one)
            if moving:
                yield Loose(one, manifest.path, lock, moving)


def _peers(prototype: Prototype, manifest: Manifest) -> frozenset[str]:
    if manifest.ecosystem is not Ecosystem.NPM:
        return frozenset()
    content = read_json(prototype.files[manifest.path].text or "")
    asked = {*table(content, "dependencies"), *table(content, "devDependencies")}
    return frozenset(table(content, "peerDependencies").keys() - asked)


def _lock(manifest: Manifest, manifests: tuple[Manifest, ...]) -> str:
    """The lock file that holds what this manifest asks for; '' where there is none."""
    leader = next((m for m in manifests if m.path == manifest.workspace_of), manifest)
    return next(iter((*leader.locks, *leader.unread_locks)), "")


def _moving(one: Dependency) -> str:
    specifier = one.specifier.removeprefix("@ ").strip()
    if one.ecosystem is Ecosystem.PYPI:
        if specifier in ("", "*"):
            return "" if one.version else "registry"
    elif specifier in _ANY or _TAG.fullmatch(specifier):
        return "registry"
    if _GIT.search(specifier) or _SHORT.fullmatch(specifier):
        return "" if _HELD.search(specifier) else "git"
    if "://" in specifier:
        return "" if _NUMBERED.search(specifier) else "download"
    return ""
