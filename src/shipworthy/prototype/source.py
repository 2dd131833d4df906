"""One file of a prototype: its path, its text, what it is for and how it was read."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from msgspec import Struct


class Role(StrEnum):
    """What a file is for. Only PRODUCT is judged as the author's own production code."""

    PRODUCT = "product"
    TEST = "test"
    SCRIPT = "script"  # seeds, one-off fixes, build configuration: run by a person, not by users
    MIGRATION = "migration"
    CONFIG = "config"
    LOCK = "lock"
    ENVIRONMENT = "environment"  # .env and its siblings
    DOCUMENTATION = "documentation"
    UI_KIT = "ui_kit"  # shadcn/ui components, copied in by a generator
    GENERATED = "generated"
    VENDORED = "vendored"
    ASSET = "asset"


class Language(StrEnum):
    """A language that is parsed; the value is ast-grep's name of it."""

    TYPESCRIPT = "typescript"
    TSX = "tsx"
    JAVASCRIPT = "javascript"
    PYTHON = "python"


@dataclass(frozen=True)
class SourceFile:
    """A file as it was found.

    `path` is POSIX, from the prototype's root, with control characters and undecodable bytes
    escaped. `text` is None where the file was not read; `Prototype.unread` says why.
    `tracked` is None without version control.
    """

    path: str
    role: Role
    size: int
    text: str | None = None
    language: Language | None = None
    tracked: bool | None = None
    ignored: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def folder(self) -> str:
        """The path without its last part; empty at the root."""
        return self.path.rpartition("/")[0]

    @cached_property
    def lines(self) -> list[str]:
        """The text split into lines; empty where it was not read."""
        return (self.text or "").split("\n")

    def line_at(self, offset: int) -> int:
        """The 1-based line of a character of the text."""
        return bisect_right(self._starts, offset)

    @cached_property
    def _starts(self) -> list[int]:
        """The offset at which each line starts."""
        return list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=0))

    def line(self, number: int) -> str:
        """The 1-based line, or an empty string beyond the end."""
        return self.lines[number - 1].rstrip("\r") if 0 < number <= len(self.lines) else ""


class Unread(Struct, frozen=True):
    """A file or folder that was not looked at, and why."""

    path: str
    reason: str


LANGUAGES = {
    "ts": Language.TYPESCRIPT,
    "mts": Language.TYPESCRIPT,
    "cts": Language.TYPESCRIPT,
    "tsx": Language.TSX,
    "js": Language.JAVASCRIPT,
    "mjs": Language.JAVASCRIPT,
    "cjs": Language.JAVASCRIPT,
    "jsx": Language.JAVASCRIPT,
    "py": Language.PYTHON,
}

UNREAD_LANGUAGES = {
    "vue": "Vue",
    "svelte": "Svelte",
    "astro": "Astro",
    "dart": "Dart",
    "swift": "Swift",
    "kt": "Kotlin",
    "java": "Java",
    "scala": "Scala",
    "go": "Go",
    "rs": "Rust",
    "rb": "Ruby",
    "php": "PHP",
    "cs": "C#",
    "ex": "Elixir",
    "exs": "Elixir",
    "c": "C",
    "cc": "C++",
    "cpp": "C++",
    "m": "Objective-C",
    "mm": "Objective-C",
    "sol": "Solidity",
}
"""Languages of products that are not parsed, by extension: what is written in them was not judged."""


def unread_language(file: SourceFile) -> str:
    """The language that a file is written in where it is one that is not parsed; else empty."""
    return UNREAD_LANGUAGES.get(file.name.rpartition(".")[2].lower(), "")
