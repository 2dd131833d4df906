"""All programs of a prototype: those of its package.json files, of its Python code, and plain pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.running.declared import declared_programs
from shipworthy.prototype.running.node import node_programs
from shipworthy.prototype.running.program import Files, Program
from shipworthy.prototype.running.python import python_programs
from shipworthy.prototype.source import Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NO_APPS = ("example", "template", "fixture", "supabase", "docs", "attached_assets", "e2e", "test")
_PAGES = ("", "public", "frontend", "static", "www", "site", "client", "web", "docs", "src")


def read_programs(prototype: Prototype) -> tuple[Program, ...]:
    """The programs, those nearest to the top first; what a host is told and plain pages
    only where nothing else is found."""
    found: list[Program] = []
    manifests = node_manifests(prototype.files)
    for manifest in sorted(manifests, key=lambda m: (m.path.count("/"), m.path)):
        if not _is_no_app(manifest.folder):
            found.extend(node_programs(prototype, manifest))
    found.extend(p for p in python_programs(prototype) if not _is_no_app(p.folder))
    return tuple(found) or tuple(_otherwise(prototype))


def _is_no_app(folder: str) -> bool:
    parts = folder.lower().split("/")
    named = any(part.startswith(_NO_APPS) for part in parts)
    return named or is_archived(f"{folder}/index.js")


def _otherwise(prototype: Prototype) -> Iterator[Program]:
    """Where no framework is known: what a host is told to start, else plain pages."""
    declared = list(declared_programs(prototype))
    yield from declared or _static(prototype)


def _static(prototype: Prototype) -> Iterator[Program]:
    """Pages without a build: the first folder with an index.html."""
    for folder in _PAGES:
        if f"{folder}/index.html".lstrip("/") in prototype.files:
            yield Program(folder, "static", True, (Files("", fallback=False),), home=folder)
            return
    pages = [f for f in prototype.files.values() if f.name == "index.html"]
    kept = [f for f in pages if f.role is not Role.VENDORED and not is_archived(f.path)]
    if kept:
        first = min(kept, key=lambda file: (file.path.count("/"), file.path))
        yield Program(first.folder, "static", True, (Files("", fallback=False),), home=first.folder)
