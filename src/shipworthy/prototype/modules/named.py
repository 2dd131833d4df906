"""The script files that configuration, pages and other scripts name, by which something starts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LONGEST = 100_000  # characters of a configuration file that may name an entry
_PAGES = (".html", ".vue", ".svelte")
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
_ENDING = regex(r"\.[cm]?[jt]sx?\b")
# Begins where a word does: in a long line of data each letter would begin one.
_FILE = regex(r"(?<![\w.-])(?:([\w.-]+)/)?([\w.-]+)\.(?:[cm]?[jt]sx?)\b")
# The files whose comments swagger-jsdoc reads: named, and not run.
_DESCRIBED = regex(r"\bapis\s*:\s*\[[^\]]*\]")
_MADE = ("dist", "build", "out", "lib", "app", "src", "public", "static", "bin")


def read_named(prototype: Prototype) -> dict[str, frozenset[str]]:
    """Stems of the script files that each manifest, page, container and script names, by its path: alone,
    or after the folder that they stand in."""
    return {
        path: _stems(file.text)
        for path, file in prototype.files.items()
        if file.text is not None and len(file.text) < _LONGEST and _starts_others(file)
    }


def all_named(prototype: Prototype, *, by_scripts: bool = True) -> frozenset[str]:
    """The stems that any file names; `by_scripts`: those in JavaScript count as well."""
    named: Mapping[str, frozenset[str]] = prototype.named_scripts
    files = prototype.files
    return frozenset().union(
        *(stems for path, stems in named.items() if by_scripts or not _is_script(files[path]))
    )


def _starts_others(file: SourceFile) -> bool:
    says = file.role in (Role.CONFIG, Role.SCRIPT) or file.name.endswith(_PAGES)
    return says and not file.name.startswith("tsconfig")


def _is_script(file: SourceFile) -> bool:
    return file.role is Role.SCRIPT and file.language in _SCRIPTS


def _stems(text: str) -> frozenset[str]:
    lines = _DESCRIBED.sub("", text).splitlines()
    # To look for an ending is fast; to look for a whole name tries each word of a line twice.
    said = (m for line in lines if _ENDING.search(line) for m in _FILE.finditer(line))
    return frozenset(f"{m[1]}/{m[2]}" if _has_folder(m[1]) else m[2] for m in said)


def _has_folder(folder: str | None) -> bool:
    """False for `./x.js`, and for `dist/x.js`, which is made out of a file elsewhere."""
    return folder not in (None, ".", "..", *_MADE)
