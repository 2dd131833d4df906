"""Seeds that fill the database of production, and not only that of a developer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PROD = r"(^|[-_.:/])prod(uction)?([-_.:]|$)"
# Commands of npm that hosts run by themselves, or that say where they run.
_AT_A_HOST = regex(
    rf"^(start|build|(pre|post)(start|build|install)|deploy|release|vercel-build|heroku-postbuild)$|{_PROD}",
    re.IGNORECASE,
)
# Files by which a host builds or starts the app, or that say where they run.
_OF_A_HOST = regex(
    rf"(^|/)(Dockerfile|Procfile|render\.ya?ml|fly\.toml|railway\.(json|toml)|nixpacks\.toml"
    rf"|(docker-)?entrypoint\.sh|start\.sh|build\.sh)$|{_PROD}[^/]*$",
    re.IGNORECASE,
)
_ONLY_TAKES = regex(r"\s*(#|//|COPY\b|ADD\b)")


def fills_production(prototype: Prototype, path: str) -> bool:
    """True for a seed that a host runs, or a command or script for production."""
    name = path.rpartition("/")[2]
    return any(_at_a_host(m.scripts, name) for m in node_manifests(prototype.files)) or any(
        _OF_A_HOST.search(file.path) is not None and _runs(file.text or "", name)
        for file in prototype.of_role(Role.SCRIPT, Role.CONFIG)
        if file.path != path
    )


def _at_a_host(scripts: Mapping[str, str], name: str) -> bool:
    """True where such a command starts the file, itself or through another command."""
    starts = {command for command, line in scripts.items() if _said(name, line)}
    through = re.compile(rf"\brun\s+({'|'.join(map(re.escape, starts))})(?![\w:-])")
    return any(
        _AT_A_HOST.search(command) and (command in starts or (starts and through.search(line)))
        for command, line in scripts.items()
    )


def _runs(text: str, name: str) -> bool:
    return name in text and any(
        _said(name, line) and not _ONLY_TAKES.match(line) for line in text.splitlines()
    )


def _said(name: str, line: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line) is not None
