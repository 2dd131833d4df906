"""What the configuration file of a bundler says by a key, wherever in it the key stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.source import SourceFile

_ENDINGS = ("ts", "js", "mjs", "mts", "cjs")


def configurations(files: Mapping[str, SourceFile], folder: str, stem: str) -> Iterator[SourceFile]:
    """The files `stem.ts`, `stem.js`, … of a folder that can be parsed."""
    for ending in _ENDINGS:
        file = files.get(join(folder, f"{stem}.{ending}"))
        if file is not None and file.language is not None:
            yield file


def values(file: SourceFile, key: str) -> Iterator[SgNode]:
    """The values that any object of the file gives a key."""
    if file.language is None or key not in (file.text or ""):
        return
    for pair in Syntax(file, file.language).root.find_all(kind="pair"):
        name, value = pair.field("key"), pair.field("value")
        if name and value and (string(name) or name.text()) == key:
            yield value


def path(value: SgNode) -> str | None:
    """The path that a value names: a string, or the last one in `path.resolve(__dirname, "client")`."""
    strings = [text for node in value.find_all(kind="string") if (text := string(node)) is not None]
    own = string(value)
    return own if own is not None else strings[-1] if strings else None
