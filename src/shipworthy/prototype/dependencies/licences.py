"""Under which licence a package and the prototype itself come, as far as files say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shipworthy.prototype.dependencies.dependency import Dependency
from shipworthy.prototype.inventory.manifests import read_json, read_toml, strings, table, text
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_TABLE = Path(__file__).parent / "licences.toml"
_FILE = regex(r"(LICEN[SC]E|COPYING)(\.(md|txt))?", re.IGNORECASE)
_HEADS = (
    (regex(r"GNU AFFERO GENERAL PUBLIC LICENSE"), "AGPL-3.0-only"),
    (regex(r"GNU LESSER GENERAL PUBLIC LICENSE"), "LGPL-3.0-only"),
    (regex(r"GNU GENERAL PUBLIC LICENSE\s+Version 3"), "GPL-3.0-only"),
    (regex(r"GNU GENERAL PUBLIC LICENSE"), "GPL-2.0-only"),
    (regex(r"Mozilla Public License"), "MPL-2.0"),
    (regex(r"Apache License"), "Apache-2.0"),
    (regex(r"MIT License|Permission is hereby granted, free of charge"), "MIT"),
)


class Stated(Struct, frozen=True):
    """A licence as an SPDX expression where possible, and what says so."""

    licence: str
    source: str


def licence_of(package: Dependency) -> Stated | None:
    """The licence that the lock file states, else that of the bundled table; None where unknown."""
    if package.licence:
        return Stated(package.licence, "the lock file")
    known = _known().get(package.ecosystem.value, {}).get(package.name)
    if known is None:
        return None
    major = re.match(r"\d+", package.version or "")
    since = known.get("since", 0)
    if since and (major is None or int(major[0]) < since):
        return None
    return Stated(known["licence"], "its metadata")


def published_under(prototype: Prototype) -> str:
    """The licence whose text lies in the prototype, so that everybody may have its source; or ''.

    What a manifest says does not count: templates say MIT for everybody.
    """
    for file in prototype.files.values():
        if not file.folder and _FILE.fullmatch(file.name) and file.text:
            head = next((name for sign, name in _HEADS if sign.search(file.text[:4000])), "")
            if head:
                return head
    return ""


def own_licence(prototype: Prototype) -> str:
    """The licence of the prototype itself; '' where it names none, which reserves all rights."""
    published = published_under(prototype)
    if published:
        return published
    manifest = prototype.files.get("package.json")
    stated = text(read_json(manifest.text or ""), "license") if manifest else ""
    project = prototype.files.get("pyproject.toml")
    if not stated and project and project.text:
        content = table(read_toml(project.text), "project")
        stated = next(iter(strings(content.get("license"))), "")
        stated = stated or text(table(content, "license"), "text")
    return "" if stated.upper() == "UNLICENSED" else stated


@cache
def _known() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    import tomllib

    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
