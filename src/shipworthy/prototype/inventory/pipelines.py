"""What the pipelines of a forge run, step by step, and which steps may fail unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.delivery import is_test_command
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class PipelineStep(Struct, frozen=True):
    """One command of a pipeline. `checks` says what it checks: "tests", "types", "lint", "build" or
    "" for nothing. `tolerated` is the line that lets it fail without anybody noticing."""

    command: str
    checks: str
    location: Location
    tolerated: Location | None = None


_CHECKS = (
    (
        "types",
        regex(r"\btsc\b|\bvue-tsc\b|\btype-?check\b|\bcheck-types\b|\bmypy\b|\bpyright\b"),
    ),
    (
        "lint",
        regex(
            r"\beslint\b|\b(run |next |yarn |pnpm |bun )lint\b|\bruff\b|\bflake8\b|\bpylint\b|\bbiome\b"
            r"|\bdeno lint\b|\bgolangci-lint\b"
        ),
    ),
    (
        "build",
        regex(
            r"\b(npm|pnpm|yarn|bun)( run| --\S+)* build\b|\b(next|vite) build\b|\bdocker (buildx )?build\b"
            r"|\b(docker[ -]compose|make|gradlew?|mvnw?|dotnet|cargo|go|turbo|nx)\b"
            r".*\b(build|package|verify|up)\b"
            r"|\bpy_compile\b|\bcompileall\b|\bpython -m build\b"
        ),
    ),
)
_ITEM = regex(r"^(\s*)- ")
_LIST_KEY = regex(
    r"^\s*- (name|uses|run|id|if|with|env|shell|working-directory|script|task|bash)\b"
)
_TOLERATES = regex(r"^\s*(- )?(continue-on-error|allow_failure|continueOnError):\s*true\s*(#.*)?$")
_SWALLOWS = regex(r"\|\|\s*(true|:|exit 0|echo\b.*)\s*[\"']?\s*\)?$")


def what_it_checks(command: str) -> str:
    """What a command checks: "tests", "types", "lint", "build", or "" for nothing."""
    if is_test_command(command):
        return "tests"
    if " install" in command:
        return ""
    return next((what for what, sign in _CHECKS if sign.search(command)), "")


def swallows_failure(command: str) -> bool:
    """True for `… || true` and its like: the command counts as passed whatever it found."""
    return _SWALLOWS.search(command.rstrip()) is not None


def read_pipelines(prototype: Prototype) -> tuple[PipelineStep, ...]:
    """The commands of all pipeline files, in their order; read by lines, for a step that is not
    understood must not hide the others."""
    files = (prototype.files[path] for path in prototype.delivery.ci)
    return tuple(step for file in files for step in _steps(file))


def _steps(file: SourceFile) -> Iterator[PipelineStep]:
    for first, block in _blocks(file.lines):
        where = (n for n, line in enumerate(block, first) if _TOLERATES.match(line))
        tolerated = next((Location(file.path, number) for number in where), None)
        for number, line in enumerate(block, first):
            command = _command(line)
            what = what_it_checks(command)
            if command and what:
                here = Location(file.path, number)
                swallowed = here if swallows_failure(command) else None
                yield PipelineStep(command, what, here, tolerated or swallowed)


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The steps of a file: each list item with a key of a step and what is indented below it."""
    start, depth, block = 1, -1, list[str]()
    for number, line in enumerate(lines, 1):
        item = _ITEM.match(line)
        indent = len(line) - len(line.lstrip())
        ends = line.strip() and not line.lstrip().startswith("#") and indent <= depth
        if (item and _LIST_KEY.match(line) and (depth < 0 or indent <= depth)) or ends:
            yield start, block
            start, block = number, []
            depth = indent if item and _LIST_KEY.match(line) else -1
        block.append(line)
    yield start, block


_KEYS = regex(r"^(name|uses|id|if|with|env|shell|key|path|image|on|needs|working-directory)\s*:")


def _command(line: str) -> str:
    text = line.strip()
    if text.startswith("#"):
        return ""
    text = text.removeprefix("- ").strip()
    if _KEYS.match(text):
        return ""
    text = re.sub(r"^(run|script|command|bash)\s*:\s*", "", text)
    return "" if text.startswith("echo ") else text.strip("\"'")
