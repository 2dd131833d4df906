"""The marks that tools leave: files, folders, packages, texts and commit authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.command import run
from shipworthy.errors import CommandFailed
from shipworthy.finding import Evidence, Location
from shipworthy.prototype.git import git_command
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Tool(StrEnum):
    """A tool that writes prototypes."""

    LOVABLE = "lovable"
    V0 = "v0"
    BOLT = "bolt"
    REPLIT = "replit"
    CURSOR = "cursor"
    CLAUDE_CODE = "claude_code"
    WINDSURF = "windsurf"
    COPILOT = "copilot"
    CODEX = "codex"
    GEMINI = "gemini"
    STREAMLIT = "streamlit"
    UNKNOWN = "unknown"


class Weight(IntEnum):
    """What a mark proves: it may come with a template, with a visit, or from the maker only."""

    TEMPLATE = 1
    WORKED_ON = 2
    MADE = 3


class Sign(Struct, frozen=True):
    """One mark of a tool and where it stands."""

    tool: Tool
    weight: Weight
    evidence: Evidence


Mark = tuple[Tool, Weight]

_FOLDERS: dict[str, Mark] = {
    ".lovable": (Tool.LOVABLE, Weight.MADE),
    ".v0": (Tool.V0, Weight.MADE),
    ".bolt": (Tool.BOLT, Weight.MADE),
    "attached_assets": (Tool.REPLIT, Weight.MADE),
    ".cursor": (Tool.CURSOR, Weight.WORKED_ON),
    ".claude": (Tool.CLAUDE_CODE, Weight.WORKED_ON),
    ".windsurf": (Tool.WINDSURF, Weight.WORKED_ON),
    ".codex": (Tool.CODEX, Weight.WORKED_ON),
    ".gemini": (Tool.GEMINI, Weight.WORKED_ON),
}
_EXPORT = "project/"
_FILES: dict[str, Mark] = {
    ".v0-policy.md": (Tool.V0, Weight.WORKED_ON),
    "replit.md": (Tool.REPLIT, Weight.MADE),
    ".replit": (Tool.REPLIT, Weight.WORKED_ON),
    "replit.nix": (Tool.REPLIT, Weight.WORKED_ON),
    ".cursorrules": (Tool.CURSOR, Weight.WORKED_ON),
    "CLAUDE.md": (Tool.CLAUDE_CODE, Weight.WORKED_ON),
    ".windsurfrules": (Tool.WINDSURF, Weight.WORKED_ON),
    ".github/copilot-instructions.md": (Tool.COPILOT, Weight.WORKED_ON),
    "GEMINI.md": (Tool.GEMINI, Weight.WORKED_ON),
    "AGENTS.md": (Tool.CODEX, Weight.TEMPLATE),  # read by most assistants, not only by Codex
    ".stackblitzrc": (Tool.BOLT, Weight.TEMPLATE),
}
_PACKAGES: tuple[tuple[str, Mark], ...] = (
    ("lovable-tagger", (Tool.LOVABLE, Weight.MADE)),
    ("@lovable.dev/", (Tool.LOVABLE, Weight.MADE)),
    ("@replit/", (Tool.REPLIT, Weight.MADE)),
)
_NAMES: dict[str, Mark] = {
    "my-v0-project": (Tool.V0, Weight.MADE),
    "vite_react_shadcn_ts": (Tool.LOVABLE, Weight.TEMPLATE),
    "vite-react-typescript-starter": (Tool.BOLT, Weight.WORKED_ON),
    "bolt-expo-starter": (Tool.BOLT, Weight.MADE),
    "rest-express": (Tool.REPLIT, Weight.WORKED_ON),
}
_README: tuple[tuple[re.Pattern[str], Mark], ...] = (
    (regex(r"lovable\.dev/projects|your Lovable project"), (Tool.LOVABLE, Weight.MADE)),
    (regex(r"\bv0\.(dev|app)\b"), (Tool.V0, Weight.MADE)),
    (regex(r"bolt\.new/~|\bstackblitz\.com/(~|edit)/"), (Tool.BOLT, Weight.MADE)),
    (regex(r"ai\.studio/apps|AI Studio app\b"), (Tool.GEMINI, Weight.MADE)),
)
_PAGE: tuple[tuple[re.Pattern[str], Mark], ...] = (
    (regex(r"gptengineer\.js|lovable\.dev/opengraph"), (Tool.LOVABLE, Weight.MADE)),
    (
        regex(r"""content=["']Lovable["']|content=["']@[Ll]ovable"""),
        (Tool.LOVABLE, Weight.MADE),
    ),
    (regex(r"""generator["']?\s*[:=]\s*["']v0\.(dev|app)"""), (Tool.V0, Weight.MADE)),
    (regex(r"aistudiocdn\.com"), (Tool.GEMINI, Weight.MADE)),
    (regex(r"bolt\.new/static|created in https://bolt\.new"), (Tool.BOLT, Weight.MADE)),
)
_PAGES = frozenset({"index.html", "layout.tsx", "layout.jsx", "layout.js", "_app.tsx"})
_AUTHORS: tuple[tuple[str, Mark], ...] = (
    ("gpt-engineer-app[bot]", (Tool.LOVABLE, Weight.MADE)),
    ("lovable-dev[bot]", (Tool.LOVABLE, Weight.MADE)),
    ("v0[bot]", (Tool.V0, Weight.MADE)),
    ("+v0agent@vercel.com", (Tool.V0, Weight.MADE)),
    ("bolt-new[bot]", (Tool.BOLT, Weight.MADE)),
    ("noreply.replit.com", (Tool.REPLIT, Weight.MADE)),
    ("agent@replit.com", (Tool.REPLIT, Weight.MADE)),
    ("cursoragent@cursor.com", (Tool.CURSOR, Weight.WORKED_ON)),
    ("noreply@anthropic.com", (Tool.CLAUDE_CODE, Weight.WORKED_ON)),
    ("copilot-swe-agent[bot]", (Tool.COPILOT, Weight.WORKED_ON)),
    ("copilot@users.noreply.github.com", (Tool.COPILOT, Weight.WORKED_ON)),
    ("codex@openai.com", (Tool.CODEX, Weight.WORKED_ON)),
    ("google-labs-jules[bot]", (Tool.GEMINI, Weight.WORKED_ON)),
)
_COMMITS = 2_000  # how many of the latest are asked for their authors
_AUTHOR_FORMAT = "--format=%x1e%an <%ae>%n%(trailers:key=Co-authored-by,valueonly)"


def read_signs(prototype: Prototype) -> list[Sign]:
    """Every mark, once per tool and place, in a fixed order."""
    return [
        *_folders(prototype),
        *_files(prototype),
        *_manifests(prototype),
        *_texts(prototype),
        *_log_lines(prototype),
        *_authors(prototype),
    ]


def read_commits(prototype: Prototype) -> tuple[str, ...]:
    """Author and co-authors of each of the latest commits, in lower case; none without git.

    Of a prototype in a folder of a larger repository, those that change something there.
    """
    if prototype.git is None or prototype.git.commit is None:
        return ()
    seconds = prototype.settings.limits.git_seconds
    asked: tuple[str, ...] = ("log", f"-{_COMMITS}", _AUTHOR_FORMAT)
    if not (prototype.root / ".git").exists():
        asked += ("--", ".")
    try:
        ran = run(git_command(prototype.root, *asked, seconds=seconds))
    except CommandFailed:
        return ()  # without its history the files still tell
    return tuple(ran.output.decode("utf-8", "replace").lower().split("\x1e"))


def is_machine(commit: str) -> bool:
    """True for one of `read_commits` that a tool has made or helped to make."""
    return "[bot]" in commit or any(author in commit for author, _ in _AUTHORS)


def _folders(prototype: Prototype) -> Iterator[Sign]:
    seen: set[str] = set()
    ignored = prototype.git.ignored_folders if prototype.git else frozenset()
    for path in (*prototype.files, *(f"{folder}/" for folder in sorted(ignored))):
        path_inside = path.removeprefix(_EXPORT)  # the one folder of an archive that Bolt gives out
        name = path_inside.partition("/")[0] if "/" in path_inside else ""
        if name in _FOLDERS and name not in seen:
            seen.add(name)
            tool, weight = _FOLDERS[name]
            where = Location(path) if path in prototype.files else None
            yield Sign(tool, weight, Evidence("file", f"folder {name}/", where))


def _files(prototype: Prototype) -> Iterator[Sign]:
    for path, (tool, weight) in _FILES.items():
        if path in prototype.files:
            yield Sign(tool, weight, Evidence("file", f"file {path}", Location(path)))


def _manifests(prototype: Prototype) -> Iterator[Sign]:
    for manifest in node_manifests(prototype.files):
        file = prototype.files[manifest.path]
        if manifest.name in _NAMES:
            yield _at(prototype, _NAMES[manifest.name], file, f'"{manifest.name}"', "manifest")
        for start, mark in _PACKAGES:
            name = next((n for n in sorted(manifest.dependencies) if n.startswith(start)), None)
            if name:
                yield _at(prototype, mark, file, f'"{name}"', "manifest")


def _texts(prototype: Prototype) -> Iterator[Sign]:
    for file in prototype.files.values():
        if file.text is None or file.path.startswith("attached_assets/"):
            continue
        if file.name.lower() == "readme.md" and file.path.count("/") <= 1:
            patterns = _README
        elif file.name in _PAGES:
            patterns = _PAGE
        elif file.name == "metadata.json" and "requestFramePermissions" in file.text:
            mark = (Tool.GEMINI, Weight.MADE)
            yield _at(prototype, mark, file, "requestFramePermissions", "file")
            continue
        else:
            continue
        for pattern, mark in patterns:
            found = pattern.search(file.text)
            if found:
                yield _at(prototype, mark, file, found[0], "file")


_FEWEST_LINES = 3  # one or two may have come with a file from elsewhere


def _log_lines(prototype: Prototype) -> Iterator[Sign]:
    """v0 opens what it logs with its name."""
    lines = [call.location for call in prototype.logs if call.text.startswith("[v0]")]
    if len(lines) >= _FEWEST_LINES:
        mark = (Tool.V0, Weight.WORKED_ON)
        yield Sign(*mark, prototype.evidence("code", lines[0]))


def _at(prototype: Prototype, mark: Mark, file: SourceFile, text: str, source: str) -> Sign:
    """A mark at the line of a file that holds this text."""
    line = next((number for number, row in enumerate(file.lines, 1) if text in row), 1)
    return Sign(*mark, prototype.evidence(source, Location(file.path, line)))


def _authors(prototype: Prototype) -> Iterator[Sign]:
    """Marks of the authors and co-authors of commits."""
    for author, mark in _AUTHORS:
        count = sum(author in commit for commit in prototype.commits)
        if count:
            noun = "commit" if count == 1 else "commits"
            yield Sign(*mark, Evidence("git", f"{count} {noun} by {author}"))
