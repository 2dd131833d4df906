"""What the prototype depends on: manifests, lock files, versions, licences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.dependencies.locked import Locked
from shipworthy.prototype.dependencies.locks import (
    NPM_LOCKS,
    PYTHON_LOCKS,
    Lock,
    production_names,
    read_lock,
)
from shipworthy.prototype.dependencies.requested import Declared, read_declared
from shipworthy.prototype.dependencies.requirements import Requested
from shipworthy.prototype.dependencies.versions import Ecosystem as Ecosystem
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FEWEST = 3  # files of code that make a folder a part of its own
# The share of a manifest's packages that the lock file above it must hold to be taken for its own.
_LEAST_LENT = {Ecosystem.NPM: 0.9, Ecosystem.PYPI: 0.6}


class Dependency(Struct, frozen=True):
    """One package in one manifest or lock file.

    `version` is the exact version that is installed (from a lock file or an exact pin), or the
    address of a download that has none; else None. `specifier` is what the manifest asks for;
    '' where only the lock file names the package. `location` is the line of the manifest, or that
    of the lock file where no manifest asks for the package. `integrity` is the checksum that the lock
    file gives, as `sha512-<base64>`; '' where it gives none.
    """

    ecosystem: Ecosystem
    name: str
    specifier: str
    version: str | None
    direct: bool
    development: bool
    licence: str | None
    location: Location
    integrity: str = ""


class Manifest(Struct, frozen=True):
    """One package.json, requirements file or pyproject with the lock files that belong to it.

    The packages come from the first of `locks`: that of the package manager which the manifest
    names, else the one that knows most of what the manifest asks for.
    """

    path: str
    ecosystem: Ecosystem
    manager: str  # npm, pnpm, yarn, bun, pip, poetry, uv, pipenv
    locks: tuple[str, ...]
    unread_locks: tuple[str, ...]  # present but not readable here, e.g. bun.lockb
    workspace_of: str | None  # the manifest whose lock file covers this one


@dataclass(frozen=True)  # without slots: what each question needs is put together once
class Dependencies:
    """All manifests, and all packages once per manifest or lock file.

    `needs` are, by manifest, the packages that each package of its lock file needs, as far as the
    file says so. `may_load` are those that it loads only where they are installed.
    """

    manifests: tuple[Manifest, ...]
    packages: tuple[Dependency, ...]
    needs: Mapping[str, Mapping[str, frozenset[str]]]
    may_load: Mapping[str, Mapping[str, frozenset[str]]]

    def part_of(self, dependency: Dependency) -> str:
        """The path of the manifest that is installed with this package: that of the workspace."""
        path = dependency.location.path
        own = next((m for m in self.manifests if m.path == path), None)
        if own is not None:
            return own.workspace_of or path
        return next((m.path for m in self.manifests if path in m.locks), path)

    def is_for_development(self, dependency: Dependency) -> bool:
        """True where each way from the manifest to a package starts at one that only development
        uses, or leads through descriptions of types, of which nothing runs."""
        if not self.brought_in_by(dependency):
            return False
        part = self.part_of(dependency)
        aside = {d.name for d in self.packages if d.development and self.part_of(d) == part}
        roots = self.brought_in_by(dependency, through_types=False)
        return all(root in aside for root in roots)

    def brought_in_by(
        self, dependency: Dependency, *, through_types: bool = True
    ) -> frozenset[str]:
        """The packages that the manifest asks for and that lead to this one; empty if unknown.

        Names stand for all their versions, which names too many rather than too few.
        """
        part = self.part_of(dependency)
        users = self._users.get(part, {})
        found, pending = {dependency.name}, [dependency.name]
        while pending:
            new = users.get(pending.pop(), set()) - found
            if not through_types:
                new = {name for name in new if not name.startswith(_TYPES)}
            found |= new
            pending.extend(new)
        return frozenset(found & self._asked.get(part, set()))

    @cached_property
    def _users(self) -> Mapping[str, Mapping[str, set[str]]]:
        """The packages that need each package, by manifest."""
        users: dict[str, dict[str, set[str]]] = {}
        for part, needs in self.needs.items():
            of_part = users.setdefault(part, {})
            for name, needed in needs.items():
                for one in needed:
                    of_part.setdefault(one, set()).add(name)
        return users

    @cached_property
    def _asked(self) -> Mapping[str, set[str]]:
        """The packages that each manifest asks for."""
        asked: dict[str, set[str]] = {}
        for package in self.packages:
            if package.direct:
                asked.setdefault(self.part_of(package), set()).add(package.name)
        return asked


_TYPES = "@types/"  # descriptions for the compiler


def read_dependencies(prototype: Prototype) -> Dependencies:
    """Read every manifest and lock file of the prototype's product code.

    Manifests of tests, examples and scripts are left out, and so are those that ask for nothing.
    """
    declared = _without_strays(read_declared(prototype.files), prototype)
    reader = _Reader(prototype.files, declared)
    for one in declared:
        reader.read(one)
    return Dependencies(
        tuple(reader.manifests), tuple(reader.packages), reader.needs, reader.may_load
    )


def _without_strays(declared: Sequence[Declared], prototype: Prototype) -> list[Declared]:
    """All but the open requirements of a folder with hardly any code, beside those of the root, and the
    modules of a native app, which Expo links into it (https://docs.expo.dev/modules/autolinking/).

    A folder with a Dockerfile is installed by itself, however little code it holds.
    """
    rooted = any(one.path == "requirements.txt" for one in declared)
    code = [f.path for f in prototype.of_role(Role.PRODUCT) if f.language is not None]

    def strays(one: Declared) -> bool:
        listed = one.path.endswith(".txt") and one.folder != "" and not one.is_pinned
        inside = sum(path.startswith(f"{one.folder}/") for path in code)
        shipped = f"{one.folder}/Dockerfile" in prototype.files
        return rooted and listed and not shipped and inside < _FEWEST

    def linked(one: Declared) -> bool:
        beside = f"{one.folder}/expo-module.config.json"
        return one.path.endswith("/package.json") and beside in prototype.files

    return [one for one in declared if not strays(one) and not linked(one)]


class _Reader:
    def __init__(self, files: Mapping[str, SourceFile], declared: Sequence[Declared]) -> None:
        self.files = files
        self.declared = declared
        self.pinned = [one for one in declared if one.is_pinned]
        self.read_locks: dict[str, Lock] = {}
        self.manifests: list[Manifest] = []
        self.packages: list[Dependency] = []
        self.needs: dict[str, Mapping[str, frozenset[str]]] = {}
        self.may_load: dict[str, Mapping[str, frozenset[str]]] = {}

    def read(self, declared: Declared) -> None:
        """Add a manifest, and the packages of it and of the workspace that it leads."""
        leader = self._leader(declared)
        if leader is not None and not self._locks(declared):
            manager = self._manager(leader, self._locks(leader))
            self._add(declared, manager, workspace_of=leader.path)
        elif declared.is_pinned:
            self._add(declared, "pip", locks=(declared.path,))
            self.packages += _pinned(declared, self._asked_beside(declared))
        else:
            self._read_leader(declared)

    def _read_leader(self, declared: Declared) -> None:
        members = [m for m in self.declared if self._leader(m) is declared and not self._locks(m)]
        asked = [r for one in (declared, *members) for r in one.requested]
        if not asked:
            return
        locks = _by_usefulness(self._locks(declared), asked, declared.manager)
        # A lock file without any package locks nothing: bun writes one when it is run too early.
        useful = [lock for lock in locks if lock.packages]
        unread = tuple(lock.path for lock in locks if lock.packages is None)
        compiled = None if useful else self._compiled(declared)
        paths = (compiled.path,) if compiled else tuple(lock.path for lock in useful)
        self._add(declared, self._manager(declared, locks), paths, unread)
        if compiled is None:
            locked, path = (useful[0].packages or (), useful[0].path) if useful else ((), "")
            self.packages += _packages(declared.ecosystem, asked, locked, path)
            self.needs[declared.path] = _by_name((p.name, p.needs) for p in locked)
            self.may_load[declared.path] = _by_name((p.name, p.may_load) for p in locked)

    def _add(
        self,
        declared: Declared,
        manager: str,
        locks: tuple[str, ...] = (),
        unread: tuple[str, ...] = (),
        workspace_of: str | None = None,
    ) -> None:
        self.manifests.append(
            Manifest(declared.path, declared.ecosystem, manager, locks, unread, workspace_of)
        )

    def _manager(self, declared: Declared, locks: Sequence[Lock]) -> str:
        default = "npm" if declared.ecosystem is Ecosystem.NPM else "pip"
        return declared.manager or next((lock.manager for lock in locks), default)

    def _leader(self, declared: Declared) -> Declared | None:
        """The manifest of the innermost workspace around this one."""
        leaders = [
            one
            for one in self.declared
            if one.ecosystem is declared.ecosystem and one.has_member(declared.folder)
        ]
        leader = max(leaders, key=lambda one: len(one.folder), default=None)
        return leader or self._lender(declared)

    def _lender(self, declared: Declared) -> Declared | None:
        """The manifest of a folder above whose lock file names (nearly) all that this one asks for.

        One package.json at the root usually builds the client below it, whatever stands there.
        """
        names = {r.name for r in declared.requested}
        if not names or declared.is_pinned or self._locks(declared) or self._compiled(declared):
            return None
        lenders = []
        for one in self.declared:
            prefix = f"{one.folder}/" if one.folder else ""
            above = one.folder != declared.folder and declared.folder.startswith(prefix)
            if above and one.ecosystem is declared.ecosystem and not one.is_pinned:
                known = names & self._lent_names(one)
                if len(known) >= _LEAST_LENT[declared.ecosystem] * len(names):
                    lenders.append(one)
        return max(lenders, key=lambda one: len(one.folder), default=None)

    def _lent_names(self, lender: Declared) -> set[str]:
        """What a manifest itself asks for and its lock file holds."""
        locked = {p.name for lock in self._locks(lender) for p in lock.packages or ()}
        asked = {r.name for r in lender.requested}
        return locked & asked if lender.ecosystem is Ecosystem.NPM else locked

    def _locks(self, declared: Declared) -> list[Lock]:
        names = NPM_LOCKS if declared.ecosystem is Ecosystem.NPM else PYTHON_LOCKS
        found = []
        for name in names:
            file = self.files.get(f"{declared.folder}/{name}".lstrip("/"))
            if file is not None and not file.ignored:
                if file.path not in self.read_locks:
                    self.read_locks[file.path] = read_lock(file)
                found.append(self.read_locks[file.path])
        return found

    def _compiled(self, declared: Declared) -> Declared | None:
        """A pinned requirements file beside this manifest that covers all it asks for."""
        if declared.ecosystem is not Ecosystem.PYPI:
            return None
        wanted = {r.name for r in declared.requested if not r.development}
        for one in self.pinned:
            names = {r.name for r in one.requested}
            if one is not declared and one.folder == declared.folder and wanted and wanted <= names:
                return one
        return None

    def _asked_beside(self, pinned: Declared) -> set[str]:
        """What the manifests ask for that a pinned file is compiled from."""
        sources = [one for one in self.declared if self._compiled(one) is pinned]
        return {r.name for one in sources for r in one.requested if not one.is_pinned}


def _by_usefulness(locks: list[Lock], asked: list[Requested], manager: str) -> list[Lock]:
    names = {r.name for r in asked}

    def rank(lock: Lock) -> tuple[bool, bool, int]:
        known = len(names & {p.name for p in lock.packages or ()})
        return (not lock.packages, lock.manager != manager, -known)

    return sorted(locks, key=rank)


def _pinned(declared: Declared, asked: set[str]) -> Iterator[Dependency]:
    for one in declared.requested:
        direct = one.name in asked if asked else not one.transitive
        yield replace(_unlocked(declared.ecosystem, one), direct=direct)


def _by_name(named: Iterable[tuple[str, Sequence[str]]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, others in named:
        if others or name not in found:
            found[name] = found.get(name, frozenset()) | frozenset(others)
    return found


def _packages(
    ecosystem: Ecosystem, asked: list[Requested], locked: Sequence[Locked], lock: str
) -> Iterator[Dependency]:
    by_name: dict[str, list[Requested]] = {}
    for request in asked:
        by_name.setdefault(request.name, []).append(request)
    roots = [r.name for r in asked if not r.development]
    production = production_names(locked, roots)
    answered: set[str] = set()
    folder = PurePosixPath(lock).parent
    own = {(str(folder / p.workspace), p.name) for p in locked if p.workspace and not p.nested}
    for package in locked:
        here = str(folder / package.workspace)
        requests = by_name.get(package.name, [])
        one = _asked_for(package, [r for r in requests if _is_for(r, here, own, package)])
        development = package.development
        if development is None:
            development = package.name not in production
        if one is not None:
            answered.add(one.name)
        yield Dependency(
            ecosystem=ecosystem,
            name=package.name,
            specifier=one.specifier if one else "",
            version=package.version,
            direct=one is not None,
            development=development,
            licence=package.licence,
            location=Location(one.path, one.line) if one else Location(lock, package.line),
            integrity=package.integrity,
        )
    for missing in asked:
        if missing.name not in answered and not missing.optional:
            yield _unlocked(ecosystem, missing)


def _is_for(request: Requested, folder: str, own: Set[tuple[str, str]], package: Locked) -> bool:
    """False where a part of the monorepo that has its own version of a package asks for it, and this is
    another's."""
    asking = str(PurePosixPath(request.path).parent)
    if package.workspace:
        return asking == folder
    return (asking, package.name) not in own


def _asked_for(package: Locked, asked: list[Requested]) -> Requested | None:
    """The line of a manifest that this package answers; production before development."""
    if package.nested:
        return None
    matching = [r for r in asked if not package.answers or r.specifier in package.answers]
    return min(matching, key=lambda r: r.development, default=None)


def _unlocked(ecosystem: Ecosystem, one: Requested) -> Dependency:
    return Dependency(
        ecosystem=ecosystem,
        name=one.name,
        specifier=one.specifier,
        version=one.version,
        direct=True,
        development=one.development,
        licence=None,
        location=Location(one.path, one.line),
    )
