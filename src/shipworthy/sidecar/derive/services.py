"""The bundled table of what services need of a page and of a server, and which of them a prototype uses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role

_TABLE = Path(__file__).with_name("services.toml")
DIRECTIVES = ("script", "style", "font", "image", "connect", "frame", "media", "worker")
"""The keys of the table that name sources of a content security policy."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the table; `needs` are the sources of a page, by directive."""

    name: str
    packages: frozenset[str]
    hosts: tuple[str, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    server_packages: frozenset[str]
    server: tuple[str, ...]
    features: tuple[str, ...]
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """A service that a prototype uses, and the first file that shows it."""

    service: Service
    path: str


@cache
def services() -> tuple[Service, ...]:
    """The bundled table."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["service"]
    return tuple(
        Service(
            name=row["name"],
            packages=frozenset(row["packages"]),
            hosts=tuple(row["hosts"]),
            needs=tuple((key, tuple(row[key])) for key in DIRECTIVES if key in row),
            server_packages=frozenset(row.get("server_packages", ())),
            server=tuple(row.get("server", ())),
            features=tuple(row.get("features", ())),
            frames=tuple(row.get("frames", ())),
        )
        for row in rows
    )


def used_by_pages(prototype: Prototype, hosts: Iterable[tuple[str, str]]) -> tuple[Used, ...]:
    """The services of the pages: by what their code imports, and by the (host, file) that they load."""
    imported = _imports(prototype, prototype.modules.browser)
    loaded = list(hosts)
    found = []
    for service in services():
        path = min((imported[p] for p in service.packages & imported.keys()), default="")
        named = (file for host, file in loaded if _is_one(host, service.hosts))
        path = path or min(named, default="")
        if path:
            found.append(Used(service, path))
    return tuple(found)


def used_by_server(prototype: Prototype, paths: Iterable[str]) -> tuple[Used, ...]:
    """The services that code of a server calls with a package."""
    imported = _imports(prototype, paths)
    return tuple(
        Used(service, min(imported[p] for p in known))
        for service in services()
        if (known := service.server_packages & imported.keys())
    )


def _imports(prototype: Prototype, paths: Iterable[str]) -> dict[str, str]:
    """The first of these product files that imports each package; a part of one counts for it."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        file = prototype.files.get(path)
        if file is None or file.role is not Role.PRODUCT or path in prototype.abandoned:
            continue
        for package in prototype.modules.packages.get(path, ()):
            found.setdefault(package, path)
    return found


def _is_one(host: str, known: Iterable[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in known)
