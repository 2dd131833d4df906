"""The line of a prototype that shows best where something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.finding import Evidence, Location
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MANIFESTS = ("package.json", "pyproject.toml", "requirements.txt", "Pipfile", "deno.json")


def code_files(prototype: Prototype) -> tuple[SourceFile, ...]:
    """The product files that are parsed, without those that no live code reaches."""
    return tuple(
        file
        for file in prototype.of_role(Role.PRODUCT)
        if file.language is not None and file.text and file.path not in prototype.abandoned
    )


def landmark(prototype: Prototype, folder: str = "", sign: str = '"scripts"') -> Evidence:
    """The manifest of a part at the line that holds `sign`, or at its first; without a manifest
    the first file of its code, or of the prototype."""
    prefix = f"{folder}/" if folder else ""
    for name in _MANIFESTS:
        file = prototype.files.get(prefix + name)
        if file is not None:
            return prototype.evidence("manifest", Location(file.path, _line_of(file, sign)))
    for file in sorted(prototype.files.values(), key=lambda f: (f.path.count("/"), f.path)):
        own = file.path.startswith(prefix) and file.role is Role.CONFIG
        if own and file.name in _MANIFESTS:
            return prototype.evidence("manifest", Location(file.path, _line_of(file, sign)))
    paths = [f.path for f in code_files(prototype) if f.path.startswith(prefix)]
    first = min(paths, key=lambda path: (path.count("/"), path), default=min(prototype.files))
    return prototype.evidence("code", Location(first))


def _line_of(file: SourceFile, sign: str) -> int:
    return next((number for number, line in enumerate(file.lines, 1) if sign in line), 1)
