"""What package.json, pyproject.toml, Pipfile and requirements files ask for, package by package."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.prototype.dependencies.requirements import (
    Requested,
    is_development,
    is_requirements,
    read_requirements,
    requirement,
)
from shipworthy.prototype.dependencies.versions import Ecosystem, exact_npm, normal_name
from shipworthy.prototype.inventory.manifests import (
    Table,
    read_json,
    read_toml,
    strings,
    table,
    text,
)
from shipworthy.prototype.roles import is_archived, role_of_path
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

_NPM_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_LOCAL = ("file:", "link:", "workspace:", "portal:", ".", "/", "~/")
_KEY = regex(r'^\s*"((?:\\.|[^"\\])*)"\s*:\s*(.?)')
_QUOTED = regex(r"""["']([A-Za-z0-9][\w.-]*)|^\s*([A-Za-z0-9][\w.-]*)\s*=""")
_LEFT_OUT = (Role.TEST, Role.SCRIPT, Role.VENDORED, Role.DOCUMENTATION, Role.MIGRATION)
_MOST_YAML = 100_000  # bytes of a pnpm-workspace.yaml that are read


class Declared(Struct, frozen=True):
    """One manifest as it was read. `members` are the folders of its workspace, as patterns."""

    path: str
    folder: str
    ecosystem: Ecosystem
    manager: str  # '' where the manifest does not say
    requested: tuple[Requested, ...]
    members: tuple[str, ...] = ()

    @property
    def is_pinned(self) -> bool:
        """True for a requirements file that allows exactly one version of everything."""
        listed = self.path.endswith((".txt", ".lock")) and bool(self.requested)
        return listed and all(one.is_pinned for one in self.requested)

    def has_member(self, folder: str) -> bool:
        """True where this manifest's workspace covers a folder."""
        prefix = f"{self.folder}/" if self.folder else ""
        if not folder.startswith(prefix) or folder == self.folder:
            return False
        inside = folder.removeprefix(prefix)
        included = [p for p in self.members if not p.startswith("!")]
        excluded = [p[1:] for p in self.members if p.startswith("!")]
        return _matches(inside, included) and not _matches(inside, excluded)


def read_declared(files: Mapping[str, SourceFile]) -> list[Declared]:
    """Every manifest of the author's own product that asks for a package or leads a workspace."""
    found: list[Declared] = []
    for file in files.values():
        if file.text is None or not _is_product(file):
            continue
        if file.name == "package.json":
            found.append(_package_json(file, files))
        elif file.name == "pyproject.toml":
            found.append(_pyproject(file))
        elif file.name == "Pipfile":
            found.append(_pipfile(file))
        elif is_requirements(file):
            asked = tuple(read_requirements(file, files))
            found.append(Declared(file.path, file.folder, Ecosystem.PYPI, "", asked))
    return [one for one in found if one.requested or one.members]


def _is_product(file: SourceFile) -> bool:
    if file.role in (Role.GENERATED, Role.VENDORED) or is_archived(file.path):
        return False
    return role_of_path(f"{file.folder}/index.ts".lstrip("/")) not in _LEFT_OUT


def _matches(folder: str, patterns: list[str]) -> bool:
    return any(_matches_one(folder, p.removeprefix("./").rstrip("/")) for p in patterns)


def _matches_one(folder: str, pattern: str) -> bool:
    if "**" in pattern:
        return fnmatch.fnmatchcase(folder, pattern.replace("**", "*"))
    same_depth = folder.count("/") == pattern.count("/")
    return same_depth and fnmatch.fnmatchcase(folder, pattern)


def _package_json(file: SourceFile, files: Mapping[str, SourceFile]) -> Declared:
    content = read_json(file.text or "")
    workspaces = content.get("workspaces")
    if isinstance(workspaces, dict):
        workspaces = workspaces.get("packages")
    pnpm = files.get(f"{file.folder}/pnpm-workspace.yaml".lstrip("/"))
    members = (*strings(workspaces), *_pnpm_members(pnpm))
    manager = text(content, "packageManager").partition("@")[0]
    asked = tuple(_npm_requested(file, content))
    return Declared(file.path, file.folder, Ecosystem.NPM, manager, asked, members)


def _npm_requested(file: SourceFile, content: Table) -> Iterator[Requested]:
    lines = _lines_by_section(file)
    seen: set[str] = set()
    optional = set(table(content, "optionalDependencies"))
    for section in _NPM_SECTIONS:
        for key, specifier in table(content, section).items():
            if key in seen or not isinstance(specifier, str) or specifier.startswith(_LOCAL):
                continue
            seen.add(key)
            name, wanted = _aliased(key, specifier)
            version = wanted if _is_address(wanted) else exact_npm(wanted)
            yield Requested(
                name,
                wanted,
                version,
                file.path,
                lines.get((section, key), 1),
                development=section == "devDependencies",
                optional=section == "peerDependencies" or key in optional,
            )


def _aliased(name: str, specifier: str) -> tuple[str, str]:
    """The real name and range behind `"react": "npm:preact@^10"`."""
    if not specifier.startswith("npm:"):
        return name, specifier
    real, _, wanted = specifier[4:].rpartition("@")
    return (real, wanted) if real else (specifier[4:], "*")


def _is_address(specifier: str) -> bool:
    """True for git and download addresses and for GitHub's `owner/name` short form."""
    return ":" in specifier.replace("npm:", "") or bool(re.match(r"[\w.-]+/[\w.-]+", specifier))


def _lines_by_section(file: SourceFile) -> Mapping[tuple[str, str], int]:
    section = ""
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(file.lines, 1):
        key = _KEY.match(line)
        if key is None:
            continue
        if key[2] == "{":
            section = key[1]
        elif key[2] == '"':
            found.setdefault((section, key[1]), number)
    return found


def _pnpm_members(file: SourceFile | None) -> tuple[str, ...]:
    if file is None or not file.text or file.size > _MOST_YAML or "packages" not in file.text:
        return ()
    import yaml

    try:
        content = yaml.safe_load(file.text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return ()
    return strings(content.get("packages")) if isinstance(content, dict) else ()


def _pyproject(file: SourceFile) -> Declared:
    content = read_toml(file.text or "")
    tool = table(content, "tool")
    lines = _lines_by_name(file)
    project = table(content, "project")
    groups: dict[str, object] = {"": project.get("dependencies")}
    groups.update(table(project, "optional-dependencies"))
    groups.update(table(content, "dependency-groups"))
    groups["dev"] = [
        *strings(groups.get("dev")),
        *strings(table(tool, "uv").get("dev-dependencies")),
        *(
            one
            for group in table(table(tool, "pdm"), "dev-dependencies").values()
            for one in strings(group)
        ),
    ]
    found = [
        replace(one, line=lines.get(one.name, 1), development=is_development(group))
        for group, listed in groups.items()
        for wanted in strings(listed)
        if (one := requirement(wanted, file.path, 1)) is not None
    ]
    found += _poetry(file, table(tool, "poetry"), lines)
    members = strings(table(table(tool, "uv"), "workspace").get("members"))
    manager = next((name for name in ("poetry", "uv", "pdm") if name in tool), "")
    local = _local_sources(table(table(tool, "uv"), "sources"))
    asked = tuple(one for one in found if one.name not in local)
    return Declared(file.path, file.folder, Ecosystem.PYPI, manager, asked, members)


def _local_sources(sources: Table) -> set[str]:
    """The author's own packages, which uv takes from a folder."""
    return {
        normal_name(Ecosystem.PYPI, name)
        for name, source in sources.items()
        if isinstance(source, dict) and ("workspace" in source or "path" in source)
    }


def _poetry(file: SourceFile, poetry: Table, lines: Mapping[str, int]) -> Iterator[Requested]:
    groups: list[tuple[bool, Table]] = [
        (False, table(poetry, "dependencies")),
        (True, table(poetry, "dev-dependencies")),
    ]
    for name, group in table(poetry, "group").items():
        if isinstance(group, dict):
            groups.append((is_development(name), table(group, "dependencies")))
    for development, group in groups:
        for key, wanted in group.items():
            if key.lower() != "python":
                yield from _keyed(file, key, wanted, development, lines)


def _pipfile(file: SourceFile) -> Declared:
    content = read_toml(file.text or "")
    lines = _lines_by_name(file)
    found: list[Requested] = []
    for section, development in (("packages", False), ("dev-packages", True)):
        for key, wanted in table(content, section).items():
            found += _keyed(file, key, wanted, development, lines)
    return Declared(file.path, file.folder, Ecosystem.PYPI, "pipenv", tuple(found))


def _keyed(
    file: SourceFile, key: str, wanted: object, development: bool, lines: Mapping[str, int]
) -> Iterator[Requested]:
    """A `name = "^1.2"` or `name = {version = "==1.2"}` line of Poetry and Pipenv."""
    name = normal_name(Ecosystem.PYPI, key)
    specifier = wanted if isinstance(wanted, str) else ""
    optional = False
    if isinstance(wanted, dict):
        if "path" in wanted:
            return
        specifier = text(wanted, "version") or text(wanted, "git") or text(wanted, "url")
        optional = wanted.get("optional") is True
    exact = re.match(r"(?:==\s*)?(\d[\w.!+-]*)\Z", specifier)
    address = specifier if "://" in specifier else None
    version = exact[1] if exact else address
    yield Requested(name, specifier, version, file.path, lines.get(name, 1), development, optional)


def _lines_by_name(file: SourceFile) -> Mapping[str, int]:
    """Where a name stands first, beside what is no list of packages: words to be found by, tools to build."""
    found: dict[str, int] = {}
    section = key = ""
    for number, line in enumerate(file.lines, 1):
        head = _SECTION.match(line)
        if head is not None:
            section, key = head[1], ""
            continue
        about = _KEY_OF_TOML.match(line)
        key = about[1] if about is not None else key
        if _NO_PACKAGES.match(section) or (section in _ABOUT and key not in _ASKING):
            continue
        for quoted, name in _QUOTED.findall(line):
            found.setdefault(normal_name(Ecosystem.PYPI, quoted or name), number)
    return found


_SECTION = regex(r"\s*\[\[?\s*([\w.\"'-]+)\s*\]")
_KEY_OF_TOML = regex(r"([\w.-]+)\s*=")
_NO_PACKAGES = regex(
    r"build-system$|project\.(scripts|urls|entry-points|gui-scripts)|tool\.setuptools"
)
_ABOUT = ("project", "tool.poetry")
_ASKING = ("dependencies", "optional-dependencies", "dev-dependencies")
