"""What package.json, requirements files and pyproject.toml say, read tolerantly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

Table = Mapping[str, object]

_COMMENTS = regex(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMAS = regex(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
_REQUIREMENT = regex(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_MOST_PARTS = 100
_KEY = regex(r"[ \t\[]*[\w.-]+[ \t]*[=\]]")  # without quotes, or the name of a table
_READ = (Role.CONFIG, Role.PRODUCT, Role.SCRIPT, Role.UI_KIT)


@dataclass(frozen=True)
class NodeManifest:
    """One package.json. Its `folder` is '' at the root of the prototype."""

    path: str
    folder: str
    content: Table

    @property
    def name(self) -> str:
        """The name of the package; empty where it has none."""
        return text(self.content, "name")

    @cached_property
    def dependencies(self) -> Mapping[str, str]:
        """Name and version range of every dependency, those for development included."""
        kinds = ("peerDependencies", "optionalDependencies", "devDependencies", "dependencies")
        merged: dict[str, str] = {}
        for kind in kinds:
            merged |= {k: v for k, v in table(self.content, kind).items() if isinstance(v, str)}
        return merged

    @cached_property
    def scripts(self) -> Mapping[str, str]:
        """The commands of `npm run`, by name."""
        found = table(self.content, "scripts")
        return {name: line for name, line in found.items() if isinstance(line, str)}


class PythonManifest(Struct, frozen=True):
    """One requirements file, pyproject.toml or Pipfile and the packages it names, lower-case."""

    path: str
    folder: str
    packages: frozenset[str]


def node_manifests(files: Mapping[str, SourceFile]) -> tuple[NodeManifest, ...]:
    """Every package.json that parses as an object, by path."""
    return tuple(
        NodeManifest(file.path, file.folder, content)
        for file in _named(files, ("package.json",))
        if (content := read_json(file.text or ""))
    )


def python_manifests(files: Mapping[str, SourceFile]) -> tuple[PythonManifest, ...]:
    """Every requirements file, pyproject.toml, Pipfile and setup.py, by path."""
    named = _named(files, ("pyproject.toml", "Pipfile", "setup.py", "requirements.in"))
    found = [PythonManifest(file.path, file.folder, _python_packages(file)) for file in named]
    for file in files.values():
        if _is_requirements(file) and file.text is not None:
            folder = file.folder.removesuffix("requirements").rstrip("/")
            packages = frozenset(_requirements(file.lines))
            found.append(PythonManifest(file.path, folder, packages))
    return tuple(sorted(found, key=lambda m: m.path))


def read_json(source: str) -> Table:
    """A JSON object, comments and trailing commas allowed; empty where it is anything else."""
    try:
        content = json.loads(source)
    except (ValueError, RecursionError):
        try:
            bare = _COMMENTS.sub(lambda m: m[1] or "", source)
            content = json.loads(_LAST_COMMAS.sub(lambda m: m[1] or "", bare))
        except (ValueError, RecursionError):
            return {}
    return content if isinstance(content, dict) else {}


def read_toml(source: str) -> Table:
    """A TOML document; empty where it does not parse, or a key has more parts than people write."""
    # The parser's time grows with the square of a key's parts.
    keys = filter(None, map(_KEY.match, source.split("\n")))
    if any(key[0].count(".") > _MOST_PARTS for key in keys):
        return {}
    import tomllib

    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def text(content: Table, key: str) -> str:
    """A string value of a table, or an empty string."""
    value = content.get(key)
    return value if isinstance(value, str) else ""


def table(content: Table, key: str) -> Table:
    """A table inside a table, or an empty one."""
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings of a list, or the string itself."""
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _named(files: Mapping[str, SourceFile], names: tuple[str, ...]) -> Iterator[SourceFile]:
    for file in files.values():
        if file.name not in names or file.text is None or file.role not in _READ:
            continue
        if file.name != "setup.py" or _SETS_UP.search(file.text):
            yield file


# Python code may call any module setup.py; a manifest calls what reads it.
_SETS_UP = regex(r"\b(setuptools|distutils)\b|^[ \t]*setup\(", re.MULTILINE)


def _is_requirements(file: SourceFile) -> bool:
    named = file.name.startswith("requirements") and file.name.endswith(".txt")
    return named or (file.folder.endswith("requirements") and file.name.endswith(".txt"))


def _python_packages(file: SourceFile) -> frozenset[str]:
    if file.name == "requirements.in":
        return frozenset(_requirements(file.lines))
    if file.name == "setup.py":
        quoted = re.findall(
            r"""["']([A-Za-z0-9._-]+)\s*(?:[\[<>=!~][^"']*)?["']""", file.text or ""
        )
        return frozenset(_requirements(quoted))
    content = read_toml(file.text or "")
    if file.name == "Pipfile":
        return frozenset(
            k.lower() for key in ("packages", "dev-packages") for k in table(content, key)
        )
    return frozenset(_pyproject(content))


def _pyproject(content: Table) -> Iterator[str]:
    project = table(content, "project")
    yield from _requirements(strings(project.get("dependencies")))
    for group in table(project, "optional-dependencies").values():
        yield from _requirements(strings(group))
    for group in table(content, "dependency-groups").values():
        yield from _requirements(strings(group))
    poetry = table(table(content, "tool"), "poetry")
    groups = [poetry, *(g for g in table(poetry, "group").values() if isinstance(g, dict))]
    for kind in ("dependencies", "dev-dependencies"):
        for group in groups:
            yield from (name.lower() for name in table(group, kind) if name != "python")


def _requirements(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        found = _REQUIREMENT.match(line)
        if found:
            yield found[1].lower().replace("_", "-")
