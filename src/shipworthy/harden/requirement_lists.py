"""The Python packages that a folder asks for, as its requirements.txt or pyproject.toml lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from shipworthy.prototype.inventory.manifests import read_toml, strings, table

_FILES = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements_dev.txt",
)
_ALSO = re.compile(r"(?:-r|--requirement)[\s=]*([^\s=].*)$")
_GROUPS = ("test", "tests", "dev", "testing")
# What pip would build, which runs code of the prototype or of a stranger: an address, or a folder.
_BUILT = ("-e", "--editable", "git+", "./", "../", "/", "file:", "http://", "https://")


class NoPackages(Exception):
    """The packages cannot be had, and why."""


def requirements(folder: Path, left_out: list[str] | None = None) -> Iterator[str]:
    """What the folder asks for, one requirement each. Raises NoPackages where nothing is asked for.

    What pip would build, and options, are added to `left_out`; NoPackages where that is None.
    """
    seen: set[Path] = set()
    found = (
        [line for name in _FILES for line in _lines(folder / name, folder, seen)]
        or list(_of_project(folder / "pyproject.toml"))
        or list(_of_pipfile(folder / "Pipfile"))
    )
    if not found:
        raise NoPackages("no requirements.txt or pyproject.toml says which packages it needs")
    for line in found:
        built = any(line.startswith(sign) or f"@ {sign}" in line for sign in _BUILT)
        if not built and not line.startswith("-"):
            yield line
        elif left_out is None:
            raise NoPackages(
                f"{line[:80]} is no package from a wheel, and builds are not run for it"
            )
        else:
            left_out.append(line[:80])


def _lines(file: Path, folder: Path, seen: set[Path]) -> Iterator[str]:
    """The lines of a file and of those that it names with -r, each file once."""
    if file in seen or file.is_symlink() or not file.is_file():
        return
    seen.add(file)
    content = file.read_bytes()
    # PowerShell writes UTF-16, which pip reads as well.
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for line in content.decode(coding, "replace").splitlines():
        said = line.partition(" #")[0].strip()
        named = _ALSO.match(said)
        other = (file.parent / named[1]).resolve() if named else None
        if other is not None and other.is_relative_to(folder.resolve()):
            yield from _lines(other, folder, seen)
        elif said and not said.startswith("#"):
            yield said


def _of_project(file: Path) -> Iterator[str]:
    if file.is_symlink() or not file.is_file():
        return
    content = read_toml(file.read_text(encoding="utf-8", errors="replace"))
    project = table(content, "project")
    yield from strings(project.get("dependencies"))
    for groups in (table(project, "optional-dependencies"), table(content, "dependency-groups")):
        for name in _GROUPS:
            yield from strings(groups.get(name))
    poetry = table(table(content, "tool"), "poetry")
    yield from _of_table(table(poetry, "dependencies"))


def _of_pipfile(file: Path) -> Iterator[str]:
    if not file.is_symlink() and file.is_file():
        content = read_toml(file.read_text(encoding="utf-8", errors="replace"))
        yield from _of_table(table(content, "packages"))


def _of_table(packages: Mapping[str, object]) -> Iterator[str]:
    """The requirements of Poetry and Pipenv, where names stand before versions. Several versions for
    several Pythons are left to pip; what is no package of a registry is said as an address."""
    for name, said in packages.items():
        if name == "python":
            continue
        more = said if isinstance(said, Mapping) else {}
        address = next((more[key] for key in ("git", "url", "path", "file") if key in more), None)
        extras = ",".join(strings(more.get("extras")))
        version = more.get("version") if more else said
        bounds = _bounds(version) if isinstance(version, str) else ""
        yield (
            f"{name} @ file:{address}"
            if address
            else f"{name}{f'[{extras}]' * bool(extras)}{bounds}"
        )


def _bounds(version: str) -> str:
    """A version of Poetry as pip writes it: `^1.2` is `>=1.2,<2`, `1.2` is `==1.2`.
    (https://python-poetry.org/docs/dependency-specification/)"""
    if version.strip() in ("", "*"):
        return ""
    return ",".join(_bound(part.strip()) for part in version.split(","))


def _bound(part: str) -> str:
    if not part.startswith("^"):
        return (
            part.replace("~", "~=", 1)
            if part[0] == "~" and part[1:2] != "="
            else f"=={part}"
            if part[0].isdigit()
            else part
        )
    numbers = [int(number) for number in part[1:].split(".") if number.isdigit()]
    first = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    above = [*numbers[:first], numbers[first] + 1]
    return f">={part[1:]},<{'.'.join(map(str, above))}"
