"""Manifests beside the real one that nobody installs: `requirements-minimal.txt`, a list of extras."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import read_toml, table
from shipworthy.prototype.source import Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def is_variant(prototype: Prototype, path: str) -> bool:
    """True for `requirements-minimal.txt` beside `requirements.txt`, where nothing installs it."""
    folder, _, name = path.rpartition("/")
    plain = f"{folder}/requirements.txt" if folder else "requirements.txt"
    if not re.match(r"requirements[-_.]\w", name) or plain == path:
        return False
    if plain not in prototype.files or name == "requirements.txt":
        return False
    installers = prototype.of_role(Role.CONFIG, Role.SCRIPT)
    return not any(name in (f.text or "") for f in installers)


def has_extras_only(prototype: Prototype, path: str) -> bool:
    """True for a pyproject.toml that asks for optional packages alone."""
    file = prototype.files.get(path)
    if file is None or file.name != "pyproject.toml":
        return False
    content = read_toml(file.text or "")
    project = table(content, "project")
    poetry = table(table(content, "tool"), "poetry")
    asked = project.get("dependencies") or poetry.get("dependencies")
    extras = project.get("optional-dependencies") or content.get("dependency-groups")
    return not asked and bool(extras)
