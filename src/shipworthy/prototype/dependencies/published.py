"""Libraries of Python that others install: their own lock files hold nothing for those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import read_toml, strings, table, text

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def is_published(prototype: Prototype, path: str) -> bool:
    """True for the pyproject.toml of a package that is built and described for an index of packages,
    and in which no server starts."""
    file = prototype.files.get(path)
    if file is None or file.name != "pyproject.toml":
        return False
    content = read_toml(file.text or "")
    project = table(content, "project") or table(table(content, "tool"), "poetry")
    described = strings(project.get("classifiers"))
    if not described or any(one.startswith("Private ::") for one in described):
        return False
    if not text(table(content, "build-system"), "build-backend"):
        return False
    name = text(project, "name").replace("-", "_").replace(".", "_").lower()
    top = f"{file.folder}/" if file.folder else ""
    homes = [f"{top}{inner}{name}/" for inner in ("", "src/")]
    home = next((one for one in homes if f"{one}__init__.py" in prototype.files), "")
    return bool(name and home) and not any(
        server.start.path.startswith(home) and not server.start.path.endswith("__init__.py")
        for server in prototype.servers
    )
