"""What explains an import besides a manifest: the tree, import maps, commands that install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name
from shipworthy.prototype.inventory.manifests import read_json, table
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MAPS = ("deno.json", "deno.jsonc", "import_map.json", "importmap.json")
_IN_PAGE = regex(r"<script[^>]*type=[\"']importmap[\"'][^>]*>(.*?)</script>", re.DOTALL)
_INSTALLS = regex(r"\b(?:pip3?|uv|poetry|conda|mamba|npm|yarn|pnpm|bun)\s+(?:install|add|i)\b(.*)")
_WORD = regex(r"@?[A-Za-z][\w./-]*")
_LISTS = (
    "environment.yml",
    "environment.yaml",
    "setup.cfg",
    "setup.py",
    "replit.nix",
    "packages.txt",
)


def own_names(prototype: Prototype) -> frozenset[str]:
    """The names of all folders and code files: what is called so may be the author's own."""
    found: set[str] = set()
    for file in prototype.files.values():
        if file.language is not None:
            *folders, name = file.path.split("/")
            found.update(folders)
            found.add(name.partition(".")[0])
    return frozenset(found)


def mapped_names(prototype: Prototype) -> frozenset[str]:
    """The specifiers that import maps of Deno and of pages give a meaning to."""
    return frozenset(
        name.rstrip("/")
        for file in prototype.files.values()
        if file.text
        for source in _map_texts(file.name, file.text)
        for name in table(read_json(source), "imports")
    )


def _map_texts(name: str, text: str) -> Iterator[str]:
    if name in _MAPS:
        yield text
    elif name.endswith((".html", ".htm")) and "importmap" in text:
        yield from _IN_PAGE.findall(text)


def installed_names(prototype: Prototype) -> frozenset[str]:
    """Packages that Dockerfiles, scripts and hosts' configurations install by a command."""
    found: set[str] = set()
    for file in prototype.files.values():
        if file.text is None or file.role in (Role.LOCK, Role.VENDORED, Role.ASSET):
            continue
        if file.name in _LISTS:
            found.update(_WORD.findall(file.text))
        elif file.language is None and "install" in file.text:
            for words in _INSTALLS.findall(file.text):
                found.update(_WORD.findall(words))
    return frozenset({*found, *(normal_name(Ecosystem.PYPI, name) for name in found)})
