"""Packages that code imports and that no manifest asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.dependencies.dependency import Ecosystem
from shipworthy.prototype.dependencies.explained import installed_names, mapped_names, own_names
from shipworthy.prototype.dependencies.import_names import import_names
from shipworthy.prototype.dependencies.requirements import is_development
from shipworthy.prototype.dependencies.variants import is_variant
from shipworthy.prototype.inventory.manifests import (
    node_manifests,
    python_manifests,
    read_json,
    table,
)
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.modules.resolving import package_name
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# What frameworks and runtimes bring along under a name of their own.
_BUILT_IN = frozenset("server-only client-only bun electron vscode aws-lambda aws-sdk k6".split())
_BROUGHT = {
    "expo": ("@expo/", "expo-", "@babel/", "babel-preset-expo", "react-native"),
    "next": ("@next/", "styled-jsx", "next"),
    "@sveltejs/kit": ("svelte", "$app"),
    "@docusaurus/core": ("@docusaurus/", "@theme", "@site", "@generated"),
    "react-scripts": ("web-vitals", "workbox-"),
    "@nestjs/cli": ("@nestjs/",),
    "firebase-functions": ("express",),
}
_EXTRAS = regex(r"\w\[([\w, -]+)\]")
# What extras of FastAPI bring that are not called after it (its pyproject.toml).
_SETS = {
    "uvicorn[standard]": "websockets httptools watchfiles python-dotenv pyyaml uvloop",
    "fastapi[all]": "httpx jinja2 python-multipart itsdangerous pyyaml ujson orjson email-validator"
    " uvicorn pydantic-settings pydantic-extra-types",
    "fastapi[standard]": "httpx jinja2 python-multipart email-validator uvicorn",
}
_LETTERS = 4  # of a word that two names share by more than chance


class Unlisted(Struct, frozen=True):
    """One package that the code below a manifest imports and that it does not ask for.

    `brought_by` names what installs it all the same, a lock file or another package; '' where
    nothing is known to. `sure` is False where the name of the package can only be guessed. `outdated`
    names the lock file of npm that says the manifest asked for it; '' where none does.
    """

    package: str
    imported: str
    manifest: str
    brought_by: str
    sure: bool
    locations: tuple[Location, ...]
    outdated: str = ""


def unlisted_packages(prototype: Prototype) -> tuple[Unlisted, ...]:
    """Every such package of live product code, once for each manifest; optional imports left out."""
    reader = _Reader(prototype)
    found: dict[tuple[str, str], list[Unlisted]] = {}
    for path, facts in prototype.facts.items():
        if reader.is_judged(prototype.files[path]):
            for item in facts.imports:
                one = reader.unlisted(prototype.files[path], item)
                if one is not None:
                    found.setdefault((one.manifest, one.package), []).append(one)
    return tuple(_merged(ones) for _, ones in sorted(found.items()))


def _merged(ones: list[Unlisted]) -> Unlisted:
    first = ones[0]
    places = tuple(sorted(place for one in ones for place in one.locations))
    return Unlisted(
        first.package,
        first.imported,
        first.manifest,
        first.brought_by,
        first.sure,
        places,
        first.outdated,
    )


class _Reader:
    def __init__(self, prototype: Prototype) -> None:
        self.prototype = prototype
        self.nodes = {m.folder: m for m in node_manifests(prototype.files)}
        self.asked_node = {name for m in self.nodes.values() for name in m.dependencies}
        self.asked_node |= {m.name for m in self.nodes.values()}
        # `requirements-test.txt` beside the real one comes last: nothing that runs is installed from it.
        self.pythons = sorted(
            python_manifests(prototype.files),
            key=lambda m: (
                is_development(m.path.rpartition("/")[2]),
                is_variant(prototype, m.path),
            ),
        )
        self.names = import_names()
        self._roots: dict[str, frozenset[str]] = {}

    def is_judged(self, file: SourceFile) -> bool:
        """Product code that runs, and the copied components that it imports."""
        if file.path in self.prototype.abandoned or file.path in self.prototype.by_hand:
            return False
        if file.path.startswith(".") or "/." in file.path:
            return False  # templates of tools
        if file.role is Role.UI_KIT:
            return file.path in self._imported
        return file.role is Role.PRODUCT

    def unlisted(self, file: SourceFile, item: Import) -> Unlisted | None:
        if item.type_only or item.optional or item.specifier.startswith((".", "/", "#")):
            return None
        if ":" in item.specifier or "!" in item.specifier:
            return None
        if item.specifier.startswith("$"):
            return None  # `$env/dynamic/private` of SvelteKit: no package can be called so
        external = self.prototype.modules.packages.get(file.path, frozenset())
        if file.language is Language.PYTHON:
            top = item.specifier.partition(".")[0]
            return self._python(file, item, top) if top in external else None
        name = package_name(item.specifier)[0]
        return self._node(file, item, name) if name in external else None

    def _node(self, file: SourceFile, item: Import, name: str) -> Unlisted | None:
        if name in self.asked_node or name in _BUILT_IN or self._is_own(item.specifier):
            return None
        if name in self._mapped or item.specifier in self._mapped or name in self._installed:
            return None
        home = next((f for f in folders_above(file.folder) if f in self.nodes), None)
        if home is None or "supabase/functions/" in file.path:
            return None
        for owner, brought in _BROUGHT.items():
            if owner in self.asked_node and name.startswith(brought):
                return None
        if f"@types/{name}" in self.asked_node and all(n[:1].isupper() for n in item.names):
            return None  # classes and interfaces that are used as types, as far as one can see
        lock = self._lock_of(Ecosystem.NPM, name, file)
        path = self.nodes[home].path
        outdated = lock if name in self._said_to_be_asked(lock) else ""
        sure = bool(lock) or not self._has_sibling(name)
        return Unlisted(name, name, path, lock, sure, (item.location,), outdated)

    def _has_sibling(self, name: str) -> bool:
        """True where a package of the same scope is asked for, which may well bring this one along:
        @react-navigation/bottom-tabs has @react-navigation/elements."""
        scope, slash, _ = name.partition("/")
        return bool(slash) and any(asked.startswith(f"{scope}/") for asked in self.asked_node)

    def _python(self, file: SourceFile, item: Import, top: str) -> Unlisted | None:
        home = next(
            (m for f in folders_above(file.folder) for m in self.pythons if m.folder == f), None
        )
        if home is None or top in self._own or "lambda_handler" in (file.text or ""):
            return None
        modules = [item.specifier, *(f"{item.specifier}.{name}" for name in item.imported)]
        answers = [self.names.of(module) for module in modules]
        wanted = [name for found, _ in answers for name in found]
        if not self._asked_python.isdisjoint(wanted):
            return None
        known = [found for found, certain in answers if certain]
        package = (known or [answers[0][0]])[0][0]
        if not known and self._may_bring(top):
            return None
        locks = (self._lock_of(Ecosystem.PYPI, name, file) for name in wanted)
        brought = next(filter(None, locks), "")
        brought = brought or next((by for name in wanted if (by := self._brought.get(name))), "")
        sure = bool(known) or not self._unclaimed
        return Unlisted(package, top, home.path, brought, sure, (item.location,))

    def _is_own(self, specifier: str) -> bool:
        """A path from a base folder, or by an alias that is declared nowhere; not a package."""
        parts = specifier.removeprefix("@").split("/")
        return len(parts) > 1 and all(part.partition(".")[0] in self._own for part in parts)

    def _lock_of(self, ecosystem: Ecosystem, name: str, file: SourceFile) -> str:
        """The lock file around a file that holds a package; '' where none does."""
        around = tuple(folders_above(file.folder))
        locks = self._locked.get((ecosystem, name), ())
        return next((lock for lock in locks if lock.rpartition("/")[0] in around), "")

    def _said_to_be_asked(self, lock: str) -> frozenset[str]:
        """The packages that, says a lock file of npm, the manifest beside it asks for."""
        if not lock.endswith("package-lock.json"):
            return frozenset()
        if lock not in self._roots:
            content = read_json(self.prototype.files[lock].text or "")
            root = table(table(content, "packages"), "")
            kinds = ("dependencies", "devDependencies", "optionalDependencies")
            self._roots[lock] = frozenset(name for kind in kinds for name in table(root, kind))
        return self._roots[lock]

    def _may_bring(self, module: str) -> bool:
        """True where an installed package shares a word with the module, or holds its namespace."""
        words = {word for word in _words(module) if len(word) >= _LETTERS}
        flat = module.lower().replace("_", "")
        return any(
            not words.isdisjoint(_words(name)) or flat in name.replace("-", "") or name in flat
            for name in self._asked_python
        )

    @cached_property
    def _imported(self) -> frozenset[str]:
        edges = self.prototype.modules.edges
        product = (f.path for f in self.prototype.of_role(Role.PRODUCT))
        return self.prototype.modules.reachable(p for p in product if p in edges)

    @cached_property
    def _own(self) -> frozenset[str]:
        return own_names(self.prototype)

    @cached_property
    def _mapped(self) -> frozenset[str]:
        return mapped_names(self.prototype)

    @cached_property
    def _installed(self) -> frozenset[str]:
        return installed_names(self.prototype)

    @cached_property
    def _asked_python(self) -> frozenset[str]:
        listed = {
            name.replace("_", "-").replace(".", "-") for m in self.pythons for name in m.packages
        }
        packages = self.prototype.dependencies.packages
        direct = {d.name for d in packages if d.ecosystem is Ecosystem.PYPI and d.direct}
        return frozenset({*listed, *direct, *self._installed, *self._extras})

    @cached_property
    def _extras(self) -> frozenset[str]:
        """`passlib[bcrypt]` brings bcrypt: extras are often called after what they bring."""
        texts = [(self.prototype.files[m.path].text or "").lower() for m in self.pythons]
        sets = (
            name
            for one, names in _SETS.items()
            for t in texts
            if one in t
            for name in names.split()
        )
        named = (
            extra
            for text in texts
            for listed in _EXTRAS.findall(text)
            for extra in re.split(r"[\s,]+", listed)
        )
        return frozenset((*named, *sets))

    @cached_property
    def _unclaimed(self) -> frozenset[str]:
        """Packages that are asked for and whose import nobody here can name."""
        listed = {name for m in self.pythons for name in m.packages}
        return frozenset(name for name in listed if name not in self.names.known)

    @cached_property
    def _locked(self) -> Mapping[tuple[Ecosystem, str], list[str]]:
        """The lock files that hold a package which no manifest asks for, by package."""
        found: dict[tuple[Ecosystem, str], list[str]] = {}
        for one in self.prototype.dependencies.packages:
            if not one.direct:
                found.setdefault((one.ecosystem, one.name), []).append(one.location.path)
        return found

    @cached_property
    def _brought(self) -> Mapping[str, str]:
        """What well-known packages bring along, and the package that does."""
        return {
            brought: owner
            for owner in sorted(self._all_brought())
            for brought in self.names.brings.get(owner, ())
        }

    def _all_brought(self) -> Iterator[str]:
        """The packages that are asked for, and what they bring, two steps deep."""
        for name in self._asked_python:
            yield name
            yield from self.names.brings.get(name, ())


def _words(name: str) -> set[str]:
    return set(name.lower().replace("_", "-").split("-"))
