"""Which frameworks a package.json really builds or starts, of those that it lists."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from shipworthy.prototype.inventory.manifests import NodeManifest
from shipworthy.prototype.inventory.technologies import BUILDING, FRAMEWORKS, named

_COMMANDS = {
    "vite": {"vite"},
    "next": {"next"},
    "create-react-app": {"react-scripts", "craco", "react-app-rewired"},
    "nuxt": {"nuxt", "nuxi"},
    "astro": {"astro"},
    "angular": {"ng"},
    "expo": {"expo"},
}
_MAIN = ("dev", "start", "build", "serve", "preview")  # what people and hosts run
_LISTED = frozenset({"react"})  # JSX uses it without an import


def building_frameworks(
    manifest: NodeManifest, configured: AbstractSet[str], imported: AbstractSet[str]
) -> frozenset[str]:
    """The frameworks of a manifest that its scripts start.

    Where they start none that is known, those whose configuration (`configured`) stands beside the
    manifest and those that code imports (packages `imported`) count. What has no command of its
    own counts where it is imported or configured. Templates list and configure more than they use;
    a manifest without any script tells no better than its list.
    """
    started = _started(manifest)
    used = frozenset(named(imported, FRAMEWORKS)) & BUILDING
    listed = frozenset(named(manifest.dependencies, FRAMEWORKS)) & BUILDING
    if not manifest.scripts:
        return frozenset({*configured, *listed})
    free = {name for name in configured | used if name not in _COMMANDS or not started}
    return frozenset(started | free | (listed & _LISTED))


def _started(manifest: NodeManifest) -> set[str]:
    lines = (manifest.scripts.get(name, "") for name in _MAIN)
    words = {word for line in lines for word in re.split(r"[\s;&|\"'=]+", line)}
    return {name for name, commands in _COMMANDS.items() if commands & words}
