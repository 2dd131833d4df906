"""Lock files that the host does not read, as it installs with another package manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.dependencies.dependency import Ecosystem, Manifest
from shipworthy.prototype.inventory.manifests import read_json, text
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NPM = regex(r"npm (i|install)( --?[\w-]+(=\S+)?)*")
_READ_BY_NPM = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
)  # npm takes versions of Yarn's


def why_unread(prototype: Prototype, manifest: Manifest) -> str:
    """What installs the packages of a manifest without looking at its lock file; "" where none does.

    https://vercel.com/docs/project-configuration#installcommand
    """
    locks = (*manifest.locks, *manifest.unread_locks)
    if manifest.ecosystem is not Ecosystem.NPM or not locks or manifest.workspace_of is not None:
        return ""
    if any(lock.endswith(_READ_BY_NPM) for lock in locks):
        return ""
    folder = manifest.path.rpartition("/")[0]
    settings = prototype.files.get(f"{folder}/vercel.json" if folder else "vercel.json")
    if settings is None:
        return ""
    command = text(read_json(settings.text or ""), "installCommand").strip()
    if _NPM.fullmatch(command) is None:
        return ""
    return f"{settings.path} installs with npm, which does not read {locks[0]}"
