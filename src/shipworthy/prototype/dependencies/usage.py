"""Where a package is used: by any file, and by pages alone or by a server as well."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import read_json, strings, table
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.source import Language, Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# What runs the app without being imported by it.
_FRAMEWORKS = frozenset(
    """typescript tailwindcss postcss autoprefixer prisma react-dom sharp pg mysql2
    sqlite3""".split()
)
_STARTED = frozenset("next nuxt astro vite".split())  # by a script, where they run the app at all
_LINKED_IN = ("@capacitor/", "@prisma/", "expo", "react-native")  # found by their place
# These build what runs on the visitor's own machine, and no server.
_BUNDLED = frozenset({"vite", "create-react-app", "angular", "expo", "react-native"})
_RUNTIMES = frozenset("node bun deno npm cli core".split())
_RENDERS = frozenset("next remix nuxt sveltekit astro tanstack-start".split())


def is_used(prototype: Prototype, package: str, *, by_tests: bool = True) -> bool:
    """True for an npm package that a file imports or names, or that runs the app without.

    A test names what it puts something else in place of (`jest.mock("uuid")`): `by_tests` says
    whether that counts.
    """
    if package in _STARTED and package not in prototype.stack.frameworks:
        return False
    if package in _STARTED or package in _FRAMEWORKS or package.startswith(_LINKED_IN):
        return True
    if any(package in packages for packages in prototype.modules.packages.values()):
        return True
    return any(
        _names(file, package)
        for file in prototype.files.values()
        if by_tests or file.role is not Role.TEST
    )


def is_for_trials(prototype: Prototype, package: str) -> bool:
    """True for an npm package that only tests and one-off scripts import."""
    if package in _STARTED or package in _FRAMEWORKS:
        return False
    roles = {
        Role.CONFIG if ".config." in file.name else file.role
        for path, packages in prototype.modules.packages.items()
        if package in packages and (file := prototype.files.get(path))
    }
    return bool(roles) and roles <= {Role.TEST, Role.SCRIPT}


def is_left_behind(prototype: Prototype, package: str, part: str) -> bool:
    """True for an npm package that only abandoned files import."""
    if package in _STARTED or package in _FRAMEWORKS:
        return False
    importers = importers_of(prototype, {package}, part)
    return bool(importers) and importers <= prototype.abandoned


def is_for_pages(prototype: Prototype, names: AbstractSet[str], part: str) -> bool:
    """True where all files that import one of these npm packages run in browsers alone.

    `part` is the manifest that asks for them; one that renders pages on a server does not count.
    """
    folder = part.rpartition("/")[0]
    frameworks = {f for p in prototype.stack.parts if p.folder == folder for f in p.frameworks}
    if not part.endswith("package.json") or not frameworks & _BUNDLED or frameworks & _RENDERS:
        return False
    everyone = importers_of(prototype, names, part)
    live = everyone - prototype.abandoned
    importers = {path for path in live if prototype.files[path].role is not Role.SCRIPT}
    # A screen that no route shows is none of a server's either.
    screens = {path for path in importers if path.endswith((".tsx", ".jsx"))}
    return bool(importers) and importers - screens <= prototype.modules.browser


def is_for_browsers(prototype: Prototype, names: AbstractSet[str], part: str) -> bool:
    """As `is_for_pages`, and where Next.js renders pages: true where no importer runs on its server."""
    if is_for_pages(prototype, names, part):
        return True
    folder = part.rpartition("/")[0]
    frameworks = {f for p in prototype.stack.parts if p.folder == folder for f in p.frameworks}
    importers = importers_of(prototype, names, part) - prototype.abandoned
    where = sides(prototype)
    in_next = part.endswith("package.json") and "next" in frameworks
    return in_next and bool(importers) and {where.get(p) for p in importers} == {Side.BROWSER}


def importers_of(prototype: Prototype, names: AbstractSet[str], part: str) -> set[str]:
    """The author's files under the folder of a manifest that import one of these, tests left out.

    Only those in its language; edge functions of Supabase bring their packages along themselves.
    """
    folder = part.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    return {
        file.path
        for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT, Role.UI_KIT)
        if file.path.startswith(prefix)
        and "supabase/functions/" not in file.path
        and (file.language is Language.PYTHON) != part.endswith("package.json")
        and not names.isdisjoint(prototype.modules.packages.get(file.path, frozenset()))
    }


def _names(file: SourceFile, package: str) -> bool:
    """True where a file mentions a package otherwise than to ask for it, scripts included."""
    if file.text is None or file.role in (Role.LOCK, Role.DOCUMENTATION):
        return False
    if file.name == "package.json":
        scripts = " ".join(strings(list(table(read_json(file.text), "scripts").values())))
        owner, _, command = package.rpartition("/")
        # A script that starts `node server.js` names no package, least of all `@vercel/node`.
        return package in scripts or (command in scripts and not (owner and command in _RUNTIMES))
    if package in _ENDINGS:  # `.xlsx` in a list of files that may be uploaded is no use of it
        return bool(re.search(rf"(/|npm:){package}[@/.-]", file.text))
    return package in file.text


_ENDINGS = frozenset({"xlsx", "docx", "tar", "yaml", "ini", "toml", "json5"})
"""Packages that are named like the ending of a file: code that uses one imports it."""
