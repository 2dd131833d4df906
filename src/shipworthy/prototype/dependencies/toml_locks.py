"""Lock files in TOML: poetry.lock, uv.lock and pdm.lock.

They are written by machines, one fact a line, and grow to megabytes of hashes, for which the TOML
parser of the standard library takes a second; so the lines of `[[package]]` are read as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from shipworthy.prototype.dependencies.locked import Locked
from shipworthy.prototype.dependencies.requirements import is_development
from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name
from shipworthy.regex import regex

_OWN = ("virtual", "editable", "directory", "path")
_TABLE = regex(r"\[+([\w.\-\"]+)\]+$")
_KEY = regex(r'"?([\w.-]+)"?\s*=\s*(.*)$')
_NEEDED = regex(r"""^\s*(?:\{\s*name\s*=\s*)?["']([A-Za-z0-9][\w.-]*)""")
_INLINE = regex(r"""(?:\{\s*name\s*=\s*)?["']([A-Za-z0-9][\w.-]*)[^"']*["']""")


class _Entry(Struct):
    line: int
    values: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)


def read(source: str) -> list[Locked] | None:
    """Packages of the lock file; None where it is not one."""
    entries = list(_entries(source))
    if not entries and not re.search(
        r"^(lock-|lock_)?version\s*=|^\[metadata\]", source, re.MULTILINE
    ):
        return None
    return [locked for entry in entries if (locked := _locked(entry)) is not None]


def _entries(source: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    table = ""
    listing = ""
    for number, line in enumerate(source.split("\n"), 1):
        line = line.rstrip()
        if line == "[[package]]":
            if entry:
                yield entry
            entry, table, listing = _Entry(number), "", ""
        elif found := _TABLE.match(line):
            table, listing = found[1].removeprefix("package."), ""
            if not found[1].startswith("package.") and entry:
                yield entry
                entry = None
        elif entry and listing:
            if line.startswith("]"):
                listing = ""
            elif "dependencies" in listing or "dependencies" in table:
                entry.needs += _NEEDED.findall(line)
        elif entry and (pair := _KEY.match(line)):
            listing = _note(entry, table, pair[1], pair[2])
    if entry:
        yield entry


def _note(entry: _Entry, table: str, key: str, value: str) -> str:
    """Keep one `key = value` line; the key when it opens a list on the following lines."""
    if value == "[":
        return key
    if table == "" and key == "dependencies":
        entry.needs += _INLINE.findall(value)
    elif table == "":
        entry.values[key] = value
    elif table == "source":
        entry.source[key] = value
    elif table == "dependencies":
        entry.needs.append(key)
    elif table == "optional-dependencies":
        entry.needs += _INLINE.findall(value)
    return ""


def _locked(entry: _Entry) -> Locked | None:
    name = entry.values.get("name", "").strip("\"'")
    version = entry.values.get("version", "").strip("\"'")
    inline = entry.values.get("source", "")
    own = any(re.search(rf"\{{\s*{kind}\s*=", inline) for kind in _OWN)
    if not name or own or entry.source.get("type", "").strip('"') in ("directory", "file"):
        return None
    address = re.search(r'git\s*=\s*"([^"]+)"', inline)
    if address is None and entry.source.get("type", "").strip('"') == "git":
        version = f"git+{entry.source.get('url', '').strip(chr(34))}"
    elif address is not None:
        version = f"git+{address[1]}"
    if not version:
        return None
    needs = tuple(normal_name(Ecosystem.PYPI, need) for need in entry.needs)
    return Locked(
        normal_name(Ecosystem.PYPI, name),
        version,
        entry.line,
        development=_development(entry),
        needs=needs,
    )


def _development(entry: _Entry) -> bool | None:
    """What Poetry and PDM say of the groups of a package; uv says nothing."""
    category = entry.values.get("category", "")
    if category:
        return "dev" in category
    groups = re.findall(r'"([^"]+)"', entry.values.get("groups", ""))
    if not groups:
        return None
    return all(is_development(group) for group in groups)
