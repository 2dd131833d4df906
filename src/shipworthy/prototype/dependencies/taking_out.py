"""Take packages out of a manifest, by editing its text."""

from __future__ import annotations

from collections.abc import Iterable

from shipworthy.prototype.code.json_edits import without_member
from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_KINDS = ("dependencies", "optionalDependencies")
_TYPES_IN = ("dependencies", "devDependencies")
# A line that says one package and nothing else: of requirements.txt, of a list or a table in TOML.
_ALONE = regex(
    r"""^\s*["']?([A-Za-z0-9][\w.-]*)(\[[\w,\s-]*\])?["']?\s*([=<>~!;@ ][^\[\]{}\\]*)?["']?,?\s*(#.*)?$"""
)


def without_packages(file: SourceFile, packages: Iterable[Dependency]) -> str | None:
    """The text of a manifest that asks for none of these packages; None where one stands in a line
    with something else."""
    if file.text is None:
        return None
    if file.name == "package.json":
        return _without_members(file.text, {p.name for p in packages})
    lines = file.text.split("\n")
    for number in {p.location.line for p in packages if p.ecosystem is Ecosystem.PYPI}:
        line = lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""
        if not _ALONE.match(line) or _is_continued(lines, number):
            return None
        lines[number - 1] = _GONE
    return "\n".join(line for line in lines if line != _GONE)


_GONE = "\0"


def _is_continued(lines: list[str], number: int) -> bool:
    """True where the line above ends in a backslash, or checksums follow."""
    above = lines[number - 2] if number > 1 else ""
    below = lines[number] if number < len(lines) else ""
    return above.rstrip().endswith("\\") or below.lstrip().startswith("--hash")


def _without_members(text: str, names: Iterable[str]) -> str | None:
    changed = text
    for name in sorted(names):
        for kind in _KINDS:
            changed = without_member(changed, (kind,), name) or changed
        types = f"@types/{name.removeprefix('@').replace('/', '__')}"
        for kind in _TYPES_IN:  # they describe nothing any more
            changed = without_member(changed, (kind,), types) or changed
    return changed if changed != text else None
