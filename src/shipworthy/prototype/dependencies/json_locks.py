"""Lock files in JSON: package-lock.json in its three versions, bun.lock and Pipfile.lock."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from shipworthy.prototype.dependencies.locked import Locked, is_git
from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name
from shipworthy.prototype.inventory.manifests import Table, read_json, strings, table, text
from shipworthy.regex import regex

_FOLDER = "node_modules/"
_OPENS = regex(r'^[ \t]*"((?:\\.|[^"\\])*)"\s*:\s*[{\[]', re.MULTILINE)


def read_npm(source: str) -> list[Locked] | None:
    """Packages of a package-lock.json or npm-shrinkwrap.json; None where it is not one."""
    content = read_json(source)
    lines = _Lines(source)
    if isinstance(content.get("packages"), dict):
        return list(_npm_flat(table(content, "packages"), lines))
    if isinstance(content.get("dependencies"), dict):
        return list(_npm_nested(table(content, "dependencies"), lines))
    return [] if "lockfileVersion" in content else None


def read_bun(source: str) -> list[Locked] | None:
    """Packages of a bun.lock (JSON with trailing commas); None where it is not one."""
    content = read_json(source)
    if "lockfileVersion" not in content:
        return None
    lines = _Lines(source)
    return [
        locked
        for key, entry in table(content, "packages").items()
        if (locked := _bun(key, entry, lines.take(key))) is not None
    ]


def read_pipenv(source: str) -> list[Locked] | None:
    """Packages of a Pipfile.lock; None where it is not one."""
    content = read_json(source)
    if "_meta" not in content:
        return None
    lines = _Lines(source)
    found: list[Locked] = []
    for section, development in (("default", False), ("develop", True)):
        for name, entry in table(content, section).items():
            line = lines.take(name)
            if isinstance(entry, dict) and "path" not in entry:
                version = text(entry, "version").lstrip("=") or text(entry, "git")
                normal = normal_name(Ecosystem.PYPI, name)
                found.append(Locked(normal, version, line, development=development))
    return found


class _Lines:
    """Lines of the keys that open an object or a list, handed out in the order of the text."""

    def __init__(self, source: str) -> None:
        self._of: dict[str, deque[int]] = {}
        line, at = 1, 0
        for found in _OPENS.finditer(source):
            start = found.start(1)
            line += source.count("\n", at, start)
            at = start
            self._of.setdefault(found[1], deque()).append(line)

    def take(self, key: str) -> int:
        """The next line of this key; 1 where there is none left."""
        lines = self._of.get(key)
        return lines.popleft() if lines else 1


def _npm_flat(packages: Table, lines: _Lines) -> Iterator[Locked]:
    for key, entry in packages.items():
        if not isinstance(entry, dict) or _FOLDER not in key or entry.get("link") is True:
            continue
        version = _npm_version(entry)
        if version:
            yield Locked(
                name=text(entry, "name") or key.rpartition(_FOLDER)[2],
                version=version,
                line=lines.take(key),
                licence=text(entry, "license") or None,
                development=entry.get("dev") is True,
                needs=tuple(_npm_needs(entry)),
                may_load=tuple(table(entry, "peerDependenciesMeta")),
                nested=key.count(_FOLDER) > 1,
                workspace=key.partition(_FOLDER)[0].rstrip("/"),
                integrity=text(entry, "integrity"),
            )


def _npm_needs(entry: Table) -> Iterator[str]:
    optional = table(entry, "peerDependenciesMeta")
    yield from table(entry, "dependencies")
    yield from table(entry, "optionalDependencies")
    yield from (name for name in table(entry, "peerDependencies") if name not in optional)


def _npm_nested(packages: Table, lines: _Lines) -> Iterator[Locked]:
    pending = [(name, entry, False) for name, entry in reversed(list(packages.items()))]
    while pending:
        name, entry, nested = pending.pop()
        if not isinstance(entry, dict):
            continue
        line = lines.take(name)
        version = _npm_version(entry)
        real, _, aliased = version.removeprefix("npm:").rpartition("@")
        if version.startswith("npm:") and real:
            name, version = real, aliased
        if version and not version.startswith("file:"):
            development = entry.get("dev") is True
            yield Locked(
                name,
                version,
                line,
                development=development,
                nested=nested,
                integrity=text(entry, "integrity"),
            )
        below = table(entry, "dependencies")
        pending.extend((key, value, True) for key, value in reversed(list(below.items())))


def _npm_version(entry: Table) -> str:
    address = text(entry, "resolved")
    return address if is_git(address) else text(entry, "version")


def _bun(key: str, entry: object, line: int) -> Locked | None:
    """`"axios": ["axios@1.6.0", "", {"dependencies": {…}}, "sha512-…"]`."""
    if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
        return None
    at = entry[0].find("@", 1)
    name, version = entry[0][:at], entry[0][at + 1 :]
    if at < 1 or version.startswith(("workspace:", "file:", "link:", "root:")):
        return None
    details = next((part for part in entry if isinstance(part, dict)), {})
    needs = (*table(details, "dependencies"), *table(details, "optionalDependencies"))
    optional = strings(details.get("optionalPeers"))
    peers = tuple(p for p in table(details, "peerDependencies") if p not in optional)
    last = entry[-1] if isinstance(entry[-1], str) and entry[-1].startswith("sha") else ""
    return Locked(
        name,
        version,
        line,
        needs=(*needs, *peers),
        may_load=tuple(optional),
        nested=key != name,
        integrity=last,
    )
