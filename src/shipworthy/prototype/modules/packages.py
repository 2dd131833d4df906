"""Find the file or the package that a Python import means."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from posixpath import dirname, join

from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.modules.resolving import External, Local, Nowhere, Target
from shipworthy.prototype.source import SourceFile


class PythonResolver:
    """Resolves Python imports against every folder that could be on the module path."""

    def __init__(self, files: Mapping[str, SourceFile]) -> None:
        self._files = files
        self._folders: set[str] = set()
        self._homes: dict[str, list[str]] = {}  # folders that hold a module or package of a name
        for path in files:
            if path.endswith(".py"):
                self._note(path)

    def resolve(self, importer: str, item: Import) -> list[Target]:
        """What one import statement means: the modules it names, and the packages around them."""
        if item.specifier.startswith("."):
            return self._relative(importer, item)
        for root in self._roots(importer, item.specifier):
            found = self._modules(root, item.specifier.split("."), item.imported, importer)
            if found:
                return [Local(path) for path in found]
        top = item.specifier.partition(".")[0]
        return [] if top in sys.stdlib_module_names else [External(top)]

    def named(self, importer: str, item: Import) -> list[str]:
        """The modules that an import itself asks for, without the packages that hold them: of
        `from package import module` the module, of `from package import name` the package."""
        found = [t.path for t in self.resolve(importer, item) if isinstance(t, Local)]
        found = [path for path in found if not self._is_guess(path, item)]
        last = item.specifier.rpartition(".")[2]
        inner = [
            path for path in found if _name_of(path) in item.imported and _name_of(path) != last
        ]
        if inner and len(inner) == len(item.imported):
            return inner
        base = [path for path in found if _name_of(path) == last]
        if not last and found:  # `from . import name`
            base = [path for path in found if path not in inner]
        return [*base[-1:], *inner]

    def _is_guess(self, path: str, item: Import) -> bool:
        """True where an absolute import would have to start inside a package: Python looks elsewhere."""
        top = item.specifier.partition(".")[0]
        parts = path.removesuffix(".py").split("/")
        if not top or top not in parts:
            return False
        root = "/".join(parts[: len(parts) - 1 - parts[::-1].index(top)])
        return bool(root) and self._package(root) is not None

    def _note(self, path: str) -> None:
        folder = dirname(path)
        self._add_home(path.rpartition("/")[2].removesuffix(".py"), folder)
        while folder and folder not in self._folders:
            self._folders.add(folder)
            above, _, name = folder.rpartition("/")
            self._add_home(name, above)
            folder = above

    def _add_home(self, name: str, folder: str) -> None:
        homes = self._homes.setdefault(name, [])
        if folder not in homes:
            homes.append(folder)

    def _roots(self, importer: str, specifier: str) -> Iterator[str]:
        """The folders to look in: around the importer, then the only other one that fits."""
        parts = specifier.split(".")
        homes = self._homes.get(parts[0], [])
        if parts[0] in sys.stdlib_module_names and len(parts) == 1:
            return  # a file named like a library module does not hide it from its own package
        around = list(folders_above(dirname(importer)))
        yield from (folder for folder in around if folder in homes)
        others = [home for home in homes if home not in around]
        fitting = [home for home in others if self._module(join(home, *parts))]
        if len(fitting) == 1:
            yield fitting[0]

    def _relative(self, importer: str, item: Import) -> list[Target]:
        rest = item.specifier.lstrip(".")
        folder = dirname(importer)
        for _ in range(len(item.specifier) - len(rest) - 1):
            if not folder:
                return [Nowhere()]
            folder = dirname(folder)
        parts = rest.split(".") if rest else []
        found = self._modules(folder, parts, item.imported, importer)
        if found or (not parts and (folder in self._folders or not folder)):
            return [Local(path) for path in found]
        return [Nowhere()]

    def _modules(
        self, root: str, parts: list[str], names: tuple[str, ...], importer: str
    ) -> list[str]:
        """The files of `root.a.b` and of the names in it that are modules, packages first."""
        base = join(root, *parts) if parts else root
        inner = [self._module(join(base, name)) for name in names if name.isidentifier()]
        found = [self._module(base), *inner] if parts else [self._package(base), *inner]
        if not any(found) and base not in self._folders:
            return []
        above = [self._package(join(root, *parts[:count])) for count in range(1, len(parts))]
        paths = dict.fromkeys(path for path in (*above, *found) if path and path != importer)
        return list(paths)

    def _module(self, base: str) -> str | None:
        path = f"{base}.py"
        return path if path in self._files else self._package(base)

    def _package(self, folder: str) -> str | None:
        path = join(folder, "__init__.py")
        return path if path in self._files else None


def _name_of(path: str) -> str:
    """What Python calls the module or package of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
