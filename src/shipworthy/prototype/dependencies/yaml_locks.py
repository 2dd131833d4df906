"""Lock files in YAML and its like: pnpm-lock.yaml (versions 5 to 9) and yarn.lock (1 and Berry).

They are written by machines, one fact a line, and run to 20,000 lines, for which a YAML parser
takes seconds; so the lines are read as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shipworthy.prototype.dependencies.locked import Locked, is_git
from shipworthy.regex import regex

_NEEDS = ("dependencies", "optionalDependencies")
_DIRECT = ("dependencies", "devDependencies", "optionalDependencies")
_PNPM_OLD = regex(r"/?((?:@[^/]+/)?[^/@]+)/(\d[^/_(]*)")


class _Entry(Struct):
    """A package while its lines are being read."""

    key: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    may_load: list[str] = field(default_factory=list)


def read_yarn(source: str) -> list[Locked] | None:
    """Packages of a yarn.lock; None where it is not one."""
    found = [locked for entry in _yarn_entries(source) if (locked := _yarn(entry)) is not None]
    if not found and "yarn lockfile" not in source and "__metadata:" not in source:
        return None
    return found


def read_pnpm(source: str) -> list[Locked] | None:
    """Packages of a pnpm-lock.yaml; None where it is not one."""
    if "lockfileVersion:" not in source:
        return None
    reader = _Pnpm()
    for number, line in enumerate(source.split("\n"), 1):
        reader.read(number, line.rstrip())
    return reader.packages()


def _yarn_entries(source: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    block = ""
    for number, line in enumerate(source.split("\n"), 1):
        line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if entry:
                yield entry
            entry = _Entry(line.removesuffix(":").replace('"', ""), number)
        elif entry and line.startswith("    "):
            if block in _NEEDS:
                entry.needs += _names(*_pair(line))
        elif entry:
            key, value = _pair(line)
            block = key if not value else ""
            entry.values[key] = value
    if entry:
        yield entry


def _pair(line: str) -> tuple[str, str]:
    """Key and value of `key "value"` (Yarn 1) and `key: value` (YAML), quotes removed."""
    line = line.strip()
    if line[:1] in "\"'" and line:
        key, _, rest = line[1:].partition(line[0])
    else:
        key, _, rest = line.partition(" ")
    return key.rstrip(":"), rest.lstrip(": ").strip("\"'")


def _names(name: str, wanted: str) -> list[str]:
    """The package that is needed, and the one that an alias stands for."""
    wanted = wanted.removeprefix("npm:").partition("(")[0]
    at = wanted.rfind("@")
    return [name, wanted[:at].lstrip("/")] if at > 0 else [name]


def _yarn(entry: _Entry) -> Locked | None:
    version = entry.values.get("version", "")
    requests = [part.strip() for part in entry.key.split(",")]
    at = requests[0].find("@", 1)
    if at < 1 or not version or entry.values.get("linkType") == "soft":
        return None
    name = requests[0][:at]
    wanted = [r[r.find("@", 1) + 1 :] for r in requests]
    if wanted[0].startswith("npm:") and "@" in wanted[0][5:]:
        name = wanted[0][4:].rpartition("@")[0]
    resolved = entry.values.get("resolution", "") or entry.values.get("resolved", "")
    address = resolved.removeprefix(f"{name}@")
    return Locked(
        name,
        address if is_git(address) else version,
        entry.line,
        needs=tuple(entry.needs),
        answers=tuple(w.removeprefix("npm:").removeprefix(f"{name}@") for w in wanted),
        integrity=entry.values.get("integrity", ""),
    )


class _Pnpm:
    """Reads one line after the other and remembers the path of keys that it is under."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self.needs: dict[tuple[str, str], list[str]] = {}
        self.direct: set[tuple[str, str]] = set()
        self.path: list[tuple[int, str]] = []
        self.entry: _Entry | None = None

    def read(self, number: int, line: str) -> None:
        text = line.lstrip()
        if not text or text[0] in "#-":
            return
        indent = len(line) - len(text)
        key, value = _pair(text)
        while self.path and self.path[-1][0] >= indent:
            self.path.pop()
        self._note([k for _, k in self.path], key, value, number)
        self.path.append((indent, key))

    def packages(self) -> list[Locked]:
        found = []
        for entry in self.entries:
            name, version = _pnpm_name(entry)
            if not version:
                continue
            needs = (*entry.needs, *self.needs.get((name, version), ()))
            flag = entry.values.get("dev")
            found.append(
                Locked(
                    name,
                    version,
                    entry.line,
                    development=None if flag is None else flag == "true",
                    needs=needs,
                    may_load=tuple(entry.may_load),
                    nested=bool(self.direct) and (name, version) not in self.direct,
                    integrity=_checksum(entry.values),
                )
            )
        return found

    def _note(self, above: list[str], key: str, value: str, number: int) -> None:
        top = above[0] if above else ""
        if top in ("packages", "snapshots"):
            self._note_package(top, above, key, value, number)
        elif top in _DIRECT or top == "importers":
            self._note_direct(above, key, value)

    def _note_package(self, top: str, above: list[str], key: str, value: str, number: int) -> None:
        if len(above) == 1:
            self.entry = _Entry(key, number)
            if top == "packages":
                self.entries.append(self.entry)
            else:
                self.entry.needs = self.needs.setdefault(_pnpm_name(self.entry), [])
        elif self.entry and len(above) == 2:
            self.entry.values[key] = value
        elif self.entry and len(above) == 3 and above[2] in _NEEDS:
            self.entry.needs += _names(key, value)
        elif self.entry and len(above) == 3 and above[2] == "peerDependenciesMeta":
            self.entry.may_load.append(key)

    def _note_direct(self, above: list[str], key: str, value: str) -> None:
        section = above[2] if above[0] == "importers" and len(above) > 2 else above[0]
        if section not in _DIRECT or not value:
            return
        name = above[-1] if key == "version" else key
        if key == "specifier":
            return
        version = value.partition("(")[0].partition("_")[0]
        aliased, at, real = version.rpartition("@")
        self.direct.add((aliased, real) if at and aliased else _slashed(name, version))


def _checksum(values: Mapping[str, str]) -> str:
    """Of `resolution: {integrity: sha512-…}`."""
    _, _, rest = values.get("resolution", "").partition("integrity: ")
    return rest.partition("}")[0].partition(",")[0].strip()


def _slashed(name: str, version: str) -> tuple[str, str]:
    """`/bar/1.0.0` stands for another package than the name says (versions 5 and 6)."""
    old = _PNPM_OLD.fullmatch(version) if version.startswith("/") else None
    return (old[1], old[2]) if old else (name, version)


def _pnpm_name(entry: _Entry) -> tuple[str, str]:
    """Name and version of `/axios/1.6.0_peer` (5), `/axios@1.6.0(peer)` (6), `axios@1.6.0` (9)."""
    if entry.values.get("name") and entry.values.get("version"):
        return entry.values["name"], entry.values["version"]  # git and tarball packages
    key = entry.key.partition("(")[0].lstrip("/")
    at = key.find("@", 1)
    if at > 0 and not re.search(r"/\d[^/@]*$", key[:at]):
        version = key[at + 1 :]
        return key[:at], "" if version.startswith(("file:", "link:")) else version
    old = _PNPM_OLD.match(key)
    return (old[1], old[2]) if old else ("", "")
